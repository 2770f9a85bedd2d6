"""Small numbers about denunciations are hidden below the province, and so that nobody can compute them: pure.

A number from 1 to below the dated threshold says too much about who may have written. It is hidden, and where it
follows from what is shown beside it (the total of its column, the sums within its row), other numbers are hidden
with it, the smallest first and a total last, until none of the small ones is determined any more. What is
determined is asked of the equations themselves (the null space of those with hidden numbers in them).
Not guarded against: that a hidden number is between 0 and what is missing to a total, and what somebody subtracts
who reads several periods.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

Cell = tuple[int, str]
"""The number of the row and of the column; the total's row is TOTAL."""
TOTAL = -1
Equation = Mapping[Cell, float]
"""Of these cells with these signs the sum is 0: a total and its parts."""
_ROUNDING = 1e-7


def hidden_cells(
    values: Mapping[Cell, int],
    secret: Collection[str],
    sums: Iterable[tuple[str, Sequence[str]]],
    threshold: int,
    harmless: Collection[int] = (),
) -> frozenset[Cell]:
    """`values`: the table with its row of totals; `secret`: the columns about denunciations alone; `sums`: which
    column is the sum of which others in each row; `harmless`: rows that point at no unit, like those of which
    nobody wrote down a unit, whose small numbers tell nothing."""
    small = [
        cell
        for cell, value in values.items()
        if cell[0] not in (TOTAL, *harmless) and cell[1] in secret and 0 < value < threshold
    ]
    if not small:
        return frozenset()
    equations = _equations(values, sums)
    hidden = set(small)
    while (found := _determined(small, hidden, equations)) is not None:
        hidden.add(_another(found, hidden, equations, values))
    return frozenset(hidden)


def _equations(values: Mapping[Cell, int], sums: Iterable[tuple[str, Sequence[str]]]) -> list[Equation]:
    rows, columns = sorted({row for row, _ in values}), sorted({column for _, column in values})
    down = [{(row, column): 1.0 if row == TOTAL else -1.0 for row in rows} for column in columns]
    across = [
        {(row, column): 1.0 if column == total else -1.0 for column in (total, *parts)}
        for total, parts in sums
        for row in rows
    ]
    return [each for each in (*down, *across) if each.keys() <= values.keys()]


def _determined(small: Iterable[Cell], hidden: Collection[Cell], equations: Sequence[Equation]) -> Cell | None:
    """A small number that follows from what is shown."""
    import numpy as np  # here: half a tenth of the start of the control process, for what a report asks

    place = {cell: number for number, cell in enumerate(sorted(hidden))}
    used = [each for each in equations if not place.keys().isdisjoint(each)]
    matrix = np.zeros((len(used), len(place)))
    for line, equation in enumerate(used):
        for cell, sign in equation.items():
            if cell in place:
                matrix[line, place[cell]] = sign
    _left, singular, right = np.linalg.svd(matrix)
    free = right[int((singular > _ROUNDING).sum()) :]
    return next((cell for cell in small if not np.any(np.abs(free[:, place[cell]]) > _ROUNDING)), None)


def _another(
    cell: Cell, hidden: Collection[Cell], equations: Sequence[Equation], values: Mapping[Cell, int]
) -> Cell:
    """What is hidden next: of the shown numbers nearest to the cell the smallest that is not 0; a total last.
    There always is one: where all that hangs together is hidden, nothing of it is determined."""
    reached = {cell}
    while True:
        around = {each for equation in equations if not reached.isdisjoint(equation) for each in equation}
        shown = around - set(hidden)
        if shown:
            return min(shown, key=lambda each: (each[0] == TOTAL, values[each] == 0, values[each], each))
        reached = around
