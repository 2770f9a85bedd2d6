"""Reading a CSV file of rooms, without the database: good rows, and for each bad one where and why.

Columns: code, name, type, level, district_code, district, valid_from, valid_to; code, name and type must be
there, the others may come from defaults. Lines that start with # are notes. Tolerated: a byte-order mark,
semicolons instead of commas (spreadsheets in Vietnamese), dates as 2020-01-01 or 01/01/2020.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from server.rooms.tables import RoomLevel
from server.web.languages import N_

COLUMNS = ("code", "name", "type", "level", "district_code", "district", "valid_from", "valid_to")
REQUIRED = ("code", "name", "type")
MAX_BYTES = 2_000_000
LEVEL_OF_TYPE = {
    "Tỉnh": RoomLevel.PROVINCE,
    "Thành phố": RoomLevel.DISTRICT,
    "Thị xã": RoomLevel.DISTRICT,
    "Huyện": RoomLevel.DISTRICT,
    "Phường": RoomLevel.COMMUNE,
    "Xã": RoomLevel.COMMUNE,
    "Thị trấn": RoomLevel.COMMUNE,
    "Đặc khu": RoomLevel.COMMUNE,
}
_CODE_LENGTH = {RoomLevel.PROVINCE: 2, RoomLevel.DISTRICT: 3, RoomLevel.COMMUNE: 5}
_CODE_ALLOWED = {
    RoomLevel.PROVINCE: N_("2 digits for the province"),
    RoomLevel.DISTRICT: N_("3 digits for a district"),
    RoomLevel.COMMUNE: N_("5 digits for a commune, with the leading zero"),
}
_DATE_ALLOWED = N_("a date as 2020-01-31 or 31/01/2020")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_FIRST = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
_SHOWN = 60


@dataclass(frozen=True)
class RoomRow:
    """One good row; `line` is where it stood."""

    line: int
    code: str
    name: str
    type: str
    level: RoomLevel
    district_code: str
    district: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class RefusedRow:
    """Line 1 is the file's first; `column` is empty where the line as a whole is wrong. `allowed` is a message."""

    line: int
    column: str
    came: str
    allowed: str


@dataclass(frozen=True)
class RegistryFile:
    rows: tuple[RoomRow, ...]
    refused: tuple[RefusedRow, ...]


class _Wrong(Exception):
    def __init__(self, column: str, came: str, allowed: str) -> None:
        super().__init__(column)
        self.column, self.came, self.allowed = column, came, allowed


def read_registry(content: bytes, *, valid_from: date | None = None, valid_to: date | None = None) -> RegistryFile:
    """Never raises for what is in the file. The defaults count where the file has no such column or cell."""
    if len(content) > MAX_BYTES:
        return _nothing(1, "", f"{len(content)} bytes", N_("a file of at most 2 MB"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _nothing(line, "", f"byte 0x{content[error.start]:02x}", N_("text saved as CSV UTF-8"))
    text = unicodedata.normalize("NFC", text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    header: list[str] | None = None
    rows: list[RoomRow] = []
    refused: list[RefusedRow] = []
    seen: dict[tuple[str, date], int] = {}
    try:
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if header is None:
                header = [cell.strip().lower() for cell in cells]
                missing = [name for name in REQUIRED if name not in header]
                if missing:
                    return _nothing(
                        line, ", ".join(missing), ", ".join(header), N_("a first line that names the columns")
                    )
                continue
            try:
                row = _row(line, dict(zip(header, map(_clean, cells), strict=False)), valid_from, valid_to)
                if (row.code, row.valid_from) in seen:
                    raise _Wrong("code", row.code, N_("each code once for the same first day"))
            except _Wrong as wrong:
                refused.append(RefusedRow(line, wrong.column, wrong.came[:_SHOWN], wrong.allowed))
                continue
            seen[(row.code, row.valid_from)] = line
            rows.append(row)
    except csv.Error as error:
        refused.append(
            RefusedRow(reader.line_num, "", str(error)[:_SHOWN], N_("a line of comma-separated values"))
        )
    if header is None:
        return _nothing(1, "", "0", N_("a first line that names the columns"))
    return RegistryFile(tuple(rows), tuple(refused))


def _row(line: int, cells: dict[str, str], valid_from: date | None, valid_to: date | None) -> RoomRow:
    kind = cells.get("type", "")
    if kind not in LEVEL_OF_TYPE:
        raise _Wrong("type", kind, N_("Phường, Xã, Thị trấn, Đặc khu, Thành phố, Thị xã, Huyện or Tỉnh"))
    level = LEVEL_OF_TYPE[kind]
    if cells.get("level", "") not in ("", str(level)):
        raise _Wrong("level", cells["level"], N_("the level of the type: province, district or commune"))
    code = cells.get("code", "")
    if not (code.isascii() and code.isdigit() and len(code) == _CODE_LENGTH[level]):
        raise _Wrong("code", code, _CODE_ALLOWED[level])
    name = cells.get("name", "")
    if not 1 <= len(name) <= 120 or not name.isprintable():
        raise _Wrong("name", name, N_("1 to 120 characters"))
    district_code, district = cells.get("district_code", ""), cells.get("district", "")
    if district_code and not (district_code.isascii() and district_code.isdigit() and len(district_code) == 3):
        raise _Wrong("district_code", district_code, _CODE_ALLOWED[RoomLevel.DISTRICT])
    if len(district) > 120:
        raise _Wrong("district", district, N_("at most 120 characters"))
    first = _day("valid_from", cells.get("valid_from", "")) or valid_from
    if first is None:
        raise _Wrong("valid_from", "", _DATE_ALLOWED)
    last = _day("valid_to", cells.get("valid_to", "")) or valid_to
    if last is not None and last < first:
        raise _Wrong("valid_to", last.isoformat(), N_("a last day that is not before the first"))
    return RoomRow(line, code, name, kind, level, district_code, district, first, last)


def _day(column: str, text: str) -> date | None:
    if not text:
        return None
    try:
        if _ISO.fullmatch(text):
            return date.fromisoformat(text)
        if _DAY_FIRST.fullmatch(text):
            day, month, year = map(int, text.split("/"))
            return date(year, month, day)
    except ValueError:
        pass  # no such day, like 31/02/2020: refused below with the rest
    raise _Wrong(column, text, _DATE_ALLOWED)


def _clean(cell: str) -> str:
    return " ".join(cell.split())


def _delimiter(text: str) -> str:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return ";" if line.count(";") > line.count(",") else ","
    return ","


def _nothing(line: int, column: str, came: str, allowed: str) -> RegistryFile:
    return RegistryFile((), (RefusedRow(line, column, came[:_SHOWN], allowed),))
