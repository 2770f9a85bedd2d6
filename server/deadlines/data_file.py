"""Reading a CSV file of this package: every fault is noted and reading goes on, so that all are told at once.

Tolerated as in the files of rooms: a byte-order mark, semicolons instead of commas, notes (lines that start
with #), dates as 2026-01-31 or 31/01/2026. Columns that are not asked for are the writer's own notes.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from server.deadlines.errors import Problem

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_FIRST = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}")
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
        try:
            if _ISO.fullmatch(cell):
                return date.fromisoformat(cell)
            if _DAY_FIRST.fullmatch(cell):
                day, month, year = map(int, cell.split("/"))
                return date(year, month, day)
        except ValueError:
            pass  # no such day, like 31/02/2026: refused with the rest
        self.refuse(column, cell, "a date as 2026-01-31 or 31/01/2026")
        return date.min

    def is_empty(self, column: str) -> bool:
        return not self._cells[column]


def read_lines(path: Path, columns: Sequence[str], problems: list[Problem]) -> list[Line]:
    """The lines below the one that names the columns; `problems` takes what is wrong with the file itself."""
    try:
        text = unicodedata.normalize("NFC", path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        problems.append(Problem(path.name, 0, "", error.strerror or "no file", "a file that can be read"))
        return []
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        came = f"byte 0x{error.object[error.start]:02x}"
        problems.append(Problem(path.name, number, "", came, "text saved as CSV UTF-8"))
        return []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    header: list[str] | None = None
    lines: list[Line] = []
    try:
        for row in reader:
            cells = [" ".join(cell.split()) for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if header is None:
                header = [cell.lower() for cell in cells]
                if not set(columns) <= set(header):
                    break
                continue
            line = Line(path.name, reader.line_num, dict(zip(header, cells, strict=False)), problems)
            if len(cells) == len(header):
                lines.append(line)
            else:
                line.refuse("", f"{len(cells)} cells", f"{len(header)} cells, as in the line with the names")
    except csv.Error as error:
        problems.append(Problem(path.name, reader.line_num, "", str(error), "a line of comma-separated values"))
    if header is None or not set(columns) <= set(header):
        came = ", ".join(header or ())[:_SHOWN]
        allowed = "a first line with the columns " + ", ".join(columns)
        problems.append(Problem(path.name, reader.line_num or 1, "", came, allowed))
    return lines


def _delimiter(text: str) -> str:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return ";" if line.count(";") > line.count(",") else ","
    return ","
