"""Which commune somebody means: by its code, by a line of the list, or by a name that only one of them has.

A petition keeps the code, and its day says which unit that is (`server.rooms.spans`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import col

from server.data.folding import fold
from server.petitions.tables import Petition
from server.rooms.spans import Codes
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


def rooms_meant(text: str, rooms: Iterable[Room]) -> list[Room]:
    """Communes of all times; none where no commune is meant, or several may be. A code means all that had it, a
    name those that had it one after the other."""
    communes = [room for room in rooms if room.level == RoomLevel.COMMUNE]
    wanted = fold(text)
    labelled = [room for room in communes if fold(place_label(room)) == wanted]
    coded = [room for room in communes if room.code == text[:5]]
    named = [
        room
        for room in communes
        if wanted
        in (room.name_key, fold(room.name.removeprefix(room.type)), fold(f"{room.name}, {room.district}"))
    ]
    together = any(
        one.code != other.code
        and one.valid_from <= (other.valid_to or date.max)
        and other.valid_from <= (one.valid_to or date.max)
        for one in named
        for other in named
    )
    return labelled or coded or ([] if together else named)


def arose_in(rooms: Iterable[Room], everything: Iterable[Room]) -> ColumnElement[bool]:
    """Petitions whose place on the day they came in was one of `rooms`. `everything`: the rooms of all times."""
    codes: dict[tuple[date | None, date | None], list[str]] = defaultdict(list)
    for span in Codes(everything).spans_of(rooms):
        codes[span.since, span.until].append(span.room.code)
    return or_(false(), *(_within(since, until, those) for (since, until), those in codes.items()))


def _within(since: date | None, until: date | None, codes: list[str]) -> ColumnElement[bool]:
    asked: list[ColumnElement[bool]] = [col(Petition.place_code).in_(codes)]
    if since is not None:
        asked.append(col(Petition.received_on) >= since)
    if until is not None:
        asked.append(col(Petition.received_on) <= until)
    return and_(*asked)
