"""The small dated files of the figures: the windows of reports, which unit a text names and its level, and the
smallest number about denunciations that is shown to everybody.

Each comes with the program and, where it is there, the operator's own of the same form goes with it.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from server.deadlines.data_file import Line
from server.deadlines.dated import DATES, Dated, dates_of, read_dated, refuse_overlaps
from server.deadlines.errors import Problem
from server.web.languages import N_

SHIPPED = Path(__file__).parent / "data"
PERIODS_FILE, UNITS_FILE, NUMBERS_FILE = "report-periods.csv", "unit-levels.csv", "figures.csv"
_LEAP_YEAR, _FEBRUARY = 2024, 2
R = TypeVar("R", bound=Dated)


class Level(StrEnum):
    PROVINCE = "province"
    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"
    UNKNOWN = "unknown"


LEVEL_WORDS: dict[Level, str] = {
    Level.PROVINCE: N_("Province"),
    Level.DEPARTMENT: N_("Departments"),
    Level.DISTRICT: N_("Districts"),
    Level.COMMUNE: N_("Communes"),
    Level.UNKNOWN: N_("Level not known"),
}


class _FirstYear(StrEnum):
    PREVIOUS = "previous"
    SAME = "same"


class NumberKey(StrEnum):
    SMALL_CELL = "small_cell"


@dataclass(frozen=True, slots=True)
class Window(Dated):
    """One way of cutting a year for a report; `key` is stable, the row in force on its last day counts."""

    key: str
    name: str
    english: str
    first: tuple[int, int]  # month, day
    begins_year_before: bool
    last: tuple[int, int]

    def days(self, year: int) -> tuple[date, date]:
        return date(year - self.begins_year_before, *self.first), date(year, *self.last)


@dataclass(frozen=True, slots=True)
class UnitBeginning(Dated):
    begins: str
    level: Level


@dataclass(frozen=True, slots=True)
class Number(Dated):
    key: NumberKey
    count: int


@dataclass(frozen=True, slots=True)
class DatedTables:
    windows: tuple[Window, ...]
    units: tuple[UnitBeginning, ...]
    numbers: tuple[Number, ...]

    def window(self, key: str, year: int) -> Window | None:
        return next((row for row in self.windows if row.key == key and row.holds(row.days(year)[1])), None)

    def window_keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.key for row in self.windows))

    def unit(self, text: str, day: date, since: date | None = None) -> tuple[str, Level]:
        """The unit that a text of an office names ("Chuyên viên Ban Tiếp công dân tỉnh"), and its level that day;
        where no row knows it then, the level it had last since `since`: a district that ended in a period was one
        in it. Where no row knows it at all, the text itself."""
        known = [row for row in self.units if row.holds(day)]
        unit, level = self._named(text, known)
        if level is not Level.UNKNOWN or since is None:
            return unit, level
        ended = [row for row in self.units if row.valid_to is not None and since <= row.valid_to < day]
        return self._named(text, [row for row in ended if row.valid_from <= day])

    def _named(self, text: str, rows: Iterable[UnitBeginning]) -> tuple[str, Level]:
        found = [
            (at, -len(row.begins), row.level)
            for row in rows
            if (at := text.find(row.begins)) >= 0 and not text[max(0, at - 1) : at].isalnum()
        ]
        if not found:
            return text, Level.UNKNOWN
        at, _length, level = min(found)
        return text[at:], level

    def small_cell(self, day: date) -> int:
        """Numbers from 1 to below this one are small. 0: no row is in force, nothing is."""
        return next((row.count for row in self.numbers if row.holds(day)), 0)


def read_dated_tables(directory: Path, problems: list[Problem]) -> DatedTables:
    """`problems` takes those of all files."""

    def read(
        name: str, columns: tuple[str, ...], row: Callable[[Line], R], what: Callable[[R], str]
    ) -> tuple[R, ...]:
        found = read_dated(SHIPPED / name, directory / name, (*columns, *DATES), row, problems)
        refuse_overlaps(found, what)
        return tuple(each for _line, each in found)

    windows = ("key", "name", "english", "first_day", "first_month", "first_year", "last_day", "last_month")
    return DatedTables(
        read(PERIODS_FILE, windows, _window, lambda row: row.key),
        read(UNITS_FILE, ("begins", "level"), _unit, lambda row: row.begins),
        read(NUMBERS_FILE, ("key", "count"), _number, lambda row: row.key),
    )


def _window(line: Line) -> Window:
    previous = line.word("first_year", _FirstYear) is _FirstYear.PREVIOUS
    first, last = _day(line, "first"), _day(line, "last")
    if (0 if previous else 1, first) > (1, last):
        line.refuse("last_day", f"{last[1]}/{last[0]}", "a last day that is not before the first")
    return Window(
        *dates_of(line),
        key=line.text("key", 20),
        name=line.text("name", 60),
        english=line.text("english", 60),
        first=first,
        begins_year_before=previous,
        last=last,
    )


def _day(line: Line, which: str) -> tuple[int, int]:
    """29 February is no end of a report: most years lack it."""
    month = line.number_in(f"{which}_month", 1, 12)
    longest = calendar.monthrange(_LEAP_YEAR, month)[1]
    return month, line.number_in(f"{which}_day", 1, 28 if month == _FEBRUARY else longest)


def _unit(line: Line) -> UnitBeginning:
    levels = [level for level in Level if level is not Level.UNKNOWN]
    return UnitBeginning(*dates_of(line), begins=line.text("begins", 80), level=line.word("level", levels))


def _number(line: Line) -> Number:
    return Number(*dates_of(line), key=line.word("key", NumberKey), count=line.number_in("count", 1, 999))
