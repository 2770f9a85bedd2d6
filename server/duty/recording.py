"""Writing what units tell: days, whole months, and taking either back. Each act is one event in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from server.data.columns import now
from server.duty.queries import rows_between
from server.duty.tables import ReportedDay, ReportedMonth
from server.duty.units import DutyUnit
from server.people import audit
from server.petitions.history import Author
from server.receptions.duty import last_of
from server.receptions.tables import Receiver, ReceptionMode

SUBJECT = "duty:{}"
_SUBJECT_LENGTH = 120


@dataclass(frozen=True, slots=True)
class ToldDay:
    day: date
    receiver: Receiver
    mode: ReceptionMode
    nobody_came: bool = False
    visits: int | None = None
    persons: int | None = None

    def same_as(self, row: ReportedDay) -> bool:
        return self == ToldDay(row.day, row.receiver, row.mode, row.nobody_came, row.visits, row.persons)


@dataclass(frozen=True, slots=True)
class Told:
    """What one unit tells: days, and first days of months of which this is all."""

    unit: DutyUnit
    days: tuple[ToldDay, ...]
    whole_months: tuple[date, ...] = ()


class OtherwiseReported(Exception):
    """These days are on the record already, with something else beside them."""

    def __init__(self, days: list[date]) -> None:
        super().__init__(", ".join(map(str, days)))
        self.days = days


def record(session: Session, told: Told, author: Author) -> int:
    """How many days are new; one that is on the record with the same words is passed over. Raises
    OtherwiseReported, and nothing is written then."""
    fresh, months = _Standing(session, [told]).write(session, told, author)
    session.flush()
    if fresh or months:
        detail = {"days": [str(day.day) for day in fresh], "whole_months": [str(month) for month in months]}
        audit.record(session, author.actor, "unit_days_recorded", subject_of(told.unit.key), detail)
    return len(fresh)


def record_many(session: Session, told: Sequence[Told], author: Author) -> tuple[int, list[str]]:
    """What a file tells of many units, with one event. How many days are new; and the names of units of which
    somebody entered something else in the meantime: of these nothing is taken."""
    days = months = 0
    left_out = []
    standing = _Standing(session, told)
    for each in told:
        try:
            fresh, whole = standing.write(session, each, author)
        except OtherwiseReported:
            left_out.append(each.unit.name)
        else:
            days, months = days + len(fresh), months + len(whole)
    session.flush()
    detail = {"days": days, "whole_months": months, "units_left_out": len(left_out)}
    audit.record(session, author.actor, "unit_days_imported", "", detail)
    return days, left_out


def withdraw_day(session: Session, row: ReportedDay, author: Author) -> None:
    """The month it lies in is not told whole any more: what else stands there may have to be put right, too."""
    _withdraw(row, author)
    session.add(row)
    months = rows_between(session, row.day, row.day, [row.unit]).months
    for month in months:
        _withdraw(month, author)
        session.add(month)
    session.flush()
    detail = {"day": str(row.day), "whole_month_too": bool(months)}
    audit.record(session, author.actor, "unit_day_withdrawn", subject_of(row.unit), detail)


def withdraw_month(session: Session, row: ReportedMonth, author: Author) -> None:
    """The days stay."""
    _withdraw(row, author)
    session.add(row)
    session.flush()
    detail = {"month": str(row.month)}
    audit.record(session, author.actor, "unit_month_withdrawn", subject_of(row.unit), detail)


def subject_of(unit: str) -> str:
    return SUBJECT.format(unit)[:_SUBJECT_LENGTH]


class _Standing:
    """What is on the record of the days and months that are told of, read once for all units of a file."""

    def __init__(self, session: Session, told: Sequence[Told]) -> None:
        self._days: dict[tuple[str, date], ReportedDay] = {}
        self._months: set[tuple[str, date]] = set()
        touched = [day for each in told for day in (*(one.day for one in each.days), *each.whole_months)]
        if touched:
            rows = rows_between(session, min(touched), last_of(max(touched)), [each.unit.key for each in told])
            self._days = {(row.unit, row.day): row for row in rows.days}
            self._months = {(row.unit, row.month) for row in rows.months}

    def write(self, session: Session, told: Told, author: Author) -> tuple[list[ToldDay], list[date]]:
        """What was new of it. Raises OtherwiseReported."""
        unit, room_id = told.unit.key, told.unit.room_id
        there = {day.day: self._days.get((unit, day.day)) for day in told.days}
        otherwise = [day.day for day in told.days if (row := there[day.day]) is not None and not day.same_as(row)]
        if otherwise:
            raise OtherwiseReported(otherwise)
        fresh = [day for day in told.days if there[day.day] is None]
        months = [month for month in sorted(set(told.whole_months)) if (unit, month) not in self._months]
        for day in fresh:
            row = ReportedDay(
                unit=unit,
                room_id=room_id,
                day=day.day,
                receiver=day.receiver,
                mode=day.mode,
                nobody_came=day.nobody_came,
                visits=day.visits,
                persons=day.persons,
                recorded_by=author.actor,
            )
            session.add(row)
            self._days[unit, day.day] = row
        for month in months:
            session.add(ReportedMonth(unit=unit, room_id=room_id, month=month, recorded_by=author.actor))
            self._months.add((unit, month))
        return fresh, months


def _withdraw(row: ReportedDay | ReportedMonth, author: Author) -> None:
    row.withdrawn_at, row.withdrawn_by = now(), author.actor
