"""Properties of every due day, whatever the key, the variant, the trigger and the suspensions."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from server.deadlines.calendar import ONE_DAY
from server.deadlines.computing import Deadline, Suspension, Why
from server.deadlines.rules import LOCAL_KEYS, DeadlineKey, Unit, Variant
from tests.server.deadlines.shipped import CALENDAR, due

KEYS = st.sampled_from([key for key in DeadlineKey if key not in LOCAL_KEYS])
VARIANTS = st.sampled_from(Variant)
TRIGGERS = st.dates(date(2023, 1, 1), date(2026, 12, 31))
Case = tuple[DeadlineKey, date, Variant, list[Suspension]]
few = settings(max_examples=50)  # each case is seen by four properties
_LENGTHS = st.integers(0, 40)


@st.composite
def _suspension_lists(draw: st.DrawFn, trigger: date) -> list[Suspension]:
    firsts = draw(st.lists(st.integers(-10, 120), max_size=3))
    days = [trigger + timedelta(days=first) for first in firsts]
    return [Suspension(day, day + timedelta(days=draw(_LENGTHS))) for day in days]


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    trigger = draw(TRIGGERS)
    return draw(KEYS), trigger, draw(VARIANTS), draw(_suspension_lists(trigger))


def _day(deadline: Deadline) -> date:
    assert deadline.due_on is not None
    return deadline.due_on


@few
@given(_cases())
def test_never_due_on_a_rest_day_or_a_suspended_one(case: Case) -> None:
    day = _day(due(*case))
    assert CALENDAR.is_working(day)
    assert not any(suspension.has(day) for suspension in case[3])


@few
@given(_cases(), st.data())
def test_more_suspension_is_never_earlier(case: Case, data: st.DataObject) -> None:
    key, trigger, variant, suspensions = case
    before = _day(due(*case))
    more = suspensions + data.draw(_suspension_lists(trigger))
    assert _day(due(key, trigger, variant, more)) >= before
    first = data.draw(st.dates(trigger, before + timedelta(days=5)))
    stopped = due(key, trigger, variant, [*suspensions, Suspension(first)])
    assert stopped.due_on == (before if first > before else None)


@few
@given(_cases(), st.integers(1, 60))
def test_what_begins_later_is_not_due_earlier(case: Case, days: int) -> None:
    key, trigger, variant, suspensions = case
    assert _day(due(key, trigger + timedelta(days=days), variant, suspensions)) >= _day(due(*case))


@few
@given(_cases())
def test_the_days_that_are_told_are_all_days_and_add_up(case: Case) -> None:
    deadline = due(*case)
    told: list[tuple[date, Why]] = []
    for stretch in deadline.stretches:
        assert stretch.last is not None
        told += [
            (stretch.first + timedelta(days=day), stretch.why)
            for day in range((stretch.last - stretch.first).days + 1)
        ]
    length = (_day(deadline) - deadline.trigger).days
    assert [day for day, _ in told] == [deadline.trigger + day * ONE_DAY for day in range(1, length + 1)]
    counted = [day for day, why in told if why is Why.COUNTED]
    assert len(counted) == deadline.rule.count
    if deadline.rule.unit is Unit.WORKING:
        assert all(map(CALENDAR.is_working, counted))
    suspended = {day for day, why in told if why is Why.SUSPENDED}
    assert suspended == {day for day, _ in told if any(suspension.has(day) for suspension in case[3])}
