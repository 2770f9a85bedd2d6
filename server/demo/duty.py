"""What the communes and departments of the demonstration told of their own receptions, two months back: most kept
the duty, some fell short, some have not reported."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from server.duty.recording import Told, ToldDay, record_many
from server.duty.units import DutyLevel, DutyUnits
from server.petitions.history import Author
from server.receptions.duty import last_of
from server.receptions.tables import Receiver, ReceptionMode
from server.rooms.departments import Departments
from server.rooms.queries import all_rooms

_MONTHS = 2
_WEEK = timedelta(days=7)


def fill_duty(session: Session, departments: Departments, today: date, author: Author) -> None:
    units, first, everything = DutyUnits(all_rooms(session), departments), today.replace(day=1), []
    for _ in range(_MONTHS):
        last = first - timedelta(days=1)
        first = last.replace(day=1)
        for level in (DutyLevel.COMMUNES, DutyLevel.DEPARTMENTS):
            for number, unit in enumerate(units.of_level(level, first, last_of(first))):
                days, whole = _held(level, number, first)
                told = tuple(day for day in days if unit.exists(day.day) and day.day <= last)
                if told and unit.existed_throughout(first, last):
                    everything.append(Told(unit, told, (first,) if whole else ()))
    record_many(session, everything, author)


def _held(level: DutyLevel, number: int, first: date) -> tuple[list[ToldDay], bool]:
    """By the unit's place in the list, so that each demonstration is the same: in every week or once a month; one
    in nine has not reported, one in eleven falls short."""
    if number % 9 == 4:
        return [], False
    monday = first + timedelta(days=-first.weekday() % 7)
    weeks = 5 if level is DutyLevel.COMMUNES else 1
    days = [
        ToldDay(
            monday + _WEEK * week + timedelta(days=number % 5),
            Receiver.DELEGATE if number % 11 == 2 and week != 1 else Receiver.HEAD,
            ReceptionMode.PERIODIC,
            nobody_came=(number + week) % 4 == 0,
            visits=0 if (number + week) % 4 == 0 else 1 + (number + week) % 6,
            persons=0 if (number + week) % 4 == 0 else 2 + (number * week) % 9,
        )
        for week in range(weeks)
    ]
    return days, number % 6 != 5
