"""The calendar and the table that come with the program, and asking them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from server.deadlines import calendar, rules
from server.deadlines.calendar import read_calendar
from server.deadlines.computing import Deadline, Extension, Suspension, due_on
from server.deadlines.rules import DeadlineKey, Variant, read_table

CALENDAR = read_calendar(calendar.SHIPPED)
TABLE = read_table(rules.SHIPPED)
MONDAY = date(2026, 3, 2)
"""30 days from here end on Wednesday 1/4/2026: 29 days to 31/3, and one."""


def due(
    key: DeadlineKey,
    trigger: date,
    variant: Variant = Variant.NORMAL,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Extension] = (),
) -> Deadline:
    return due_on(
        key,
        trigger,
        table=TABLE,
        calendar=CALENDAR,
        variant=variant,
        suspensions=suspensions,
        extensions=extensions,
    )
