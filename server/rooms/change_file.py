"""Reading a file that says what became of which unit, without the database: CSV or XLSX, a line for each part.

Columns: day, predecessor, successor, extent, name, type, district_code, district, basis. Day and predecessor or
successor must be there. A unit without a successor ends, one without a predecessor is new. Name, type and district
describe the successor, in one of its lines; without them it goes on as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from server.csv_text import NotCsv, NotText, day_in
from server.rooms.registry_file import LEVEL_OF_TYPE
from server.rooms.tables import Extent, RoomLevel
from server.row_files import SHOWN, RefusedRow, WrongCell
from server.spreadsheets import NotXlsx, as_csv, rows_in_file
from server.web.languages import N_

COLUMNS = ("day", "predecessor", "successor", "extent", "name", "type", "district_code", "district", "basis")
REQUIRED = ("day", "predecessor", "successor")
MAX_BYTES = 1_000_000
MAX_ROWS = 2000
_CODE = N_("the code of a unit: 5 digits for a commune, 3 for a district")
_TYPE = N_("Phường, Xã, Thị trấn, Đặc khu, Thành phố, Thị xã or Huyện")


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """All or a part of the predecessor belongs to the successor from `day` on; either code may be empty."""

    line: int
    day: date
    predecessor: str
    successor: str
    extent: Extent
    name: str = ""  # of the successor, with its type; empty: not described in this line
    type: str = ""
    district_code: str = ""
    district: str = ""
    basis: str = ""

    @property
    def level(self) -> RoomLevel | None:
        return LEVEL_OF_TYPE.get(self.type)


@dataclass(frozen=True, slots=True)
class ChangeFile:
    rows: tuple[ChangeRow, ...]
    refused: tuple[RefusedRow, ...]


def read_changes(content: bytes) -> ChangeFile:
    """Never raises for what is in the file."""
    if len(content) > MAX_BYTES:
        return _nothing(1, f"{len(content)} bytes", N_("a file of at most 1 MB"))
    try:
        lines = rows_in_file(content)
    except (NotXlsx, NotText, NotCsv) as problem:
        came = getattr(problem, "came", "")
        return _nothing(
            getattr(problem, "line", 1),
            came,
            N_("a spreadsheet (XLSX) of ordinary size, or text saved as CSV UTF-8"),
        )
    lines = [(line, cells) for line, cells in lines if not cells[0].startswith("#")]
    header = [cell.lower() for cell in lines[0][1]] if lines else []
    if not set(REQUIRED) <= set(header):
        came = ", ".join(header)
        return _nothing(lines[0][0] if lines else 1, came, N_("a first line that names the columns"))
    if len(lines) - 1 > MAX_ROWS:
        return _nothing(1, str(len(lines) - 1), N_("at most 2,000 lines"))
    rows, refused = [], []
    for line, cells in lines[1:]:
        try:
            rows.append(_row(line, dict(zip(header, cells, strict=False))))
        except WrongCell as wrong:
            refused.append(RefusedRow(line, wrong.column, wrong.came, wrong.allowed))
    return ChangeFile(tuple(rows), tuple(refused))


def written(rows: Iterable[ChangeRow]) -> bytes:
    """The same rows as a CSV file."""
    names = [field.name for field in fields(ChangeRow) if field.name != "line"]
    return as_csv([names, *([str(getattr(row, name)) for name in names] for row in rows)])


def _row(line: int, cells: dict[str, str]) -> ChangeRow:
    text = {name: " ".join(cells.get(name, "").split()) for name in COLUMNS}
    day = day_in(text["day"])
    if day is None:
        raise WrongCell("day", text["day"], N_("a date as 2020-01-31 or 31/01/2020"))
    for column in ("predecessor", "successor"):
        if text[column] and not (
            text[column].isascii() and text[column].isdigit() and len(text[column]) in (3, 5)
        ):
            raise WrongCell(column, text[column], _CODE)
    if not text["predecessor"] and not text["successor"]:
        raise WrongCell("predecessor", "", _CODE)
    extent = text["extent"].lower() or Extent.FULL
    if extent not in set(Extent):
        raise WrongCell("extent", text["extent"], N_("full (all of the unit) or partial (a part of it)"))
    if text["name"] or text["type"]:
        _describes(text)
    if len(text["basis"]) > 200:
        raise WrongCell("basis", text["basis"], N_("at most 200 characters"))
    return ChangeRow(
        line,
        day,
        text["predecessor"],
        text["successor"],
        Extent(extent),
        text["name"],
        text["type"],
        text["district_code"],
        text["district"],
        text["basis"],
    )


def _describes(text: dict[str, str]) -> None:
    level = LEVEL_OF_TYPE.get(text["type"])
    if level is None or level is RoomLevel.PROVINCE:
        raise WrongCell("type", text["type"], _TYPE)
    if not 1 <= len(text["name"]) <= 120 or not text["name"].isprintable():
        raise WrongCell("name", text["name"], N_("1 to 120 characters"))
    if len(text["successor"]) != (5 if level is RoomLevel.COMMUNE else 3):
        raise WrongCell("successor", text["successor"], _CODE)
    code = text["district_code"]
    if code and not (code.isascii() and code.isdigit() and len(code) == 3):
        raise WrongCell("district_code", code, N_("3 digits for a district"))
    if len(text["district"]) > 120:
        raise WrongCell("district", text["district"], N_("at most 120 characters"))


def _nothing(line: int, came: str, allowed: str) -> ChangeFile:
    return ChangeFile((), (RefusedRow(line, "", came[:SHOWN], allowed),))
