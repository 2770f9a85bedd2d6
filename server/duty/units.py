"""The units whose heads have a duty of their own, when they exist, and who is meant by a name: pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from server.conclusions.assignees import label_of, name_of
from server.data.folding import fold
from server.deadlines.dated import holds_on
from server.receptions.dated_rules import RuleKey
from server.rooms.departments import Department
from server.rooms.tables import Room, RoomLevel
from server.web.languages import N_

_COMMITTEE = ("ubnd ", "uy ban nhan dan ")
_CODE_DIGITS = 5
_ONE_DAY = timedelta(days=1)


class DutyLevel(StrEnum):
    """The word stands in addresses."""

    COMMUNES = "communes"
    DEPARTMENTS = "departments"
    DISTRICTS = "districts"


LEVEL_WORDS: dict[DutyLevel, str] = {
    DutyLevel.COMMUNES: N_("Communes"),
    DutyLevel.DEPARTMENTS: N_("Departments"),
    DutyLevel.DISTRICTS: N_("Districts"),
}
RULE_OF: dict[DutyLevel, RuleKey] = {
    DutyLevel.COMMUNES: RuleKey.DUTY_COMMUNE,
    DutyLevel.DEPARTMENTS: RuleKey.DUTY_AGENCY,
    DutyLevel.DISTRICTS: RuleKey.DUTY_DISTRICT,
}
_OF_ROOM = {RoomLevel.COMMUNE: DutyLevel.COMMUNES, RoomLevel.DISTRICT: DutyLevel.DISTRICTS}


@dataclass(frozen=True, slots=True)
class DutyUnit:
    """`key` is the room's number, or the department's name. `spans`: first and last days; none: it still is."""

    level: DutyLevel
    key: str
    name: str
    label: str  # as the list of a form offers it
    spans: tuple[tuple[date, date | None], ...]
    room: Room | None = None

    @property
    def room_id(self) -> int | None:
        return None if self.room is None else self.room.id

    def exists(self, day: date) -> bool:
        return any(holds_on(day, first, last) for first, last in self.spans)

    def exists_in(self, first: date, last: date) -> bool:
        """On some day from the one to the other."""
        return any(since <= last and first <= (until or date.max) for since, until in self.spans)

    def existed_throughout(self, first: date, last: date) -> bool:
        if any(since <= first and last <= (until or date.max) for since, until in self.spans):
            return True
        return all(self.exists(first + _ONE_DAY * number) for number in range((last - first).days + 1))


class DutyUnits:
    """All units of all times."""

    def __init__(self, rooms: Iterable[Room], departments: Iterable[Department]) -> None:
        units = [_of_room(room) for room in rooms if room.level in _OF_ROOM]
        spans: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
        for department in departments:
            spans[department.name].append((department.valid_from, department.valid_to))
        units += [DutyUnit(DutyLevel.DEPARTMENTS, name, name, name, tuple(days)) for name, days in spans.items()]
        self._by_key = {unit.key: unit for unit in units}

    @cached_property
    def _known(self) -> dict[str, list[DutyUnit]]:
        known: dict[str, list[DutyUnit]] = defaultdict(list)
        for unit in self._by_key.values():
            for name in _names_of(unit):
                known[name].append(unit)
        return known

    def get(self, key: str) -> DutyUnit | None:
        return self._by_key.get(key)

    def of_level(self, level: DutyLevel, first: date, last: date) -> list[DutyUnit]:
        """Those that existed on some day from the one to the other."""
        return [unit for unit in self._by_key.values() if unit.level is level and unit.exists_in(first, last)]

    def all(self) -> list[DutyUnit]:
        return list(self._by_key.values())

    def named(self, text: str, day: date) -> DutyUnit | None:
        """By code, name, or name with district. None: no unit of `day` is called so, or several are."""
        wanted = fold(text)
        for word in _COMMITTEE:
            wanted = wanted.removeprefix(word)
        if wanted.isdecimal() and len(wanted) == _CODE_DIGITS - 1:
            wanted = wanted.zfill(_CODE_DIGITS)  # a spreadsheet takes 06664 for a number
        found = [unit for unit in self._known.get(wanted, ()) if unit.exists(day)]
        return found[0] if len(found) == 1 else None


def _of_room(room: Room) -> DutyUnit:
    span = (room.valid_from, room.valid_to)
    return DutyUnit(_OF_ROOM[room.level], str(room.id), name_of(room), label_of(room), (span,), room)


def _names_of(unit: DutyUnit) -> set[str]:
    names = {fold(unit.name), fold(unit.label)}
    return names if unit.room is None else {*names, fold(unit.room.name), unit.room.code}
