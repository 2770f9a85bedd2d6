"""What an unattended room waits for, and what it may know of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from server.receptions.dated_rules import ReceptionRules, read_reception_rules
from server.receptions.programme import SummonsFacts, UpcomingFacts
from server.receptions.room_schedule import join_moment, schedule_view

RULES = read_reception_rules(Path("/nonexistent"))
EIGHT = datetime(2026, 11, 30, 1, tzinfo=UTC)
NEXT = UpcomingFacts(7, "Phiên tiếp công dân định kỳ", "Trụ sở tiếp công dân tỉnh", EIGHT, announced=True)
LATER = UpcomingFacts(8, "Đối thoại", "Hội trường 2", EIGHT + timedelta(days=3), announced=False)


def summoned(reception: UpcomingFacts, be_there_at: datetime) -> SummonsFacts:
    return SummonsFacts(
        id=1, version=1, room="06649", reception=reception.id, title=reception.title, host="",
        place=reception.place, planned_at=reception.planned_at, be_there_at=be_there_at, note="", items=(),
        withdrawn=False, change=None, seen=False, reminders=0, answer=None, offices=(), reason="",
    )  # fmt: skip


def test_a_room_is_there_a_quarter_of_an_hour_before_as_the_shipped_rule_says() -> None:
    assert datetime.fromisoformat(schedule_view([NEXT], [], RULES).join_at) == EIGHT - timedelta(minutes=15)


def test_a_room_that_is_summoned_for_an_earlier_hour_is_there_then() -> None:
    early = summoned(NEXT, EIGHT - timedelta(minutes=40))
    assert datetime.fromisoformat(schedule_view([NEXT], [early], RULES).join_at) == early.be_there_at


def test_a_summons_for_the_last_minute_makes_no_room_late() -> None:
    late = summoned(NEXT, EIGHT - timedelta(minutes=1))
    assert join_moment(NEXT, late.be_there_at, RULES) == EIGHT - timedelta(minutes=15)


def test_a_summons_that_was_withdrawn_wakes_nobody_and_opens_no_title() -> None:
    gone = replace(summoned(LATER, LATER.planned_at - timedelta(hours=5)), withdrawn=True)
    view = schedule_view([LATER], [gone], RULES)
    assert datetime.fromisoformat(view.join_at) == LATER.planned_at - timedelta(minutes=15)
    assert (view.next[0].title, view.next[0].place) == ("", "")


def test_what_was_not_announced_has_no_title_for_a_room_that_is_not_summoned() -> None:
    view = schedule_view([NEXT, LATER], [], RULES)
    assert [(one.title, one.place) for one in view.next] == [(NEXT.title, NEXT.place), ("", "")]
    assert datetime.fromisoformat(view.next[1].planned_at) == LATER.planned_at


def test_a_room_that_is_summoned_reads_what_was_not_announced() -> None:
    view = schedule_view([NEXT, LATER], [summoned(LATER, LATER.planned_at)], RULES)
    assert view.next[1].title == "Đối thoại"


def test_with_nothing_planned_a_room_waits_for_nothing() -> None:
    view = schedule_view([], [summoned(NEXT, EIGHT)], RULES)
    assert (view.join_at, view.next) == ("", ())


def test_without_a_rule_a_room_is_there_at_the_hour() -> None:
    assert join_moment(NEXT, None, ReceptionRules(())) == EIGHT


@given(st.lists(st.integers(0, 20_000), max_size=3), st.integers(0, 20_000))
def test_no_room_ever_comes_later_than_the_usual_time_before_the_next(minutes: list[int], asked: int) -> None:
    upcoming = [
        replace(NEXT, id=number, planned_at=EIGHT + timedelta(minutes=each))
        for number, each in enumerate(sorted(minutes))
    ]
    summonses = [summoned(upcoming[-1], EIGHT + timedelta(minutes=asked))] if upcoming else []
    view = schedule_view(upcoming, summonses, RULES)
    assert bool(view.join_at) == bool(upcoming)
    for one in upcoming:
        assert datetime.fromisoformat(view.join_at) <= one.planned_at - RULES.room_lead(one.planned_at.date())
