"""How a task stands on a day: computed when it is looked at, never stored. The words are those of the
deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.conclusions.tables import TaskState
from server.deadlines.calendar import DayKind, WorkingCalendar
from server.deadlines.computing import State, soon_until
from server.deadlines.errors import YearNotCovered
from server.web.languages import N_

_MONDAY_TO_SUNDAY = timedelta(days=6)


class Asked(StrEnum):
    """Which tasks a list shows; the value stands in its address."""

    OPEN = "open"
    OVERDUE = "overdue"
    WEEK = "week"  # due from Monday to Sunday of this week
    SOON = "soon"
    OBSTRUCTED = "obstructed"
    URGED = "urged"  # by a letter that was not answered
    REPORTED = "reported"
    DONE = "done"
    ALL = "all"


ASKED_WORDS: dict[Asked, str] = {
    Asked.OPEN: N_("Open tasks"),
    Asked.OVERDUE: N_("Overdue"),
    Asked.WEEK: N_("Due this week"),
    Asked.SOON: N_("Due soon"),
    Asked.OBSTRUCTED: N_("Obstructed"),
    Asked.URGED: N_("Urged, no reply"),
    Asked.REPORTED: N_("Waiting for confirmation"),
    Asked.DONE: N_("Confirmed done"),
    Asked.ALL: N_("All tasks"),
}


@dataclass(frozen=True, slots=True)
class Today:
    """The day everything is counted from: `soon` is the last due day that is near, as for the deadlines of the
    law."""

    day: date
    soon: date

    @property
    def week(self) -> tuple[date, date]:
        monday = self.day - timedelta(days=self.day.weekday())
        return monday, monday + _MONDAY_TO_SUNDAY


def today_by(calendar: WorkingCalendar, day: date) -> Today:
    return Today(day, soon_until(calendar, day))


def standing(state: TaskState, due_on: date, done_on: date | None, today: Today) -> State | None:
    """None for a task that was cancelled. Done is a task on the day its unit reported it, whenever the Board
    confirmed that; a report that was sent back counts for nothing."""
    if state is TaskState.CANCELLED:
        return None
    if done_on is not None:
        return State.DONE_LATE if done_on > due_on else State.DONE_IN_TIME
    if due_on < today.day:
        return State.OVERDUE
    return State.SOON if due_on <= today.soon else State.DUE


class DayWarning(StrEnum):
    """Why a deadline should be looked at again; it may be kept all the same."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    NOT_COVERED = "not_covered"  # the calendar lacks the year


DAY_WARNINGS: dict[DayWarning, str] = {
    DayWarning.WEEKEND: N_("This day is a weekend."),
    DayWarning.HOLIDAY: N_("This day is a public holiday."),
    DayWarning.NOT_COVERED: N_("The working calendar lacks this year. Check that the day is worked."),
}


def day_warning(calendar: WorkingCalendar, day: date) -> DayWarning | None:
    try:
        kind = calendar.kind_of(day)
    except YearNotCovered:
        return DayWarning.NOT_COVERED
    return {DayKind.WEEKEND: DayWarning.WEEKEND, DayKind.HOLIDAY: DayWarning.HOLIDAY}.get(kind)
