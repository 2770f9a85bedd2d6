"""The provincial departments (sở, ban, ngành): bodies of a dated list, and what became of each.

They are no units of the registry: they have no code, no room and no place on a map, only a name and days. One that
was renamed or merged as a whole names its successor, and from the day after its last one what was given to it is
the successor's. One that was shared out names none: nobody can say which of its matters went where.

    departments.became("Sở Tài nguyên và Môi trường", date(2024, 5, 6), today)    # "Sở Nông nghiệp và Môi trường"
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from aiohttp import web

from server.data.folding import fold
from server.deadlines.calendar import ONE_DAY
from server.deadlines.data_file import Line
from server.deadlines.dated import DATES, Dated, dates_of, read_rows, refuse_overlaps
from server.deadlines.errors import Problem

DEPARTMENTS_FILE = "departments.csv"
LONGEST_NAME = 120
_SHIPPED = Path(__file__).parent / "data" / DEPARTMENTS_FILE
_COLUMNS = ("name", *DATES)
_SUCCESSOR = "successor"


@dataclass(frozen=True, slots=True)
class Department(Dated):
    name: str
    successor: str = ""  # what all of it became a part of on the day after its last one


class Departments:
    """All of all times. Of one name at most one is in force on a day."""

    def __init__(self, rows: Iterable[Department] = ()) -> None:
        self._by_name: dict[str, list[Department]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.valid_from):
            self._by_name[row.name].append(row)

    def __iter__(self) -> Iterator[Department]:
        return (row for rows in self._by_name.values() for row in rows)

    def on(self, day: date) -> list[str]:
        return [name for name in self._by_name if self._in_force(name, day) is not None]

    def named(self, text: str, day: date) -> Department | None:
        """The one that is called so on `day`, however it is accented."""
        wanted = fold(text)
        return next((row for row in self if row.holds(day) and fold(row.name) == wanted), None)

    def became(self, name: str, then: date, day: date) -> str | None:
        """The one of `day` that is, or took in as a whole, what `name` meant on the day `then`. None: none was
        ever called so, or it ended and nobody said what became of it."""
        row = self._meant(name, then)
        while row is not None and row.valid_to is not None and row.valid_to < day:
            row = self.after(row)  # which begins later: this ends
        return row.name if row is not None and row.valid_from <= day else None

    def after(self, row: Department) -> Department | None:
        """What it is from the day after its last one: its successor, or what goes on under its name."""
        if row.valid_to is None or row.valid_to == date.max:
            return None
        return self._in_force(row.successor or row.name, row.valid_to + ONE_DAY)

    def now_called(self, name: str, day: date) -> str:
        """What `name` is called on `day`; a name that means nothing that day stays as it is."""
        return self.became(name, day, day) or name

    def names_of(self, name: str, day: date) -> tuple[str, ...]:
        """`name` and all names of what it is on `day`: who asks for the old one means the new one, too."""
        present = self.now_called(name, day)
        return tuple({name, *(each for each in self._by_name if self.now_called(each, day) == present)})

    def ever_of(self, names: Collection[str], day: date) -> set[str]:
        """All names under which something was given that belongs to one of `names` on `day`; `became` says of
        which days."""
        return {row.name for row in self if self.became(row.name, row.valid_from, day) in names}

    def _in_force(self, name: str, day: date) -> Department | None:
        return next((row for row in self._by_name.get(name, ()) if row.holds(day)), None)

    def _meant(self, name: str, day: date) -> Department | None:
        """A day on which none is in force belongs to the one before, as with units, or else to the first."""
        rows = self._by_name.get(name, [])
        return next((row for row in reversed(rows) if row.valid_from <= day), rows[0] if rows else None)


DEPARTMENTS = web.AppKey("DEPARTMENTS", Departments)


def read_departments(directory: Path, problems: list[Problem]) -> Departments:
    """A row of the operator's own file takes the place of a shipped one of the same name and first day: so it is
    ended, or given a successor."""
    own_file = directory / DEPARTMENTS_FILE
    own = _rows(own_file, problems) if own_file.exists() else []
    replaced = {(row.name, row.valid_from) for _, row in own}
    shipped = [each for each in _rows(_SHIPPED, problems) if (each[1].name, each[1].valid_from) not in replaced]
    read = [*shipped, *own]
    refuse_overlaps(read, lambda row: row.name)
    departments = Departments(row for _, row in read)
    for line, row in read:
        _refuse_successor(line, row, departments)
    return departments


def _rows(path: Path, problems: list[Problem]) -> list[tuple[Line, Department]]:
    return read_rows(path, _COLUMNS, _department, problems, (_SUCCESSOR,))


def _department(line: Line) -> Department:
    dates = dates_of(line)
    successor = "" if line.is_empty(_SUCCESSOR) else line.text(_SUCCESSOR, LONGEST_NAME)
    return Department(*dates, name=line.text("name", LONGEST_NAME), successor=successor)


def _refuse_successor(line: Line, row: Department, departments: Departments) -> None:
    if not row.successor:
        return
    if row.valid_to is None:
        line.refuse(_SUCCESSOR, row.successor, "a successor where valid_to says on which day the department ended")
    elif row.successor == row.name:
        line.refuse(_SUCCESSOR, row.successor, "another department, or none")
    elif departments.after(row) is None:
        first = row.valid_to + ONE_DAY if row.valid_to < date.max else row.valid_to
        line.refuse(_SUCCESSOR, row.successor, f"a department of the list that is in force on {first.isoformat()}")
