"""Which commune somebody means: by its code, by a line of the list, or by a name that only one of them has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from server.data.folding import fold
from server.rooms.tables import Room, RoomLevel


def place_label(room: Room) -> str:
    return f"{room.code} {room.name}, {room.district}".rstrip(", ")


class Places:
    """The communes of one day; they are folded once, so that a file of many rows is read quickly."""

    def __init__(self, rooms: Iterable[Room]) -> None:
        self._communes = [room for room in rooms if room.level == RoomLevel.COMMUNE]
        self._codes = {room.code for room in self._communes}
        self._labels = {fold(place_label(room)): room.code for room in self._communes}
        self._named: dict[str, set[str]] = defaultdict(set)
        for room in self._communes:
            bare, full = fold(room.name.removeprefix(room.type)), fold(f"{room.name}, {room.district}")
            for name in (room.name_key, bare, full):
                self._named[name].add(room.code)

    @property
    def labels(self) -> list[str]:
        return [place_label(room) for room in self._communes]

    def code_of(self, text: str) -> str | None:
        """ "" for no text; None where no commune is meant, or several may be."""
        if not text:
            return ""
        if text[:5] in self._codes:
            return text[:5]
        wanted = fold(text)
        if wanted in self._labels:
            return self._labels[wanted]
        named = self._named.get(wanted, set())
        return next(iter(named)) if len(named) == 1 else None
