"""The review meeting's list, unit by unit, and whether as many were held as the rule asks: the counts are pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from server.conclusions.follow_up import FollowUp, ReviewRule
from server.conclusions.queries import TaskView
from server.conclusions.tables import ReviewMeeting, TaskAct, TaskEvent, TaskState
from server.deadlines.computing import State
from server.people.accounts import subject_of
from server.people.tables import Account
from server.petitions.history import Author
from server.rooms.departments import Departments

MEETINGS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class UnitTasks:
    """Every task is outstanding; of those with the unit some are overdue or obstructed. A task may be both."""

    name: str
    value: str  # as in the address of the list of tasks
    tasks: list[TaskView]

    @property
    def overdue(self) -> int:
        return sum(task.standing is State.OVERDUE for task in self.tasks)

    @property
    def obstructed(self) -> int:
        return sum(task.obstructed for task in self.tasks)

    @property
    def reported(self) -> int:
        return sum(task.state is TaskState.REPORTED for task in self.tasks)


def by_unit(tasks: Iterable[TaskView], departments: Departments, day: date) -> list[UnitTasks]:
    """Who has most overdue comes first, then who has most obstructed; inside a unit the order stays. What was
    given to a department of before stands with what that is on `day`."""
    grouped: dict[str, list[TaskView]] = defaultdict(list)
    for task in tasks:
        grouped[departments.now_called(task.unit, day)].append(task)
    units = [
        UnitTasks(kept[0].assignee if kept[0].unit == value else value, value, kept)
        for value, kept in grouped.items()
    ]
    return sorted(units, key=lambda unit: (-unit.overdue, -unit.obstructed, -len(unit.tasks), unit.name))


@dataclass(frozen=True, slots=True)
class MonthCount:
    """Review meetings in the month that begins on `first`; `rule` is the one in force on its last day."""

    first: date
    held: int
    rule: ReviewRule | None

    @property
    def missing(self) -> int:
        return max(0, (self.rule.times_a_month if self.rule else 0) - self.held)


def month_count(follow_up: FollowUp, held: Iterable[date], day: date) -> MonthCount:
    """Of the month of `day`; of a month that is not over yet, so far."""
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    times = sum(first <= each < after for each in held)
    return MonthCount(first, times, follow_up.review_rule_on(after - timedelta(days=1)))


def month_before(day: date) -> date:
    """Its last day."""
    return day.replace(day=1) - timedelta(days=1)


class AlreadyRecorded(Exception):
    """A review meeting of that day is on the record."""


def record_meeting(session: Session, held_on: date, document: str, note: str, author: Author) -> ReviewMeeting:
    """Raises AlreadyRecorded."""
    if session.exec(select(ReviewMeeting).where(ReviewMeeting.held_on == held_on)).first() is not None:
        raise AlreadyRecorded
    meeting = ReviewMeeting(
        held_on=held_on, document=document, note=note, recorded_by=author.actor, unit=author.unit
    )
    session.add(meeting)
    session.flush()
    return meeting


def meetings_since(session: Session, first: date) -> list[date]:
    rows = session.exec(select(ReviewMeeting).where(col(ReviewMeeting.held_on) >= first))
    return [row.held_on for row in rows]


def latest_meetings(session: Session) -> list[tuple[ReviewMeeting, str]]:
    """With the name of who recorded each; newest first."""
    names = {subject_of(account): account.display_name for account in session.exec(select(Account))}
    rows = session.exec(select(ReviewMeeting).order_by(col(ReviewMeeting.held_on).desc()).limit(MEETINGS_SHOWN))
    return [(row, names.get(row.recorded_by, "")) for row in rows]


def last_words(events: Iterable[TaskEvent]) -> dict[int, dict[TaskAct, TaskEvent]]:
    """Of each task the last progress and the last obstacle that were told, for the list."""
    found: dict[int, dict[TaskAct, TaskEvent]] = {}
    for event in events:
        if event.act in (TaskAct.PROGRESS, TaskAct.OBSTRUCT, TaskAct.SEND_BACK):
            told = found.setdefault(event.task_id, {})
            told[event.act] = event
            if event.act is TaskAct.PROGRESS:  # the unit took up again what was sent back
                told.pop(TaskAct.SEND_BACK, None)
    return found
