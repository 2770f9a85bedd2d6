"""Rows that are in force from a first to a last day: a file that comes with the program, then the operator's own.

Read once at start, like the terms of the law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from server.deadlines.data_file import Line, read_lines
from server.deadlines.errors import Problem

DATES = ("valid_from", "valid_to", "confirmed", "source")
"""The columns every such file has besides its own."""


class _Confirmed(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Dated:
    """In force from its first to its last day, both included. `confirmed` is False while nobody has compared the
    row with its source."""

    valid_from: date
    valid_to: date | None
    confirmed: bool
    source: str

    def holds(self, day: date) -> bool:
        return holds_on(day, self.valid_from, self.valid_to)


R = TypeVar("R", bound=Dated)


def read_dated(
    shipped: Path, own: Path | None, columns: tuple[str, ...], make: Callable[[Line], R], problems: list[Problem]
) -> list[tuple[Line, R]]:
    """The rows without a fault; `problems` takes the others'. `own` need not be there."""
    return [
        row
        for path in (shipped, own)
        if path is not None and (path == shipped or path.exists())
        for row in read_rows(path, columns, make, problems)
    ]


def read_rows(
    path: Path,
    columns: tuple[str, ...],
    make: Callable[[Line], R],
    problems: list[Problem],
    optional: tuple[str, ...] = (),
) -> list[tuple[Line, R]]:
    """The same of one file."""
    read = [(line, make(line)) for line in read_lines(path, columns, problems, optional)]
    return [(line, made) for line, made in read if not line.faulty]


def dates_of(line: Line) -> tuple[date, date | None, bool, str]:
    """The first fields of a Dated, in their order."""
    first, last = days_of(line)
    confirmed = line.word("confirmed", _Confirmed) is _Confirmed.YES
    return first, last, confirmed, line.text("source", 200)


def days_of(line: Line) -> tuple[date, date | None]:
    """From when and until when a row holds; of files that have no column for who confirmed it, too."""
    first = line.day("valid_from")
    last = None if line.is_empty("valid_to") else line.day("valid_to")
    if last is not None and date.min < last < first:
        line.refuse("valid_to", last.isoformat(), "a last day that is not before the first")
    return first, last


def holds_on(day: date, valid_from: date, valid_to: date | None) -> bool:
    return valid_from <= day and (valid_to is None or day <= valid_to)


def refuse_overlaps(read: Iterable[tuple[Line, R]], what: Callable[[R], str]) -> None:
    """Of each `what` at most one row is in force on a day."""
    seen: list[tuple[Line, R]] = []
    for line, each in read:
        for former_line, former in seen:
            if what(each) == what(former) and _meet(each, former):
                came = f"{each.valid_from}, also in {former_line.file}, line {former_line.number}"
                line.refuse("valid_from", came, f"one row a day for {what(each)}")
        seen.append((line, each))


def _meet(one: Dated, other: Dated) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)
