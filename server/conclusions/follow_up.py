"""What the office follows tasks by: the departments that may be given one, and how often reviews are held.

Two dated files that come with the program and, where they are there, the operator's own two of the same form; read
once at start, like the terms of the law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from server.deadlines.data_file import Line, read_lines
from server.deadlines.errors import BadDataFile, Problem

DEPARTMENTS_FILE = "departments.csv"
REVIEW_MEETINGS_FILE = "review_meetings.csv"
_SHIPPED = Path(__file__).parent / "data"
_DEPARTMENT_COLUMNS = ("name", "valid_from", "valid_to", "confirmed", "source")
_MEETING_COLUMNS = ("times_a_month", "valid_from", "valid_to", "confirmed", "source")
_MOST_TIMES = 31
R = TypeVar("R", bound="_Dated")


class _Confirmed(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class _Dated:
    """In force from its first to its last day, both included."""

    valid_from: date
    valid_to: date | None
    confirmed: bool
    source: str

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Department(_Dated):
    name: str


@dataclass(frozen=True, slots=True)
class ReviewRule(_Dated):
    times_a_month: int


@dataclass(frozen=True, slots=True)
class FollowUp:
    departments: tuple[Department, ...]
    review_rules: tuple[ReviewRule, ...]

    def departments_on(self, day: date) -> list[str]:
        return list(dict.fromkeys(each.name for each in self.departments if each.holds(day)))

    def review_rule_on(self, day: date) -> ReviewRule | None:
        """None: no rule asks for review meetings that day."""
        return next((rule for rule in self.review_rules if rule.holds(day)), None)


def read_follow_up(directory: Path) -> FollowUp:
    """Raises BadDataFile with all problems of all files."""
    problems: list[Problem] = []
    departments = _read(directory, DEPARTMENTS_FILE, _DEPARTMENT_COLUMNS, _department, problems)
    rules = _read(directory, REVIEW_MEETINGS_FILE, _MEETING_COLUMNS, _review_rule, problems)
    _refuse_overlaps(departments, lambda each: each.name)
    _refuse_overlaps(rules, lambda _each: "review meetings")
    if problems:
        raise BadDataFile(problems)
    return FollowUp(tuple(each for _, each in departments), tuple(each for _, each in rules))


def _read(
    directory: Path,
    name: str,
    columns: tuple[str, ...],
    make: Callable[[Line], R],
    problems: list[Problem],
) -> list[tuple[Line, R]]:
    own = directory / name
    paths = [_SHIPPED / name, own] if own.exists() else [_SHIPPED / name]
    lines = [line for path in paths for line in read_lines(path, columns, problems)]
    read = [(line, make(line)) for line in lines]
    return [(line, made) for line, made in read if not line.faulty]


def _department(line: Line) -> Department:
    return Department(*_dates(line), name=line.text("name", 120))


def _review_rule(line: Line) -> ReviewRule:
    return ReviewRule(*_dates(line), times_a_month=line.number_in("times_a_month", 0, _MOST_TIMES))


def _dates(line: Line) -> tuple[date, date | None, bool, str]:
    first = line.day("valid_from")
    last = None if line.is_empty("valid_to") else line.day("valid_to")
    if last is not None and date.min < last < first:
        line.refuse("valid_to", last.isoformat(), "a last day that is not before the first")
    confirmed = line.word("confirmed", _Confirmed) is _Confirmed.YES
    return first, last, confirmed, line.text("source", 200)


def _refuse_overlaps(read: Iterable[tuple[Line, R]], what: Callable[[R], str]) -> None:
    seen: list[tuple[Line, R]] = []
    for line, each in read:
        for former_line, former in seen:
            if what(each) == what(former) and _meet(each, former):
                came = f"{each.valid_from}, also in {former_line.file}, line {former_line.number}"
                line.refuse("valid_from", came, f"one row a day for {what(each)}")
        seen.append((line, each))


def _meet(one: _Dated, other: _Dated) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)
