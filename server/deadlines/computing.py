"""When a duty is due, and how that was counted, so that a page can explain it day by day.

Day 1 is the day after the trigger; a term that ends on a rest day ends on the next working day (Civil Code
Art. 147 and 148). Where the law is silent this is how it is read here:
- The days of a suspension, its first and its last included, are not counted. If the working day a term moves to is
  suspended, it moves on: nobody can act on a suspended day.
- Extensions are added to the count and only the very last day moves, so that 30 days extended twice by 30 are 90,
  whatever the weekdays in between.
- An extension decided after the term has run out is refused: it would make in time what was late.
- The rule in force on the day of the trigger stays the rule, also when the law changes while the term runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from server.deadlines.calendar import ONE_DAY, DayKind, WorkingCalendar
from server.deadlines.errors import ExtensionRefused, SuspensionRefused
from server.deadlines.rules import DeadlineKey, DeadlineTable, Rule, Unit, Variant

SOON_WORKING_DAYS = 3


@dataclass(frozen=True)
class Suspension:
    """First and last suspended day; `last` is None while the suspension is open."""

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise SuspensionRefused(f"{self.first} to {self.last}", "a last day that is not before the first")

    def has(self, day: date) -> bool:
        return _within(day, self.first, self.last)


@dataclass(frozen=True)
class Extension:
    """`count` in the unit of the rule it extends."""

    count: int
    decided_on: date


class Why(StrEnum):
    """What a day is to the count."""

    COUNTED = "counted"
    SUSPENDED = "suspended"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MOVED_TO = "moved_to"  # the working day to which a last day on a rest day moves


class State(StrEnum):
    NOT_STARTED = "not_started"  # day 1 has not come
    DUE = "due"
    SOON = "soon"
    OVERDUE = "overdue"
    DONE_IN_TIME = "done_in_time"
    DONE_LATE = "done_late"
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class Stretch:
    """Days in a row that are the same to the count; `name` is the holiday's. `last` is None: open suspension."""

    why: Why
    first: date
    last: date | None
    name: str = ""

    def has(self, day: date) -> bool:
        return _within(day, self.first, self.last)


@dataclass(frozen=True)
class Deadline:
    """`stretches` have every day from the one after the trigger to the due day. While an open suspension stops the
    count, `due_on` is None and `left` says how many days are still to be counted when it ends."""

    trigger: date
    rule: Rule
    extensions: tuple[Extension, ...]
    due_on: date | None
    left: int
    stretches: tuple[Stretch, ...]
    calendar: WorkingCalendar = field(repr=False, compare=False)

    def state_on(
        self, today: date, *, done_on: date | None = None, soon_working_days: int = SOON_WORKING_DAYS
    ) -> State:
        """How it stands that day, with the suspensions and extensions known now. SOON: so many working days, or
        fewer, lie after `today` up to and with the due day."""
        if done_on is not None and done_on <= today:
            late = self.due_on is not None and done_on > self.due_on
            return State.DONE_LATE if late else State.DONE_IN_TIME
        if today <= self.trigger:
            return State.NOT_STARTED
        if any(stretch.why is Why.SUSPENDED and stretch.has(today) for stretch in self.stretches):
            return State.SUSPENDED
        if self.due_on is None:
            return State.DUE
        if today > self.due_on:
            return State.OVERDUE
        return State.SOON if self.due_on <= soon_until(self.calendar, today, soon_working_days) else State.DUE


def soon_until(calendar: WorkingCalendar, today: date, most: int = SOON_WORKING_DAYS) -> date:
    """The last day with `most` working days after `today`, or fewer; `today` or the last covered day where the
    calendar ends before."""
    last = today
    while (last + ONE_DAY).year in calendar.years:
        most -= calendar.is_working(last + ONE_DAY)
        if most < 0:
            break
        last += ONE_DAY
    return last


def due_on(
    key: DeadlineKey,
    trigger: date,
    *,
    table: DeadlineTable,
    calendar: WorkingCalendar,
    variant: Variant = Variant.NORMAL,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Extension] = (),
) -> Deadline:
    """Raises NoRuleInForce, YearNotCovered (also for the year of the trigger) or ExtensionRefused. Suspensions may
    overlap, and lie before the trigger or after the due day, where they change nothing."""
    rule = table.rule(key, variant, trigger)
    deadline = _counted(rule, trigger, (), suspensions, calendar)
    for extension in sorted(extensions, key=lambda each: each.decided_on):
        _check(extension, deadline)
        deadline = _counted(rule, trigger, (*deadline.extensions, extension), suspensions, calendar)
    return deadline


def _within(day: date, first: date, last: date | None) -> bool:
    return first <= day and (last is None or day <= last)


def _check(extension: Extension, running: Deadline) -> None:
    """Whether `extension` may be added to what runs without it."""
    rule, number = running.rule, len(running.extensions) + 1
    if number > rule.max_extensions:
        allowed = f"{rule.max_extensions} for {rule.key}, {rule.variant} ({rule.source})"
        raise ExtensionRefused(f"extension number {number}", allowed)
    if not 1 <= extension.count <= rule.extension_count:
        allowed = f"1 to {rule.extension_count} ({rule.source})"
        raise ExtensionRefused(f"an extension by {extension.count}", allowed)
    if extension.decided_on < running.trigger:
        raise ExtensionRefused(f"decided on {extension.decided_on}", f"not before the trigger, {running.trigger}")
    if running.due_on is not None and extension.decided_on > running.due_on:
        raise ExtensionRefused(f"decided on {extension.decided_on}", f"not after the due day, {running.due_on}")


def _counted(
    rule: Rule,
    trigger: date,
    extensions: tuple[Extension, ...],
    suspensions: Sequence[Suspension],
    calendar: WorkingCalendar,
) -> Deadline:
    calendar.check(trigger)
    left = rule.count + sum(extension.count for extension in extensions)
    stretches: list[Stretch] = []
    due: date | None = None
    day = trigger
    while due is None:
        day += ONE_DAY
        suspension = next((each for each in suspensions if each.has(day)), None)
        if suspension is not None:
            _append(stretches, Stretch(Why.SUSPENDED, day, suspension.last))
            if suspension.last is None:
                break
            calendar.check(suspension.last)
            day = suspension.last
            continue
        kind = calendar.kind_of(day)
        if left and (rule.unit is Unit.CALENDAR or kind is DayKind.WORKING):
            left -= 1
            _append(stretches, Stretch(Why.COUNTED, day, day))
        elif kind is DayKind.WORKING:
            _append(stretches, Stretch(Why.MOVED_TO, day, day))
        else:
            why = Why.HOLIDAY if kind is DayKind.HOLIDAY else Why.WEEKEND
            _append(stretches, Stretch(why, day, day, calendar.name_of(day)))
        if not left and kind is DayKind.WORKING:
            due = day
    return Deadline(trigger, rule, extensions, due, left, tuple(stretches), calendar)


def _append(stretches: list[Stretch], new: Stretch) -> None:
    """The days of `new` follow those of the last stretch directly."""
    if stretches and (stretches[-1].why, stretches[-1].name) == (new.why, new.name):
        stretches[-1] = Stretch(new.why, stretches[-1].first, new.last, new.name)
    else:
        stretches.append(new)
