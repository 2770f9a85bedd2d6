"""Which days are worked: Monday to Friday without public holidays, and the Saturdays worked in their place.

The public holidays of Labour Code Art. 112 come with the program, with the days off in lieu of those on a weekend
(Art. 111) and, of past years, the days swapped with a Saturday. What the Government announces later (days that
are swapped, another choice of the Tết days) the operator adds in files of the same form. Of two files that list
the same day the later one counts, so an announcement can also take a day back. A year whose holidays are not
listed is refused: a guess would be a wrong date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from server.deadlines.data_file import read_lines
from server.deadlines.errors import BadDataFile, Problem, YearNotCovered

SHIPPED = Path(__file__).parent / "data" / "holidays.csv"
COLUMNS = ("date", "kind", "name")
HOLIDAYS_A_YEAR = 11  # Labour Code Art. 112(1): 1 + 5 + 1 + 1 + 2 + 1; a year that lists fewer is not complete
ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class DayKind(StrEnum):
    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    IN_LIEU = "in_lieu"  # in files only: a day off that is none of the law's eleven; as a holiday to every count


@dataclass(frozen=True)
class ListedDay:
    """A day that is not what its weekday says: HOLIDAY, IN_LIEU or WORKING."""

    kind: DayKind
    name: str


class WorkingCalendar:
    """Every question about a day of a year that is not covered raises YearNotCovered."""

    def __init__(self, listed: Mapping[date, ListedDay]) -> None:
        self._listed = dict(listed)
        self._holidays = Counter(day.year for day, what in listed.items() if what.kind is DayKind.HOLIDAY)
        self.years = frozenset(year for year, count in self._holidays.items() if count >= HOLIDAYS_A_YEAR)

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
            allowed = f"a year that lists the {HOLIDAYS_A_YEAR} days of Labour Code Art. 112 ({years})"
            raise YearNotCovered(day.year, self._holidays[day.year], allowed)


def read_calendar(*paths: Path) -> WorkingCalendar:
    """Usually SHIPPED first, then the operator's files. Raises BadDataFile with all problems of all files."""
    problems: list[Problem] = []
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
    return WorkingCalendar(listed)
