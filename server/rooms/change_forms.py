"""The forms that merge, rename, split and end units, read into the lines a file of changes would have.

A form is judged by the same rules as a file (`changes.plan`); here only units are looked up by what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from server.csv_text import day_in
from server.data.folding import fold
from server.rooms.change_file import ChangeFile, ChangeRow, read_changes, written
from server.rooms.tables import Extent, Room, RoomLevel
from server.web.languages import N_

UNITS = 8  # that merge in one form; a file takes any number
PARTS = 4
TYPES = ("Phường", "Xã", "Thị trấn", "Đặc khu", "Thành phố", "Thị xã", "Huyện")
_NO_DAY = N_("Choose the day from which this holds.")
_NO_UNIT = N_("Choose a unit of the list: its code, or a name that only one unit has on the day before.")
_TOO_FEW = N_("Name at least two units, each once.")
_NO_CODE = N_("Enter the code of the unit that takes the others in, or of the new one.")
_TOO_FEW_PARTS = N_("Name at least two parts, each with the code of its unit.")


class Act(StrEnum):
    MERGE = "merge"
    RENAME = "rename"
    SPLIT = "split"
    END = "end"


@dataclass(slots=True)
class FilledChange:
    """A form as it came; `mistakes` by field. `rows` is empty where there is one."""

    values: dict[str, str]
    rows: tuple[ChangeRow, ...] = ()
    mistakes: dict[str, str] = field(default_factory=dict)


def label_of(room: Room) -> str:
    district = room.district if room.level is RoomLevel.COMMUNE else ""
    return f"{room.code} {room.name}, {district}".rstrip(", ")


def day_of(form: Mapping[str, object]) -> date | None:
    return day_in(_text(form, "day"))


def read_change(act: Act, form: Mapping[str, object], rooms: Sequence[Room]) -> FilledChange:
    """`rooms`: those of the day before the one in the form."""
    day = day_of(form)
    filled = FilledChange({name: _text(form, name) for name in form if name != "csrf"})
    if day is None:
        filled.mistakes["day"] = _NO_DAY
    units = [name for number in range(1, UNITS + 1) if filled.values.get(name := f"unit{number}", "")]
    found: dict[str, Room] = {}
    for name in units:
        room = unit_named(filled.values[name], rooms)
        if room is None:
            filled.mistakes[name] = _NO_UNIT
        else:
            found[name] = room
    chosen = list({room.code: room for room in found.values()}.values())
    if not units or (act is Act.MERGE and len(chosen) < max(2, len(units))):
        filled.mistakes.setdefault("unit1", _TOO_FEW if act is Act.MERGE else _NO_UNIT)
    rows = _ROWS[act](filled, day or date.max, chosen) if not filled.mistakes else []
    if filled.mistakes:
        return filled
    file: ChangeFile = read_changes(written(rows))
    for wrong in file.refused:
        filled.mistakes[_FIELDS.get(wrong.column, "unit1")] = wrong.allowed
    filled.rows = file.rows if not filled.mistakes else ()
    return filled


_FIELDS = {"name": "name", "type": "type", "successor": "code", "district_code": "district", "basis": "basis"}


def _merge(filled: FilledChange, day: date, units: Sequence[Room]) -> list[ChangeRow]:
    code = filled.values.get("code", "").split(" ", 1)[0]
    if not code:
        filled.mistakes["code"] = _NO_CODE
    described = _described(filled, units[0])
    basis = filled.values.get("basis", "")
    return [ChangeRow(0, day, unit.code, code, Extent.FULL, *described, basis) for unit in units]


def _rename(filled: FilledChange, day: date, units: Sequence[Room]) -> list[ChangeRow]:
    unit = units[0]
    name, type_ = filled.values.get("name", "") or unit.name, filled.values.get("type", "") or unit.type
    basis = filled.values.get("basis", "")
    if (name, type_) == (unit.name, unit.type):
        filled.mistakes["name"] = N_("Enter the new name, or choose the new type.")
    district = name if unit.level is RoomLevel.DISTRICT else unit.district
    described = (name, type_, unit.district_code, district)
    return [ChangeRow(0, day, unit.code, unit.code, Extent.FULL, *described, basis)]


def _split(filled: FilledChange, day: date, units: Sequence[Room]) -> list[ChangeRow]:
    unit, basis = units[0], filled.values.get("basis", "")
    rows = []
    for number in range(1, PARTS + 1):
        code = filled.values.get(f"code{number}", "").split(" ", 1)[0]
        name, type_ = filled.values.get(f"name{number}", ""), filled.values.get(f"type{number}", "")
        where = (unit.district_code, unit.district) if name else ("", "")
        if code:
            described = (name, type_ if name else "", *where)
            rows.append(ChangeRow(0, day, unit.code, code, Extent.PARTIAL, *described, basis))
    if len(rows) < 2:
        filled.mistakes["code1"] = _TOO_FEW_PARTS
    return rows


def _end(filled: FilledChange, day: date, units: Sequence[Room]) -> list[ChangeRow]:
    basis = filled.values.get("basis", "")
    return [ChangeRow(0, day, unit.code, "", Extent.FULL, basis=basis) for unit in units]


_ROWS = {Act.MERGE: _merge, Act.RENAME: _rename, Act.SPLIT: _split, Act.END: _end}


def _described(filled: FilledChange, first: Room) -> tuple[str, str, str, str]:
    """The unit that begins lies where the first of those lay that merge into it; without a name it goes on."""
    name, type_ = filled.values.get("name", ""), filled.values.get("type", "")
    if not name:
        return "", "", "", ""
    return name, type_, first.district_code, first.district


def unit_named(text: str, rooms: Sequence[Room], *, with_desk: bool = False) -> Room | None:
    """By its code, or by a name that only one of `rooms` has. The desk stands for the province."""
    code, wanted = text.split(" ", 1)[0], fold(text)
    exact = [room for room in rooms if room.code == code]
    named = [room for room in rooms if wanted in (room.name_key, fold(room.name.removeprefix(room.type)))]
    kept = [room for room in exact or named if with_desk or room.level is not RoomLevel.PROVINCE]
    return kept[0] if len(kept) == 1 else None


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def _text(form: Mapping[str, object], name: str) -> str:
    value = form.get(name, "")
    return " ".join(value.split())[:300] if isinstance(value, str) else ""
