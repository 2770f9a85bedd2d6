"""A file with telephone numbers of rooms: what its rows mean, and what of it is new. Without the database.

A row names its room by code or by name. A cell without a number changes nothing: whoever takes the list along and
fills in a few numbers must not lose the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.data.folding import fold
from server.readiness.contacts import telephone_in
from server.rooms.tables import Room
from server.row_files import Cells, Expected, ImportFile, RefusedRow, WrongCell, read_rows
from server.web.languages import N_

COLUMNS: dict[str, str] = {
    "code": N_("Code"),
    "room": N_("Room"),
    "district": N_("District"),
    "telephone": N_("Telephone"),
}
"""By field, in the order of a file we write; the district is for the eye."""
REQUIRED = ("telephone",)
MAX_ROWS = 2000
_NAMES = {
    "code": ("code", "mã", "mã điểm cầu", "mã đơn vị"),
    "room": ("room", "điểm cầu", "đơn vị", "tên đơn vị", "tên điểm cầu", "unit"),
    "district": ("district", "huyện", "cấp huyện"),
    "telephone": ("telephone", "phone", "điện thoại", "số điện thoại", "sđt"),
}
_FIELDS = {fold(name): field for field, names in _NAMES.items() for name in names}
_NO_COLUMNS = N_("a first line that names the columns: Telephone, and Code or Room")
_TOO_MANY = N_("at most 2,000 rows in one file; split the file")
_NO_ROOM = N_("the code or the name of one room that exists today; the code tells rooms of one name apart")
_OTHER_NAME = N_("the name that the registry has for this code today, or no name")
_NO_NUMBER = N_("a number as 0203 3835 555, of at most 40 signs; an empty cell changes nothing")
_LOST_ZERO = N_("a number with its first 0: the spreadsheet took it away; make the cells text")
_TWICE = N_("one number for each room in a file")
_WITHOUT_ZERO = (9, 10)  # digits of a number in Vietnam whose leading 0 is lost


@dataclass(frozen=True, slots=True)
class NumberRow:
    line: int
    room: Room
    number: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class Numbers:
    """What would be taken. `known`: rooms that have that very number; `empty`: rows without one."""

    rows: tuple[NumberRow, ...]
    known: int
    empty: int
    refused: tuple[RefusedRow, ...]
    ignored: tuple[str, ...]


def column(heading: str) -> str | None:
    return _FIELDS.get(fold(heading))


def read_numbers(content: bytes, rooms: Sequence[Room]) -> Numbers:
    """`rooms`: those of today, without the desk. Never raises for what is in the file."""
    by_code = {room.code: room for room in rooms}
    by_name: dict[str, list[Room]] = {}
    for room in rooms:
        by_name.setdefault(room.name_key, []).append(room)
    seen: dict[str, str] = {}

    def row(line: int, cells: Cells) -> NumberRow:
        room, typed = _room(cells, by_code, by_name), cells.get("telephone", "")
        number = telephone_in(typed)
        if number is None:
            raise WrongCell("telephone", typed, _NO_NUMBER)
        if number.isdigit() and number[0] != "0" and len(number) in _WITHOUT_ZERO:
            raise WrongCell("telephone", typed, _LOST_ZERO)
        if number and seen.setdefault(room.code, number) != number:
            raise WrongCell("telephone", typed, _TWICE)
        return NumberRow(line, room, number, cells)

    file: ImportFile[NumberRow] = read_rows(
        content, Expected(REQUIRED, _NO_COLUMNS, MAX_ROWS, _TOO_MANY), column, row
    )
    told = {each.room.code: each for each in file.rows if each.number}
    new = [each for each in told.values() if each.room.telephone != each.number]
    empty = sum(not each.number for each in file.rows)
    return Numbers(tuple(new), len(told) - len(new), empty, file.refused, file.ignored)


def _room(cells: Cells, by_code: dict[str, Room], by_name: dict[str, list[Room]]) -> Room:
    code, name = cells.get("code", ""), cells.get("room", "")
    if code:
        # A spreadsheet takes the leading zeros away; communes have 5 digits, districts 3.
        found = by_code.get(code) or by_code.get(code.zfill(5))
        if found is None:
            raise WrongCell("code", code, _NO_ROOM)
        if name and fold(name) != found.name_key:
            raise WrongCell("room", name, _OTHER_NAME)
        return found
    named = by_name.get(fold(name), [])
    if len(named) != 1:
        raise WrongCell("room", name, _NO_ROOM)
    return named[0]
