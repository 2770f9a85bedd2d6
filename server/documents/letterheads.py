"""In whose name documents are written: a dated file, because offices are renamed and provinces merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from server.deadlines.data_file import Line, read_lines
from server.deadlines.dated import days_of, holds_on
from server.deadlines.errors import BadDataFile, Problem

LETTERHEADS_FILE = "letterheads.csv"
_SHIPPED = Path(__file__).parent / "data"
_COLUMNS = ("superior", "issuer", "name", "symbol", "place", "valid_from", "valid_to", "confirmed", "source")


class _Confirmed(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """In force from its first to its last day, both included. `name`: the issuer within a sentence. `symbol`: its
    part of a number."""

    superior: str
    issuer: str
    name: str
    symbol: str
    place: str
    valid_from: date = date.min
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        return holds_on(day, self.valid_from, self.valid_to)


NONE = Letterhead("", "", "", "", "")
"""On a day that no line is about the clerk writes it himself."""


@dataclass(frozen=True, slots=True)
class Letterheads:
    rows: tuple[Letterhead, ...]

    def on(self, day: date) -> Letterhead:
        """The last line counts, so that the operator's own file goes before the one that is shipped."""
        return next((row for row in reversed(self.rows) if row.holds(day)), NONE)


def read_letterheads(directory: Path) -> Letterheads:
    """The shipped file and the operator's own, if any. Raises BadDataFile with all problems of both."""
    problems: list[Problem] = []
    own = directory / LETTERHEADS_FILE
    paths = [_SHIPPED / LETTERHEADS_FILE, own] if own.exists() else [_SHIPPED / LETTERHEADS_FILE]
    lines = [line for path in paths for line in read_lines(path, _COLUMNS, problems)]
    rows = [(line, _letterhead(line)) for line in lines]
    if problems:
        raise BadDataFile(problems)
    return Letterheads(tuple(row for _line, row in rows))


def _letterhead(line: Line) -> Letterhead:
    first, last = days_of(line)
    line.word("confirmed", _Confirmed)
    line.text("source", 200)
    return Letterhead(
        superior=line.text("superior", 80),
        issuer=line.text("issuer", 80),
        name=line.text("name", 80),
        symbol=line.text("symbol", 12),
        place=line.text("place", 60),
        valid_from=first,
        valid_to=last,
    )
