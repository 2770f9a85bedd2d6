"""Reading a CSV file of this package: every fault is noted and reading goes on, so that all are told at once.

What is tolerated says `server.csv_text`. Columns that are not asked for are the writer's own notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from server.csv_text import NotCsv, NotText, day_in, rows_of
from server.deadlines.errors import Problem

_NUMBER = re.compile(r"[0-9]{1,6}")
_SHOWN = 60
W = TypeVar("W", bound=StrEnum)


class Line:
    """One line of a file. A cell that is wrong is noted, and some allowed value comes back in its place:
    look at `faulty` before using what was read."""

    def __init__(self, file: str, number: int, cells: dict[str, str], problems: list[Problem]) -> None:
        self.file, self.number = file, number
        self.faulty = False
        self._cells, self._problems = cells, problems

    def refuse(self, column: str, came: str, allowed: str) -> None:
        self.faulty = True
        self._problems.append(Problem(self.file, self.number, column, came[:_SHOWN], allowed))

    def text(self, column: str, longest: int) -> str:
        cell = self._cells[column]
        if not 1 <= len(cell) <= longest or not cell.isprintable():
            self.refuse(column, cell, f"1 to {longest} characters")
        return cell

    def word(self, column: str, allowed: Iterable[W]) -> W:
        cell, words = self._cells[column], tuple(allowed)
        for word in words:
            if word == cell:
                return word
        self.refuse(column, cell, "one of " + ", ".join(words))
        return words[0]

    def number_in(self, column: str, lowest: int, highest: int) -> int:
        cell = self._cells[column]
        if _NUMBER.fullmatch(cell) and lowest <= int(cell) <= highest:
            return int(cell)
        self.refuse(column, cell, f"a whole number from {lowest} to {highest}")
        return lowest

    def day(self, column: str) -> date:
        """In place of a wrong one comes date.min."""
        cell = self._cells[column]
        day = day_in(cell)
        if day is not None:
            return day
        self.refuse(column, cell, "a date as 2026-01-31 or 31/01/2026")
        return date.min

    def is_empty(self, column: str) -> bool:
        return not self._cells[column]


def read_lines(
    path: Path, columns: Sequence[str], problems: list[Problem], optional: Sequence[str] = ()
) -> list[Line]:
    """The lines below the one that names the columns; `problems` takes what is wrong with the file itself. A
    column of `optional` that is not there is empty in each line."""
    header: list[str] | None = None
    lines: list[Line] = []
    try:
        for number, cells in rows_of(path.read_bytes()):
            if header is None:
                header = [cell.lower() for cell in cells]
                if not set(columns) <= set(header):
                    problems.append(_no_columns(path, number, header, columns, optional))
                    return []
                continue
            named = dict.fromkeys(optional, "") | dict(zip(header, cells, strict=False))
            line = Line(path.name, number, named, problems)
            if len(cells) == len(header):
                lines.append(line)
            else:
                line.refuse("", f"{len(cells)} cells", f"{len(header)} cells, as in the line with the names")
    except OSError as error:
        problems.append(Problem(path.name, 0, "", error.strerror or "no file", "a file that can be read"))
        return []
    except NotText as wrong:
        problems.append(Problem(path.name, wrong.line, "", f"byte {wrong.came}", "text saved as CSV UTF-8"))
        return []
    except NotCsv as wrong:
        problems.append(Problem(path.name, wrong.line, "", wrong.came, "a line of comma-separated values"))
    if header is None:
        problems.append(_no_columns(path, 1, (), columns, optional))
    return lines


def _no_columns(
    path: Path, number: int, header: Sequence[str], columns: Sequence[str], optional: Sequence[str]
) -> Problem:
    allowed = "a first line with the columns " + ", ".join(columns)
    if optional:
        allowed += "; besides them " + ", ".join(optional)
    return Problem(path.name, number, "", ", ".join(header)[:_SHOWN], allowed)
