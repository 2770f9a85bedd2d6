"""Whom a task is given to: a unit of the registry, or a department; and who is meant by what was typed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.data.folding import fold
from server.rooms.tables import Room, RoomLevel

LONGEST = 120
_TYPES = ("phuong", "xa", "thi tran", "thanh pho", "thi xa", "huyen", "dac khu")
_COMMITTEE = ("ubnd ", "uy ban nhan dan ")


@dataclass(frozen=True, slots=True)
class Assignee:
    """`code` is that of a unit of the registry, and empty for a department. `listed`: nobody's free words."""

    code: str
    name: str
    listed: bool = True


def label_of(room: Room) -> str:
    """How the list of the form offers a unit; the code tells units of one name apart."""
    return f"{room.code} {name_of(room)}"


def name_of(room: Room) -> str:
    return room.name if room.level != RoomLevel.COMMUNE else f"{room.name}, {room.district}".rstrip(", ")


def units_of(rooms: Iterable[Room]) -> list[Room]:
    """The provincial desk is given no task: what the office does itself is its department's."""
    return [room for room in rooms if room.level != RoomLevel.PROVINCE]


def assignee_named(text: str, units: Sequence[Room], departments: Iterable[str]) -> Assignee | None:
    """None: it reads like a unit of the registry and is none of `units`, or like several of them."""
    wanted = fold(text)
    for department in departments:
        if wanted == fold(department):
            return Assignee("", department)
    of_the_committee = next((wanted.removeprefix(word) for word in _COMMITTEE if wanted.startswith(word)), wanted)
    for unit in units:
        if wanted in (unit.code, fold(label_of(unit))):
            return Assignee(unit.code, name_of(unit))
    found = [unit for unit in units if of_the_committee in (fold(unit.name), fold(name_of(unit)))]
    if len(found) == 1:
        return Assignee(found[0].code, name_of(found[0]))
    if found or any(of_the_committee.startswith(f"{word} ") for word in _TYPES) or wanted[:1].isdecimal():
        return None
    return Assignee("", text, listed=False)
