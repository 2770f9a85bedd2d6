"""Suspensions and extensions, worked out by hand, and those the law does not allow."""

from __future__ import annotations

from datetime import date

import pytest

from server.deadlines.computing import Extension, State, Stretch, Suspension, Why
from server.deadlines.errors import ExtensionRefused, SuspensionRefused
from server.deadlines.rules import DeadlineKey, Variant
from tests.server.deadlines.shipped import MONDAY, due

ACROSS = Suspension(date(2026, 3, 12), date(2026, 3, 17))
"""Thursday to Tuesday: six days, four of them working days."""


@pytest.mark.parametrize(
    ("suspensions", "day"),
    [
        ([ACROSS], date(2026, 4, 7)),  # 1/4 and 6 days, a Tuesday
        ([ACROSS, ACROSS, Suspension(date(2026, 3, 13), date(2026, 3, 14))], date(2026, 4, 7)),
        ([Suspension(date(2026, 2, 20), date(2026, 3, 3))], date(2026, 4, 2)),  # only 3/3 lies in the term
        ([Suspension(date(2026, 4, 1), date(2026, 4, 3))], date(2026, 4, 6)),  # day 30 is Sat 4/4
        ([Suspension(date(2026, 4, 2), date(2026, 4, 3))], date(2026, 4, 1)),  # after the due day
        ([Suspension(date(2026, 4, 2))], date(2026, 4, 1)),
    ],
    ids=["across a weekend", "overlapping", "from before", "on the due day", "too late", "open and too late"],
)
def test_suspended_days_are_not_counted(suspensions: list[Suspension], day: date) -> None:
    assert due(DeadlineKey.DENUNCIATION_SETTLE, MONDAY, suspensions=suspensions).due_on == day


def test_working_days_are_suspended_like_others() -> None:
    # 5 working days from Mon 9/3: 10, 11, suspended 12 to 17, then 18, 19, Fri 20.
    deadline = due(DeadlineKey.DENUNCIATION_FORWARD, date(2026, 3, 9), suspensions=[ACROSS])
    assert deadline.due_on == date(2026, 3, 20)
    assert [stretch.why for stretch in deadline.stretches] == [Why.COUNTED, Why.SUSPENDED, Why.COUNTED]


def test_the_working_day_a_term_moves_to_may_be_suspended_too() -> None:
    # Sat 14/3 moves to Mon 16, which is suspended with Tue 17: Wed 18.
    closed = Suspension(date(2026, 3, 16), date(2026, 3, 17))
    deadline = due(DeadlineKey.COMPLAINT_ACCEPT, date(2026, 3, 4), suspensions=[closed])
    assert deadline.due_on == date(2026, 3, 18)
    still_open = Suspension(date(2026, 3, 16))
    deadline = due(DeadlineKey.COMPLAINT_ACCEPT, date(2026, 3, 4), suspensions=[still_open])
    assert (deadline.due_on, deadline.left) == (None, 0)


def test_while_a_suspension_is_open_there_is_no_due_day() -> None:
    deadline = due(DeadlineKey.DENUNCIATION_SETTLE, MONDAY, suspensions=[Suspension(date(2026, 3, 12))])
    assert (deadline.due_on, deadline.left) == (None, 21)  # 3/3 to 11/3 are nine
    assert deadline.stretches[-1] == Stretch(Why.SUSPENDED, date(2026, 3, 12), None)
    states = [deadline.state_on(day) for day in (date(2026, 3, 11), date(2026, 3, 12), date(2027, 1, 4))]
    assert states == [State.DUE, State.SUSPENDED, State.SUSPENDED]
    assert deadline.state_on(date(2026, 5, 5), done_on=date(2026, 5, 4)) == State.DONE_IN_TIME


def test_a_suspension_that_begins_on_the_due_day_leaves_one_day() -> None:
    deadline = due(DeadlineKey.DENUNCIATION_SETTLE, MONDAY, suspensions=[Suspension(date(2026, 4, 1))])
    assert (deadline.due_on, deadline.left) == (None, 1)


FIRST = Extension(30, date(2026, 3, 25))
SECOND = Extension(30, date(2026, 4, 28))


def test_a_denunciation_is_extended_once_or_twice() -> None:
    # 60 days: Fri 1/5, a holiday, so Mon 4/5. 90 days: Sun 31/5, so Mon 1/6.
    once = due(DeadlineKey.DENUNCIATION_SETTLE, MONDAY, Variant.COMPLICATED, extensions=[FIRST])
    twice = due(DeadlineKey.DENUNCIATION_SETTLE, MONDAY, Variant.SPECIALLY_COMPLICATED, extensions=[SECOND, FIRST])
    assert (once.due_on, twice.due_on) == (date(2026, 5, 4), date(2026, 6, 1))
    assert twice.extensions == (FIRST, SECOND)


def test_an_extension_during_a_suspension_is_in_time() -> None:
    deadline = due(
        DeadlineKey.DENUNCIATION_SETTLE,
        MONDAY,
        Variant.COMPLICATED,
        suspensions=[Suspension(date(2026, 3, 12))],
        extensions=[Extension(20, date(2026, 5, 20))],
    )
    assert (deadline.due_on, deadline.left) == (None, 41)


@pytest.mark.parametrize(
    ("variant", "extensions", "said"),
    [
        (Variant.NORMAL, [FIRST], "extension number 1, allowed is 0 for denunciation_settle, normal"),
        (Variant.COMPLICATED, [FIRST, SECOND], "extension number 2, allowed is 1"),
        (Variant.SPECIALLY_COMPLICATED, [FIRST, SECOND, SECOND], "extension number 3, allowed is 2"),
        (Variant.COMPLICATED, [Extension(31, date(2026, 3, 25))], "by 31, allowed is 1 to 30"),
        (Variant.COMPLICATED, [Extension(0, date(2026, 3, 25))], "by 0, allowed is 1 to 30"),
        (Variant.COMPLICATED, [Extension(30, date(2026, 3, 1))], "not before the trigger, 2026-03-02"),
        (Variant.COMPLICATED, [Extension(30, date(2026, 4, 2))], "not after the due day, 2026-04-01"),
    ],
)
def test_an_extension_the_law_does_not_allow_is_refused(
    variant: Variant, extensions: list[Extension], said: str
) -> None:
    with pytest.raises(ExtensionRefused, match=said):
        due(DeadlineKey.DENUNCIATION_SETTLE, MONDAY, variant, extensions=extensions)


def test_a_closed_suspension_is_over_on_the_day_after() -> None:
    deadline = due(DeadlineKey.DENUNCIATION_SETTLE, MONDAY, suspensions=[ACROSS])
    states = [deadline.state_on(date(2026, 3, day)) for day in (11, 12, 17, 18)]
    assert states == [State.DUE, State.SUSPENDED, State.SUSPENDED, State.DUE]


def test_a_suspension_does_not_end_before_it_begins() -> None:
    with pytest.raises(SuspensionRefused, match="2026-03-12 to 2026-03-11"):
        Suspension(date(2026, 3, 12), date(2026, 3, 11))
