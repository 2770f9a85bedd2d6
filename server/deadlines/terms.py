"""What deadlines are counted by: the shipped files and, where they are there, the operator's own three.

Read once at start, like the settings: a count that changes while people look at it cannot be explained.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from server.deadlines import calendar, rules
from server.deadlines.calendar import HOLIDAYS_A_YEAR_FILE, ONE_DAY, WorkingCalendar, read_calendar
from server.deadlines.computing import Deadline, Extension, Suspension, due_on
from server.deadlines.errors import BadDataFile, Problem
from server.deadlines.rules import DeadlineKey, DeadlineTable, Variant, read_table

HOLIDAYS_FILE = "holidays.csv"
DEADLINES_FILE = "deadlines.csv"
_REMEMBERED = 8192  # a few duties for each day of the years in the calendar; a Deadline is about 1 kB
R = TypeVar("R")


class Terms:
    """A calendar and a table. What was counted once is remembered: a register asks the same again for each row."""

    def __init__(self, working_calendar: WorkingCalendar, table: DeadlineTable) -> None:
        self.calendar = working_calendar
        self.table = table
        self._counted = lru_cache(_REMEMBERED)(self._count)

    def deadline(
        self,
        key: DeadlineKey,
        trigger: date,
        variant: Variant = Variant.NORMAL,
        suspensions: tuple[Suspension, ...] = (),
        extensions: tuple[Extension, ...] = (),
    ) -> Deadline:
        """Raises what `computing.due_on` does."""
        return self._counted(key, trigger, variant, suspensions, extensions)

    def working_days(self, after: date, last: date) -> int:
        """How many lie after `after`, up to and with `last`. Raises YearNotCovered."""
        days = (after + ONE_DAY * number for number in range(1, (last - after).days + 1))
        return sum(map(self.calendar.is_working, days))

    def _count(
        self,
        key: DeadlineKey,
        trigger: date,
        variant: Variant,
        suspensions: tuple[Suspension, ...],
        extensions: tuple[Extension, ...],
    ) -> Deadline:
        return due_on(
            key,
            trigger,
            table=self.table,
            calendar=self.calendar,
            variant=variant,
            suspensions=suspensions,
            extensions=extensions,
        )


def read_terms(directory: Path) -> Terms:
    """Raises BadDataFile with all problems of both kinds of files."""
    problems: list[Problem] = []
    days_off = partial(read_calendar, own_a_year=directory / HOLIDAYS_A_YEAR_FILE)
    working_calendar = _read(days_off, calendar.SHIPPED, directory / HOLIDAYS_FILE, problems)
    table = _read(read_table, rules.SHIPPED, directory / DEADLINES_FILE, problems)
    if working_calendar is None or table is None:
        raise BadDataFile(problems)
    return Terms(working_calendar, table)


def _read(read: Callable[..., R], shipped: Path, own: Path, problems: list[Problem]) -> R | None:
    try:
        return read(shipped, own) if own.exists() else read(shipped)
    except BadDataFile as refused:
        problems.extend(refused.problems)
        return None
