"""What is hidden of denunciations below the province, and that it cannot be computed from what is shown."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from server.figures.suppression import TOTAL, Cell, hidden_cells

COMPLAINTS, SECRET, OTHERS, ALL = "3", "5", "7", "1"
SUMS = [(ALL, (COMPLAINTS, SECRET, OTHERS))]
LIMIT = 5


def table(rows: list[tuple[int, int, int]]) -> dict[Cell, int]:
    """With a column and a row of totals."""
    whole = [(*row, sum(row)) for row in rows]
    columns = (COMPLAINTS, SECRET, OTHERS, ALL)
    cells = {(n, column): value for n, row in enumerate(whole) for column, value in zip(columns, row, strict=True)}
    return cells | {(TOTAL, column): sum(row[at] for row in whole) for at, column in enumerate(columns)}


def hidden(cells: Mapping[Cell, int]) -> frozenset[Cell]:
    return hidden_cells(cells, {SECRET}, SUMS, LIMIT)


def computed(cells: Mapping[Cell, int], kept: frozenset[Cell]) -> set[Cell]:
    """What a reader works out: as long as one number is missing in a column or a row, he fills it in."""
    rows, columns = {row for row, _ in cells}, {column for _, column in cells}
    known = set(cells) - kept
    equations = [{(row, column) for row in rows} for column in columns]
    equations += [{(row, column) for column in columns} for row in rows]
    while True:
        found = {next(iter(missing)) for each in equations if len(missing := each - known) == 1}
        if not found:
            return known & kept
        known |= found


def test_a_small_number_is_hidden_and_one_in_its_column_and_one_in_its_row_with_it() -> None:
    cells = table([(10, 2, 30), (11, 9, 31), (12, 8, 32)])
    kept = hidden(cells)
    assert (0, SECRET) in kept
    assert len({row for row, column in kept if column == SECRET}) >= 2
    assert len({column for row, column in kept if row == 0}) >= 2


def test_nothing_is_hidden_where_no_number_is_small() -> None:
    assert hidden(table([(1, 0, 1), (2, 5, 0), (3, 80, 4)])) == frozenset()


def test_a_unit_alone_is_the_province_and_its_total_goes_too() -> None:
    kept = hidden(table([(10, 2, 30)]))
    assert {(0, SECRET), (TOTAL, SECRET)} <= kept


@given(st.lists(st.tuples(*[st.integers(0, 12)] * 3), min_size=1, max_size=6))
def test_no_small_number_is_shown_or_follows_from_what_is_shown(rows: list[tuple[int, int, int]]) -> None:
    cells = table(rows)
    kept = hidden(cells)
    small = {(n, SECRET) for n, row in enumerate(rows) if 0 < row[1] < LIMIT}
    assert small <= kept
    assert not small & computed(cells, kept)
