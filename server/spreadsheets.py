"""Spreadsheets of strangers read carefully, and our own written so that no cell is ever taken for a formula.

Reading takes the values of the first sheet and nothing else: no formulas, links, macros, pictures. A workbook is a
ZIP of XML: what it unpacks to is bounded before anything is unpacked, and defusedxml, which openpyxl uses where it
is there, refuses entities that grow.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias

from server.csv_text import rows_of

if TYPE_CHECKING:  # openpyxl is imported with the first workbook, and not when the control process starts
    from openpyxl import Workbook
    from openpyxl.cell import Cell

Value: TypeAlias = str | int | date | None
MAX_UNPACKED = 40_000_000
MAX_PARTS = 300
MAX_COLUMNS = 60
MAX_LINES = 20_000  # with empty ones, which a file can hold a million of in a few bytes
_ZIP = b"PK\x03\x04"
_MARK = "'"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NotXlsx(ValueError):
    """No workbook, or one that nobody writes by hand; what is in it was not looked at."""


def rows_in_file(content: bytes) -> list[tuple[int, list[str]]]:
    """The lines of a workbook or of a CSV file, whichever it is. Raises NotXlsx, NotText, NotCsv."""
    if content[:4] == _ZIP:
        return list(rows_in_xlsx(content))
    return [(line, [unmarked(cell) for cell in cells]) for line, cells in rows_of(content)]


def rows_in_xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The number of each line (the sheet's first is 1) and its cells as text, composed (NFC) and trimmed; empty
    lines are left out. Raises NotXlsx."""
    import openpyxl

    try:
        _measure(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a sheet has besides values
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            try:
                yield from _lines(book)
            finally:
                book.close()
    except NotXlsx:
        raise
    except Exception as problem:  # a broken workbook fails anywhere in zipfile, expat or openpyxl, with anything
        raise NotXlsx(type(problem).__name__) from None


def _measure(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise NotXlsx("too large when unpacked")


def _lines(book: Workbook) -> Iterator[tuple[int, list[str]]]:
    sheet = book.worksheets[0]
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # what the file says of its size need not be so
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1):
        if number > MAX_LINES:
            raise NotXlsx("too many lines")
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:  # every row is as wide as may be read
            cells.pop()
        if cells:
            yield number, cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return unmarked(unicodedata.normalize("NFC", str(value)).strip())


def unmarked(text: str) -> str:
    """Without the mark that `as_csv` puts before what a spreadsheet would compute."""
    return text[1:] if text[:1] == _MARK and text[1:2] in _FORMULA else text


def as_csv(rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with a byte-order mark, as Excel opens it right."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_safe(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _safe(value: Value) -> str:
    text = "" if value is None else value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value)
    return _MARK + text if isinstance(value, str) and text.startswith(_FORMULA) else text


def as_xlsx(*sheets: tuple[str, Sequence[int], Iterable[Sequence[Value]]]) -> bytes:
    """Sheets of a title, the widths of columns in characters, and rows, of which the first is the head."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for title, widths, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for number, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        for number, row in enumerate(rows):
            sheet.append([_cell(sheet, value, head=number == 0) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, value: Value, *, head: bool) -> Cell | Value:
    """A cell of its own only where it must be one: ten thousand rows of them take half a minute."""
    if isinstance(value, str):
        value = _NOT_IN_XML.sub("", value)  # a sheet with one of them could not be opened
        if head or value.startswith(_FORMULA):
            from openpyxl.cell import WriteOnlyCell
            from openpyxl.styles import Font

            cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]
            cell.data_type = "s"  # whatever it begins with
            if head:
                cell.font = Font(bold=True)
            return cell
    return value
