"""Which columns of the overview have a meaning for which rows."""

from __future__ import annotations

from collections.abc import Sequence

from server.figures.definitions import Layout
from server.figures.rows import By

VISITS, PERSONS, GROUPS, SESSIONS, PETITIONS, DENUNCIATIONS = "1", "2", "6", "8", "9", "21"
_COLUMNS: dict[By, tuple[str, ...]] = {
    By.LEVEL: (VISITS, PERSONS, GROUPS, PETITIONS, DENUNCIATIONS),
    By.UNIT: (VISITS, PERSONS, GROUPS, PETITIONS, DENUNCIATIONS),
    By.PLACE: (VISITS, PERSONS, PETITIONS),
    By.MODE: (VISITS, PERSONS, GROUPS, SESSIONS),
    By.KIND: (VISITS, PERSONS, PETITIONS),
}


def overview_by(layout: Layout, by: By) -> Layout:
    return columns_of(layout, _COLUMNS[by])


def columns_of(layout: Layout, numbers: Sequence[str]) -> Layout:
    """A narrower layout: these columns of it, with the sums among them."""
    kept = [column for column in layout.everything if column.number in numbers]
    return Layout(tuple(kept), ())
