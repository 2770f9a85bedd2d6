"""CSV as offices save it, read the same way everywhere: UTF-8 with or without a byte-order mark, commas or the
semicolons of spreadsheets in Vietnamese, lines that start with # as notes, days as 2026-01-31 or 31/01/2026."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import date

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_FIRST = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}")


class NotText(ValueError):
    """The file is not UTF-8: `came` is the first wrong byte, as 0xff, in line `line`."""

    def __init__(self, line: int, came: str) -> None:
        super().__init__(f"line {line}: byte {came}")
        self.line, self.came = line, came


class NotCsv(ValueError):
    """Line `line` cannot be taken apart; `came` says why, in the words of the csv module."""

    def __init__(self, line: int, came: str) -> None:
        super().__init__(f"line {line}: {came}")
        self.line, self.came = line, came


def rows_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The number of each line (the file's first is 1) and its cells, composed (NFC) and without needless blanks;
    empty lines and notes are left out. Raises NotText before the first, NotCsv in its place."""
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotText(line, f"0x{content[error.start]:02x}") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for row in reader:
            cells = [" ".join(cell.split()) for cell in row]
            if any(cells) and not cells[0].startswith("#"):
                yield reader.line_num, cells
    except csv.Error as error:
        raise NotCsv(reader.line_num, str(error)) from None


def day_in(cell: str) -> date | None:
    """None for what is no day, like 31/02/2026."""
    try:
        if _ISO.fullmatch(cell):
            return date.fromisoformat(cell)
        if _DAY_FIRST.fullmatch(cell):
            day, month, year = map(int, cell.split("/"))
            return date(year, month, day)
    except ValueError:
        pass
    return None


def _delimiter(text: str) -> str:
    """As in the first line that has one: a title above the columns often has none."""
    for line in text.splitlines():
        if not line.lstrip().startswith("#") and (";" in line or "," in line):
            return ";" if line.count(";") > line.count(",") else ","
    return ","
