"""When a room checks itself without being asked."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from server.receptions.check_plan import LATE, checks_view, place_of
from server.receptions.dated_rules import ReceptionRules, read_reception_rules
from server.receptions.programme import UpcomingFacts
from server.web.languages import HERE
from signaling.check_messages import CheckReason

RULES = read_reception_rules(Path("/nonexistent"))
MORNING = timedelta(hours=7, minutes=15)
NOON = datetime(2026, 11, 30, 5, tzinfo=UTC)  # of the office
ROOMS = [f"{number:05}" for number in range(6649, 6649 + 177)]


def planned(hours: float) -> UpcomingFacts:
    return UpcomingFacts(7, "Phiên tiếp công dân", "", NOON + timedelta(hours=hours), announced=False)


def moments(room: str, *receptions: UpcomingFacts, now: datetime = NOON) -> list[tuple[datetime, str]]:
    return [
        (datetime.fromisoformat(one.at), one.reason)
        for one in checks_view(room, receptions, RULES, MORNING, now).checks
    ]


def test_at_noon_the_next_morning_is_next_and_it_lies_before_the_office_opens() -> None:
    ((at, reason),) = moments("06649")
    assert reason == CheckReason.MORNING
    morning = at.astimezone(HERE)
    assert morning.date() == (NOON + timedelta(days=1)).date()
    assert (7, 15) <= (morning.hour, morning.minute) < (7, 30)


def test_before_a_reception_each_room_has_begun_half_an_hour_before() -> None:
    for room in ROOMS:
        (at, reason), _morning = moments(room, planned(3))
        assert reason == CheckReason.SESSION
        assert timedelta(minutes=30) < NOON + timedelta(hours=3) - at <= timedelta(minutes=45)


def test_a_province_is_spread_so_that_no_minute_has_more_than_its_share() -> None:
    minutes = Counter(int(15 * place_of(room)) for room in ROOMS)
    assert len(minutes) == 15
    assert max(minutes.values()) <= 24  # twelve are the mean


def test_a_room_that_was_late_still_checks_and_is_not_kept_waiting_for_ever() -> None:
    (at, _), _morning = moments("06649", planned(3))
    for later, there in ((LATE - timedelta(seconds=1), True), (LATE, False)):
        reasons = [reason for _, reason in moments("06649", planned(3), now=at + later)]
        assert (CheckReason.SESSION in reasons) is there


def test_without_a_rule_and_an_hour_nobody_checks() -> None:
    assert checks_view("06649", [planned(3)], ReceptionRules(()), None, NOON).checks == ()


@given(st.text("0123456789", min_size=1, max_size=5), st.lists(st.integers(0, 400), max_size=5))
def test_checks_come_in_order_and_at_the_same_place_every_day(room: str, hours: list[int]) -> None:
    found = moments(room, *map(planned, hours))
    assert found == sorted(found)
    assert 0 <= place_of(room) < 1
    mornings = [at for at, reason in found if reason == CheckReason.MORNING]
    assert all((later - earlier) == timedelta(days=1) for earlier, later in pairwise(mornings))
