"""How it stands on a day: not begun, running, soon due, overdue, done in time or late."""

from __future__ import annotations

from datetime import date

import pytest

from server.deadlines.computing import State
from server.deadlines.rules import DeadlineKey
from tests.server.deadlines.shipped import MONDAY, due


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 3, 1), State.NOT_STARTED),
        (date(2026, 3, 2), State.NOT_STARTED),
        (date(2026, 3, 3), State.DUE),
        (date(2026, 3, 26), State.DUE),  # Thu: Fri, Mon, Tue, Wed are four
        (date(2026, 3, 27), State.SOON),
        (date(2026, 3, 29), State.SOON),
        (date(2026, 4, 1), State.SOON),
        (date(2026, 4, 2), State.OVERDUE),
    ],
)
def test_how_it_stands_on_a_day(today: date, state: State) -> None:
    deadline = due(DeadlineKey.DENUNCIATION_SETTLE, MONDAY)
    assert deadline.state_on(today) == state
    assert deadline.state_on(today, done_on=date(2026, 4, 3)) == state  # that is still to come


def test_soon_is_as_wide_as_asked_for() -> None:
    deadline = due(DeadlineKey.DENUNCIATION_SETTLE, MONDAY)
    assert deadline.state_on(date(2026, 3, 31), soon_working_days=0) == State.DUE
    assert deadline.state_on(date(2026, 4, 1), soon_working_days=0) == State.SOON
    assert deadline.state_on(date(2026, 3, 26), soon_working_days=4) == State.SOON


@pytest.mark.parametrize(
    ("done_on", "state"),
    [
        (date(2026, 3, 2), State.DONE_IN_TIME),
        (date(2026, 4, 1), State.DONE_IN_TIME),
        (date(2026, 4, 2), State.DONE_LATE),
    ],
)
def test_what_is_done_was_in_time_or_late(done_on: date, state: State) -> None:
    assert due(DeadlineKey.DENUNCIATION_SETTLE, MONDAY).state_on(date(2026, 4, 9), done_on=done_on) == state
