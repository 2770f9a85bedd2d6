"""Which days are worked: Monday to Friday without public holidays, and the Saturdays worked in their place.

The public holidays of Labour Code Art. 112 come with the program, with the days off in lieu of those on a weekend
(Art. 111) and, of past years, the days swapped with a Saturday. What the Government announces later (days that
are swapped, another choice of the Tết days) the operator adds in files of the same form. Of two files that list
the same day the later one counts, so an announcement can also take a day back. A year whose holidays are not
listed is refused: a guess would be a wrong date. How many the law gives a year is dated, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from server.deadlines.data_file import Line, read_lines
from server.deadlines.dated import DATES, Dated, dates_of, read_dated
from server.deadlines.errors import BadDataFile, Problem, YearNotCovered

SHIPPED = Path(__file__).parent / "data" / "holidays.csv"
HOLIDAYS_A_YEAR_FILE = "holidays_a_year.csv"
COLUMNS = ("date", "kind", "name")
_MOST_DAYS = 60
ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class DayKind(StrEnum):
    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    IN_LIEU = "in_lieu"  # in files only: a day off that is none of the law's; as a holiday to every count


@dataclass(frozen=True)
class ListedDay:
    """A day that is not what its weekday says: HOLIDAY, IN_LIEU or WORKING."""

    kind: DayKind
    name: str


@dataclass(frozen=True, slots=True)
class HolidaysAYear(Dated):
    """What the law gives a year on whose last day the row is in force; of several rows the last one counts."""

    days: int


class WorkingCalendar:
    """Every question about a day of a year that is not covered raises YearNotCovered: one that lists fewer public
    holidays than the law gives, or of which no row says how many these are."""

    def __init__(self, listed: Mapping[date, ListedDay], a_year: Sequence[HolidaysAYear] = ()) -> None:
        self._listed, self._a_year = dict(listed), tuple(a_year)
        self._holidays = Counter(day.year for day, what in listed.items() if what.kind is DayKind.HOLIDAY)
        self.years = frozenset(year for year, count in self._holidays.items() if self._enough(year, count))

    def _given(self, year: int) -> int | None:
        rows = [row.days for row in self._a_year if row.holds(date(year, 12, 31))]
        return rows[-1] if rows else None

    def _enough(self, year: int, count: int) -> bool:
        given = self._given(year)
        return given is not None and count >= given

    def kind_of(self, day: date) -> DayKind:
        self.check(day)
        if day in self._listed:
            kind = self._listed[day].kind
            return DayKind.HOLIDAY if kind is DayKind.IN_LIEU else kind
        return DayKind.WEEKEND if day.weekday() >= _SATURDAY else DayKind.WORKING

    def name_of(self, day: date) -> str:
        """The holiday's name, or why a Saturday is worked; empty for a day that is like any other."""
        self.check(day)
        return self._listed[day].name if day in self._listed else ""

    def is_working(self, day: date) -> bool:
        return self.kind_of(day) is DayKind.WORKING

    def check(self, day: date) -> None:
        if day.year not in self.years:
            years = ", ".join(map(str, sorted(self.years))) or "none so far"
            given = self._given(day.year)
            what = f"with a row of {HOLIDAYS_A_YEAR_FILE}" if given is None else f"that lists its {given} holidays"
            allowed = f"a year {what} ({years})"
            raise YearNotCovered(day.year, self._holidays[day.year], allowed)


def read_calendar(*paths: Path, own_a_year: Path | None = None) -> WorkingCalendar:
    """Usually SHIPPED first, then the operator's files; `own_a_year`: theirs that says how many holidays a year
    has, which need not be there. Raises BadDataFile with all problems of all files."""
    problems: list[Problem] = []
    shipped = SHIPPED.with_name(HOLIDAYS_A_YEAR_FILE)
    a_year = read_dated(shipped, own_a_year, ("days", *DATES), _a_year, problems)
    listed: dict[date, ListedDay] = {}
    for path in paths:
        of_file: dict[date, int] = {}
        for line in read_lines(path, COLUMNS, problems):
            day = line.day("date")
            kind = line.word("kind", (DayKind.HOLIDAY, DayKind.IN_LIEU, DayKind.WORKING))
            name = line.text("name", 80)
            if line.faulty:
                continue
            if day in of_file:
                line.refuse("date", f"{day}, as in line {of_file[day]}", "each day once in a file")
            elif kind is DayKind.WORKING and day.weekday() < _SATURDAY and day not in listed:
                line.refuse("date", f"{day}, worked anyway", "a weekend, or a day an earlier file lists")
            else:
                of_file[day] = line.number
                listed[day] = ListedDay(kind, name)
    if problems:
        raise BadDataFile(problems)
    return WorkingCalendar(listed, [row for _line, row in a_year])


def _a_year(line: Line) -> HolidaysAYear:
    return HolidaysAYear(*dates_of(line), days=line.number_in("days", 1, _MOST_DAYS))
