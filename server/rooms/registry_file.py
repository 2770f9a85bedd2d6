"""Reading a CSV file of rooms, without the database: good rows, and for each bad one where and why.

Columns: code, name, type, level, district_code, district, valid_from, valid_to; code, name and type must be
there, the others may come from defaults. What is tolerated says `server.csv_text`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from server.csv_text import NotCsv, NotText, day_in, rows_of
from server.rooms.tables import RoomLevel
from server.row_files import SHOWN, RefusedRow, WrongCell
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
class RegistryFile:
    rows: tuple[RoomRow, ...]
    refused: tuple[RefusedRow, ...]


def read_registry(content: bytes, *, valid_from: date | None = None, valid_to: date | None = None) -> RegistryFile:
    """Never raises for what is in the file. The defaults count where the file has no such column or cell."""
    if len(content) > MAX_BYTES:
        return _nothing(1, "", f"{len(content)} bytes", N_("a file of at most 2 MB"))
    header: list[str] | None = None
    rows: list[RoomRow] = []
    refused: list[RefusedRow] = []
    seen: dict[tuple[str, date], int] = {}
    try:
        for line, cells in rows_of(content):
            if header is None:
                header = [cell.lower() for cell in cells]
                missing = [name for name in REQUIRED if name not in header]
                if missing:
                    return _nothing(
                        line, ", ".join(missing), ", ".join(header), N_("a first line that names the columns")
                    )
                continue
            try:
                row = _row(line, dict(zip(header, cells, strict=False)), valid_from, valid_to)
                if (row.code, row.valid_from) in seen:
                    raise WrongCell("code", row.code, N_("each code once for the same first day"))
            except WrongCell as wrong:
                refused.append(RefusedRow(line, wrong.column, wrong.came, wrong.allowed))
                continue
            seen[(row.code, row.valid_from)] = line
            rows.append(row)
    except NotText as problem:
        return _nothing(problem.line, "", f"byte {problem.came}", N_("text saved as CSV UTF-8"))
    except NotCsv as problem:
        refused.append(RefusedRow(problem.line, "", problem.came[:SHOWN], N_("a line of comma-separated values")))
    if header is None:
        return _nothing(1, "", "0", N_("a first line that names the columns"))
    return RegistryFile(tuple(rows), tuple(refused))


def _row(line: int, cells: dict[str, str], valid_from: date | None, valid_to: date | None) -> RoomRow:
    kind = cells.get("type", "")
    if kind not in LEVEL_OF_TYPE:
        raise WrongCell("type", kind, N_("Phường, Xã, Thị trấn, Đặc khu, Thành phố, Thị xã, Huyện or Tỉnh"))
    level = LEVEL_OF_TYPE[kind]
    if cells.get("level", "") not in ("", str(level)):
        raise WrongCell("level", cells["level"], N_("the level of the type: province, district or commune"))
    code = cells.get("code", "")
    if not (code.isascii() and code.isdigit() and len(code) == _CODE_LENGTH[level]):
        raise WrongCell("code", code, _CODE_ALLOWED[level])
    name = cells.get("name", "")
    if not 1 <= len(name) <= 120 or not name.isprintable():
        raise WrongCell("name", name, N_("1 to 120 characters"))
    district_code, district = cells.get("district_code", ""), cells.get("district", "")
    if district_code and not (district_code.isascii() and district_code.isdigit() and len(district_code) == 3):
        raise WrongCell("district_code", district_code, _CODE_ALLOWED[RoomLevel.DISTRICT])
    if len(district) > 120:
        raise WrongCell("district", district, N_("at most 120 characters"))
    first = _day("valid_from", cells.get("valid_from", "")) or valid_from
    if first is None:
        raise WrongCell("valid_from", "", _DATE_ALLOWED)
    last = _day("valid_to", cells.get("valid_to", "")) or valid_to
    if last is not None and last < first:
        raise WrongCell("valid_to", last.isoformat(), N_("a last day that is not before the first"))
    return RoomRow(line, code, name, kind, level, district_code, district, first, last)


def _day(column: str, text: str) -> date | None:
    if not text:
        return None
    day = day_in(text)
    if day is None:
        raise WrongCell(column, text, _DATE_ALLOWED)
    return day


def _nothing(line: int, column: str, came: str, allowed: str) -> RegistryFile:
    return RegistryFile((), (RefusedRow(line, column, came[:SHOWN], allowed),))
