"""What comes in from the form of one unit's month, a line for each day, and the sentence beside each mistake."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from server.duty.recording import Told, ToldDay
from server.duty.units import DutyUnit, DutyUnits
from server.receptions.duty import last_of
from server.receptions.tables import Receiver, ReceptionMode
from server.web.asked import whole
from server.web.languages import N_

LINES = 10
RECEIVERS = (Receiver.HEAD, Receiver.DELEGATE)
MOST_COUNTED = 100_000
_COLUMNS = ("day", "receiver", "mode", "nobody", "visits", "persons")


class DayFault(StrEnum):
    """What is wrong with a reported day, however it came in."""

    NO_DAY = "no_day"
    IN_THE_FUTURE = "in_the_future"
    NO_UNIT_THEN = "no_unit_then"
    NO_RECEIVER = "no_receiver"
    NO_MODE = "no_mode"
    NO_COUNT = "no_count"
    SOMEBODY_CAME = "somebody_came"
    TWICE = "twice"
    OTHERWISE = "otherwise"


SENTENCES: dict[DayFault, str] = {
    DayFault.NO_DAY: N_("Enter the number of a day of this month, for instance 5."),
    DayFault.IN_THE_FUTURE: N_("This day has not come yet. A reception is reported when it was held."),
    DayFault.NO_UNIT_THEN: N_("The unit did not exist on this day. Choose the unit of that time."),
    DayFault.NO_RECEIVER: N_("Say whether the head received in person or somebody delegated."),
    DayFault.NO_MODE: N_("Choose one of the list."),
    DayFault.NO_COUNT: N_("Enter a whole number from 0 to 100,000, or leave it empty."),
    DayFault.SOMEBODY_CAME: N_("Nobody came, and yet visits or persons are counted. Put one of them right."),
    DayFault.TWICE: N_("This day stands here twice. Several receptions of one day are one day."),
    DayFault.OTHERWISE: N_(
        "This day is on the record with something else beside it. Take it back on the unit's page first."
    ),
}
NO_UNIT = N_(
    "Choose one of the list: no unit of this month is called so, or several are. The code tells them apart."
)
NO_MONTH = N_("Enter the month as 2026-10 or 10/2026; it cannot lie in the future.")
NOTHING = N_("Enter at least one day, or say that the unit told the whole month.")
NOT_OVER = N_("The month is not over, so the unit cannot have told all of it.")


@dataclass(slots=True)
class FilledReport:
    """A form as it came: `told` only where there is no mistake."""

    values: dict[str, str]
    mistakes: dict[str, str] = field(default_factory=dict)
    told: Told | None = None


def month_in(text: str) -> date | None:
    """2026-10 or 10/2026; None also for the first and last year of all."""
    year, _, month = text.strip().partition("-")
    if not month:
        month, _, year = text.strip().partition("/")
    number, of_year = whole(month, 2), whole(year, 4)
    if number is None or of_year is None or not date.min.year < of_year < date.max.year or not 1 <= number <= 12:
        return None
    return date(of_year, number, 1)


def empty_values(unit: str, month: date, today: date) -> dict[str, str]:
    values = {"unit": unit, "month": month.strftime("%Y-%m"), "whole": "yes" if last_of(month) < today else ""}
    for number in range(LINES):
        values |= {_name(column, number): "" for column in _COLUMNS}
        values[_name("receiver", number)] = Receiver.HEAD
        values[_name("mode", number)] = ReceptionMode.PERIODIC
    return values


def read_report(form: Mapping[str, object], units: DutyUnits, today: date) -> FilledReport:
    names = ["unit", "month", "whole", *(_name(column, line) for line in range(LINES) for column in _COLUMNS)]
    filled = FilledReport({name: _text(form, name) for name in names})
    values, mistakes = filled.values, filled.mistakes
    month = month_in(values["month"])
    if month is None or month > today:
        mistakes["month"] = NO_MONTH
        month = today.replace(day=1)
    lines = [line for line in range(LINES) if values[_name("day", line)]]
    days = {line: _day(values[_name("day", line)], month) for line in lines}
    known = [day for day in days.values() if day is not None]
    unit = units.named(values["unit"], min(known, default=last_of(month)))
    if unit is None:
        mistakes["unit"] = NO_UNIT
    told = []
    for line in lines:
        day, faults = _line(values, line, days[line])
        faults |= day_faults(day, unit, today)
        if day is not None and known.count(day.day) > 1:
            faults["day"] = DayFault.TWICE
        mistakes.update({_name(column, line): SENTENCES[fault] for column, fault in faults.items()})
        if day is not None:
            told.append(day)
    if values["whole"] and last_of(month) >= today:
        mistakes["whole"] = NOT_OVER
    if not lines and not values["whole"]:
        mistakes[_name("day", 0)] = NOTHING
    if unit is not None and not mistakes:
        filled.told = Told(unit, tuple(told), (month,) if values["whole"] else ())
    return filled


def say_otherwise(filled: FilledReport, days: list[date]) -> None:
    """The lines of these days are on the record with something else beside them."""
    month = month_in(filled.values["month"])
    for line in range(LINES):
        text = filled.values[_name("day", line)]
        if month is not None and text and _day(text, month) in days:
            filled.mistakes[_name("day", line)] = SENTENCES[DayFault.OTHERWISE]


def day_faults(day: ToldDay | None, unit: DutyUnit | None, today: date) -> dict[str, DayFault]:
    """By the column; of what could be read."""
    if day is None:
        return {}
    found: dict[str, DayFault] = {}
    if day.day > today:
        found["day"] = DayFault.IN_THE_FUTURE
    elif unit is not None and not unit.exists(day.day):
        found["day"] = DayFault.NO_UNIT_THEN
    if day.nobody_came and (day.visits or day.persons):
        found["nobody"] = DayFault.SOMEBODY_CAME
    return found


def count_in(text: str) -> int | None:
    """Raises ValueError for what is no number of persons or visits; None: not told."""
    if not text:
        return None
    number = whole(text, 6)
    if number is None or number > MOST_COUNTED:
        raise ValueError(text)
    return number


def _line(values: Mapping[str, str], line: int, day: date | None) -> tuple[ToldDay | None, dict[str, DayFault]]:
    faults: dict[str, DayFault] = {}
    receiver, mode = values[_name("receiver", line)], values[_name("mode", line)]
    if day is None:
        faults["day"] = DayFault.NO_DAY
    if receiver not in RECEIVERS:
        faults["receiver"] = DayFault.NO_RECEIVER
    if mode not in set(ReceptionMode):
        faults["mode"] = DayFault.NO_MODE
    counts: dict[str, int | None] = {}
    for column in ("visits", "persons"):
        try:
            counts[column] = count_in(values[_name(column, line)])
        except ValueError:
            faults[column] = DayFault.NO_COUNT
    if day is None or faults:
        return None, faults
    nobody = values[_name("nobody", line)] == "yes"
    return ToldDay(day, Receiver(receiver), ReceptionMode(mode), nobody, **counts), faults


def _day(text: str, month: date) -> date | None:
    """ "5", or "5/10" as people write it all the same."""
    number, _, of_month = text.partition("/")
    count = whole(number, 2)
    if count is None or (of_month and whole(of_month, 2) != month.month):
        return None
    return month.replace(day=count) if 1 <= count <= last_of(month).day else None


def _name(column: str, line: int) -> str:
    return f"{column}{line}"


def _text(form: Mapping[str, object], name: str) -> str:
    value = form.get(name, "")
    return unicodedata.normalize("NFC", " ".join(value.split())) if isinstance(value, str) else ""
