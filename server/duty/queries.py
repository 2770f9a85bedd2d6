"""What is read of reported days: a level in a month, a unit over its months, and rows for a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from server.deadlines.calendar import WorkingCalendar
from server.duty.rules import HeldByUnit, Period, UnitMonth, periods_of, unit_month
from server.duty.tables import ReportedDay, ReportedMonth
from server.duty.units import DutyLevel, DutyUnit
from server.receptions.dated_rules import ReceptionRule, ReceptionRules
from server.receptions.duty import last_of

_BEFORE = timedelta(days=6)  # a week that ends in a month may begin so many days before it


@dataclass(frozen=True, slots=True)
class Judges:
    """What days are judged by."""

    rules: ReceptionRules
    calendar: WorkingCalendar
    today: date


@dataclass(frozen=True, slots=True)
class Rows:
    days: list[ReportedDay]
    months: list[ReportedMonth]


@dataclass(frozen=True, slots=True)
class Reported:
    """What units held, and the first days of the months they told whole; by unit."""

    held: Mapping[str, Sequence[HeldByUnit]]
    told: Mapping[str, Collection[date]]


def rows_between(session: Session, first: date, last: date, units: Sequence[str] | None = None) -> Rows:
    """What stands of these days, and of the months they lie in; `units`: only of these."""
    days = select(ReportedDay).where(*_days_between(first, last, units))
    months = select(ReportedMonth).where(*_months_between(first, last, units))
    return Rows(
        list(session.exec(days.order_by(col(ReportedDay.day), col(ReportedDay.id)))),
        list(session.exec(months.order_by(col(ReportedMonth.month), col(ReportedMonth.id)))),
    )


def reported_in(
    session: Session, first_month: date, last_month: date, units: Sequence[str] | None = None
) -> Reported:
    """Of these months, and of the days before them that a week of theirs begins with. The columns alone: a home
    page asks for a whole province."""
    first, last = first_month.replace(day=1) - _BEFORE, last_of(last_month)
    held: dict[str, list[HeldByUnit]] = defaultdict(list)
    row = ReportedDay
    days = select_columns(
        col(row.unit), col(row.day), col(row.receiver), col(row.mode), col(row.nobody_came)
    ).where(*_days_between(first, last, units))
    for unit, day, receiver, mode, nobody_came in session.execute(days):
        held[unit].append(HeldByUnit(day, receiver, mode, nobody_came))
    told: dict[str, set[date]] = defaultdict(set)
    months = select_columns(col(ReportedMonth.unit), col(ReportedMonth.month))
    for unit, month in session.execute(months.where(*_months_between(first, last, units))):
        told[unit].add(month)
    return Reported(held, told)


def duty_of_month(
    units: Iterable[DutyUnit], level: DutyLevel, month: date, by: Judges, reported: Reported
) -> list[UnitMonth]:
    """Of `units`, which are all of the level."""
    asked = periods_of(by.rules, by.calendar, level, month)
    return [_judged(unit, asked, month, by, reported) for unit in units]


def duty_of_unit(session: Session, unit: DutyUnit, months: Sequence[date], by: Judges) -> list[UnitMonth]:
    if not months:
        return []
    reported = reported_in(session, min(months), max(months), [unit.key])
    return [
        _judged(unit, periods_of(by.rules, by.calendar, unit.level, month), month, by, reported)
        for month in months
    ]


def anything_told(session: Session) -> bool:
    """Whether the office keeps reported days at all."""
    return any(
        session.exec(select(table.id).limit(1)).first() is not None for table in (ReportedDay, ReportedMonth)
    )


def _judged(
    unit: DutyUnit,
    asked: tuple[ReceptionRule | None, tuple[Period, ...]],
    month: date,
    by: Judges,
    reported: Reported,
) -> UnitMonth:
    held, told = reported.held.get(unit.key, ()), reported.told.get(unit.key, ())
    return unit_month(unit, asked, held, told, month, by.today)


def _days_between(first: date, last: date, units: Sequence[str] | None) -> list[ColumnElement[bool]]:
    day = ReportedDay
    conditions = [col(day.withdrawn_at).is_(None), col(day.day) >= first, col(day.day) <= last]
    return conditions if units is None else [*conditions, col(day.unit).in_(units)]


def _months_between(first: date, last: date, units: Sequence[str] | None) -> list[ColumnElement[bool]]:
    month = ReportedMonth
    within = col(month.month) >= first.replace(day=1), col(month.month) <= last
    conditions = [col(month.withdrawn_at).is_(None), *within]
    return conditions if units is None else [*conditions, col(month.unit).in_(units)]
