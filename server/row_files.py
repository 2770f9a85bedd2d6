"""A spreadsheet of rows that somebody hands in: the good ones, and for each bad one where and why.

What a column and a row mean say the features; their pages show `ImportFile` before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from server.csv_text import NotCsv, NotText
from server.spreadsheets import NotXlsx, as_xlsx, rows_in_file
from server.web.languages import N_

R = TypeVar("R")
Cells = Mapping[str, str]
Say = Callable[[str], str]
SHOWN = 60
"""Characters of a cell that a refusal repeats."""
_TITLES = 10
"""Lines in which the one that names the columns is looked for: an office's ledger has its title above it."""
_NOT_A_FILE = N_("a spreadsheet (XLSX) of ordinary size, or text saved as CSV UTF-8")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """Line 1 is the file's first. `column` is a field's name, or empty where the row as a whole is wrong;
    `allowed` a message; `cells` as they came, by field, where the row is handed out to be corrected."""

    line: int
    column: str
    came: str
    allowed: str
    cells: Cells = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportFile(Generic[R]):
    """`ignored`: names of columns that mean nothing here."""

    rows: tuple[R, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    ignored: tuple[str, ...] = ()


class WrongCell(Exception):
    """`column`: the field it is in; `allowed`: a message of what it may be."""

    def __init__(self, column: str, came: str, allowed: str) -> None:
        super().__init__(column)
        self.column, self.came, self.allowed = column, came[:SHOWN], allowed


@dataclass(frozen=True, slots=True)
class Expected:
    """What the first line has to name, how many rows may follow, and what is said where it is otherwise."""

    required: Sequence[str]
    no_columns: str
    most: int
    too_many: str


def read_rows(
    content: bytes,
    expected: Expected,
    column: Callable[[str], str | None],
    row: Callable[[int, Cells], R],
    kept: Callable[[Cells], Cells] = lambda cells: cells,
) -> ImportFile[R]:
    """Never raises for what is in the file. `column`: the field that a heading names; `row` raises WrongCell;
    `kept`: what of a refused row's cells may be shown again."""
    try:
        lines = rows_in_file(content)
    except (NotXlsx, NotText, NotCsv) as problem:
        return _nothing(getattr(problem, "line", 1), getattr(problem, "came", ""), _NOT_A_FILE)
    if not lines:
        return _nothing(1, "", expected.no_columns)

    def names_columns(cells: Sequence[str]) -> bool:
        return set(expected.required) <= {column(name) for name in cells}

    head = next((at for at, (_, cells) in enumerate(lines[:_TITLES]) if names_columns(cells)), None)
    if head is None:
        line, cells = max(lines[:_TITLES], key=lambda each: sum(column(name) is not None for name in each[1]))
        return _nothing(line, ", ".join(filter(None, cells))[:SHOWN], expected.no_columns)  # what comes nearest
    (first, header), others = lines[head], lines[head + 1 :]
    columns = [column(name) for name in header]
    if len(others) > expected.most:
        return _nothing(first, str(len(others)), expected.too_many)
    rows: list[R] = []
    refused: list[RefusedRow] = []
    for line, cells in others:
        named = {name: text for name, text in zip(columns, cells, strict=False) if name is not None and text}
        if not named:
            continue
        try:
            rows.append(row(line, named))
        except WrongCell as wrong:
            refused.append(RefusedRow(line, wrong.column, wrong.came, wrong.allowed, kept(named)))
    ignored = tuple(name for name, known in zip(header, columns, strict=True) if name and known is None)
    return ImportFile(tuple(rows), tuple(refused), ignored)


def refused_book(
    names: Sequence[str], refused: Sequence[RefusedRow], heading: Say, allowed: Say, translate: Say
) -> bytes:
    """The refused rows as a workbook to be corrected and handed in again, each with what is wrong beside it."""
    _ = translate
    lines: list[list[str | int]] = [[*map(heading, names), _("Line in the file"), _("Column to correct")]]
    lines[0].append(_("What is allowed"))
    for row in refused:
        wrong = heading(row.column) if row.column else ""
        lines.append([*(row.cells.get(name, "") for name in names), row.line, wrong, allowed(row.allowed)])
    return as_xlsx(("1", [18] * len(names) + [8, 18, 60], lines))


def template_book(title: str, columns: Sequence[tuple[str, bool, str]], translate: Say) -> bytes:
    """An empty workbook to fill in. `columns`: heading, whether it must be there, the words that are allowed."""
    _ = translate
    notes = [[_("Column"), _("Must be there"), _("What is allowed")]]
    notes += [[heading, "x" if needed else "", words] for heading, needed, words in columns]
    head = [[heading for heading, _needed, _words in columns]]
    return as_xlsx((title, [20] * len(columns), head), (_("Columns"), [30, 14, 90], notes))


def _nothing(line: int, came: str, allowed: str) -> ImportFile[R]:
    return ImportFile(refused=(RefusedRow(line, "", came, allowed),))
