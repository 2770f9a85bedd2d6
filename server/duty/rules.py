"""Whether the heads of units received in person as often as the rule asks, period by period: pure.

A period is a calendar month, or a week from Monday to Sunday, which belongs to the month its Sunday lies in. It
asks for something where the rule is in force in all of it and the unit exists in all of it: of a commune that ends
or begins on a Wednesday nobody asks a day in that week. It asks for no more days than are worked in it, so the
week of Tết asks for none. A day that is missing was missed only where the unit told all it held; before that it is
not reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.deadlines.calendar import WorkingCalendar
from server.deadlines.errors import YearNotCovered
from server.duty.units import RULE_OF, DutyLevel, DutyUnit
from server.receptions.dated_rules import ReceptionRule, ReceptionRules, RuleUnit
from server.receptions.duty import COUNTED_MODES, last_of
from server.receptions.tables import Receiver, ReceptionMode

_ONE_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class DutyStanding(StrEnum):
    """From what asks for most to what asks for nothing."""

    MISSED = "missed"
    NOT_REPORTED = "not_reported"
    RUNNING = "running"  # the period is not over
    KEPT = "kept"
    NOT_ASKED = "not_asked"


_ORDER = {standing: number for number, standing in enumerate(DutyStanding)}


@dataclass(frozen=True, slots=True)
class HeldByUnit:
    """One reported day."""

    day: date
    receiver: Receiver
    mode: ReceptionMode
    nobody_came: bool = False

    @property
    def counts(self) -> bool:
        return self.receiver is Receiver.HEAD and self.mode in COUNTED_MODES


@dataclass(frozen=True, slots=True)
class Period:
    first: date
    last: date
    asked: int  # days


@dataclass(frozen=True, slots=True)
class JudgedPeriod:
    period: Period
    days: tuple[date, ...]  # that count
    missing: int
    standing: DutyStanding


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """`days` and the numbers beside are those of the calendar month, `periods` those that belong to it."""

    unit: DutyUnit
    first: date
    rule: ReceptionRule | None
    periods: tuple[JudgedPeriod, ...]
    days: tuple[date, ...]  # in person, regular and periodic
    nobody_came: int  # of these
    delegated: tuple[date, ...]
    irregular: tuple[date, ...]  # in person: irregular receptions and dialogues
    told: bool  # the unit told the whole month

    @property
    def standing(self) -> DutyStanding:
        """The worst of its periods."""
        return min(
            (each.standing for each in self.periods), key=_ORDER.__getitem__, default=DutyStanding.NOT_ASKED
        )

    @property
    def missing(self) -> int:
        """Of periods that are over; of a month without one, of those that run."""
        return sum(each.missing for each in self.periods if each.standing is self.standing)

    @property
    def asked(self) -> int:
        return sum(each.period.asked for each in self.periods if each.standing is not DutyStanding.NOT_ASKED)

    @property
    def short(self) -> tuple[Period, ...]:
        """The periods that make it stand as it does."""
        return tuple(each.period for each in self.periods if each.standing is self.standing and each.missing)


def periods_of(
    rules: ReceptionRules, calendar: WorkingCalendar, level: DutyLevel, month: date
) -> tuple[ReceptionRule | None, tuple[Period, ...]]:
    """The rule of the last day of `month`, and what it asks for."""
    key, first, last = RULE_OF[level], month.replace(day=1), last_of(month)
    rule = rules.on(key, last)
    if rule is None:
        return None, ()
    if rule.unit is RuleUnit.MONTH:
        spans = [(first, last)]
    else:
        sunday, spans = first + _ONE_DAY * (6 - first.weekday()), []
        while sunday <= last:
            spans.append((sunday - _WEEK + _ONE_DAY, sunday))
            sunday += _WEEK
    periods = (Period(*span, asked=min(rule.count, _working_days(calendar, *span))) for span in spans)
    return rule, tuple(each for each in periods if rule.holds(each.first))


def unit_month(
    unit: DutyUnit,
    asked: tuple[ReceptionRule | None, tuple[Period, ...]],
    held: Iterable[HeldByUnit],
    told: Collection[date],
    month: date,
    today: date,
) -> UnitMonth:
    """`asked` is what `periods_of` says. `held` may reach beyond the month, since a week may begin before it;
    `told`: the first days of months that the unit told whole."""
    first, last = month.replace(day=1), last_of(month)
    everything = sorted(held, key=lambda each: each.day)
    own = [each for each in everything if first <= each.day <= last]
    counted = [each.day for each in everything if each.counts]
    rule, periods = asked
    return UnitMonth(
        unit=unit,
        first=first,
        rule=rule,
        periods=tuple(_judged(unit, period, counted, told, today) for period in periods),
        days=tuple(each.day for each in own if each.counts),
        nobody_came=sum(each.nobody_came for each in own if each.counts),
        delegated=tuple(each.day for each in own if each.receiver is Receiver.DELEGATE),
        irregular=tuple(
            each.day for each in own if each.receiver is Receiver.HEAD and each.mode not in COUNTED_MODES
        ),
        told=first in told,
    )


def most_wanting_first(months: Iterable[UnitMonth]) -> list[UnitMonth]:
    return sorted(months, key=lambda each: (_ORDER[each.standing], -each.missing))


def _judged(
    unit: DutyUnit, period: Period, counted: list[date], told: Collection[date], today: date
) -> JudgedPeriod:
    days = tuple(day for day in counted if period.first <= day <= period.last)
    missing = max(0, period.asked - len(days))
    if not period.asked or not unit.existed_throughout(period.first, period.last):
        return JudgedPeriod(period, days, 0, DutyStanding.NOT_ASKED)
    if not missing:
        standing = DutyStanding.KEPT
    elif period.last >= today:
        standing = DutyStanding.RUNNING
    elif {period.first.replace(day=1), period.last.replace(day=1)} <= set(told):
        standing = DutyStanding.MISSED
    else:
        standing = DutyStanding.NOT_REPORTED
    return JudgedPeriod(period, days, missing, standing)


def _working_days(calendar: WorkingCalendar, first: date, last: date) -> int:
    """All days of the period where the calendar does not know its year: then the rule asks as it is written."""
    days = [first + _ONE_DAY * number for number in range((last - first).days + 1)]
    try:
        return sum(calendar.is_working(day) for day in days)
    except YearNotCovered:
        return len(days)
