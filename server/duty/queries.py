"""What is read of reported days: a level in a month, a unit over its months, and rows for a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from server.deadlines.calendar import WorkingCalendar
from server.duty.rules import HeldByUnit, UnitMonth, periods_of, unit_month
from server.duty.tables import ReportedDay, ReportedMonth
from server.duty.units import DutyLevel, DutyUnit
from server.receptions.dated_rules import ReceptionRules
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


def rows_between(session: Session, first: date, last: date, units: Sequence[str] | None = None) -> Rows:
    """What stands of these days, and of the months they lie in; `units`: only of these."""
    days = select(ReportedDay).where(
        col(ReportedDay.withdrawn_at).is_(None), col(ReportedDay.day) >= first, col(ReportedDay.day) <= last
    )
    months = select(ReportedMonth).where(
        col(ReportedMonth.withdrawn_at).is_(None),
        col(ReportedMonth.month) >= first.replace(day=1),
        col(ReportedMonth.month) <= last,
    )
    if units is not None:
        days = days.where(col(ReportedDay.unit).in_(units))
        months = months.where(col(ReportedMonth.unit).in_(units))
    return Rows(
        list(session.exec(days.order_by(col(ReportedDay.day), col(ReportedDay.id)))),
        list(session.exec(months.order_by(col(ReportedMonth.month), col(ReportedMonth.id)))),
    )


def duty_of_month(
    session: Session, units: Iterable[DutyUnit], level: DutyLevel, month: date, by: Judges
) -> list[UnitMonth]:
    """Of `units`, which are all of the level."""
    asked = periods_of(by.rules, by.calendar, level, month)
    held, told = _by_unit(rows_between(session, month.replace(day=1) - _BEFORE, last_of(month)))
    return [unit_month(unit, asked, held[unit.key], told[unit.key], month, by.today) for unit in units]


def duty_of_unit(session: Session, unit: DutyUnit, months: Sequence[date], by: Judges) -> list[UnitMonth]:
    if not months:
        return []
    rows = rows_between(session, min(months) - _BEFORE, last_of(max(months)), [unit.key])
    held, told = _by_unit(rows)
    return [
        unit_month(
            unit,
            periods_of(by.rules, by.calendar, unit.level, month),
            held[unit.key],
            told[unit.key],
            month,
            by.today,
        )
        for month in months
    ]


def anything_told(session: Session) -> bool:
    """Whether the office keeps reported days at all."""
    return any(
        session.exec(select(table.id).limit(1)).first() is not None for table in (ReportedDay, ReportedMonth)
    )


def _by_unit(rows: Rows) -> tuple[dict[str, list[HeldByUnit]], dict[str, set[date]]]:
    held: dict[str, list[HeldByUnit]] = defaultdict(list)
    told: dict[str, set[date]] = defaultdict(set)
    for row in rows.days:
        held[row.unit].append(HeldByUnit(row.day, row.receiver, row.mode, row.nobody_came))
    for month in rows.months:
        told[month.unit].add(month.month)
    return held, told
