"""Doing a change of units: rooms end and begin, what became of which is kept, planned audiences follow.

A room that ends keeps its row, and with it everything that points to it: attendance, the floor, recordings. Its
address stops working with its last day, because a key is looked up by code and day; a unit that takes over its
code has keys of a new version. Only one that is merely renamed keeps its address: the same people, the same hall.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, select

from server.data.folding import fold
from server.people import audit
from server.rooms.change_file import ChangeRow
from server.rooms.changes import Change, ChangePlan, Key, Link, Unit, plan
from server.rooms.planned import NoReceptions, PlannedAudiences, PlannedItem
from server.rooms.tables import Extent, Room, RoomSuccession

SAMPLE_CHANGES = Path(__file__).parent / "data" / "quang-ninh-changes.csv"
"""From the 177 communes of 2024 to the 171 of 1 November 2024 and the 54 of 1 July 2025."""


def look(session: Session, rows: Iterable[ChangeRow]) -> ChangePlan:
    """What these lines would change. Nothing is written."""
    rooms = {room.id: room for room in session.exec(select(Room))}
    links = [
        Link(_key(rooms[row.predecessor_id]), _key(rooms[row.successor_id]), row.extent, row.day, row.basis)
        for row in session.exec(select(RoomSuccession))
    ]
    return plan(rows, [_unit(room) for room in rooms.values()], links)


def stamp_of(planned: ChangePlan) -> str:
    """Tells one plan from another: what somebody confirms must be what was shown."""
    return hashlib.sha256(repr(planned.changes).encode()).hexdigest()[:32]


def audiences_of(session: Session, planned: ChangePlan, receptions: PlannedAudiences) -> list[PlannedItem]:
    """Planned items that name a room that ends; before anything is written."""
    found: dict[int, PlannedItem] = {}
    rooms = _room_of(session)
    for change in planned.changes:
        ids = {rooms[unit.key].id or 0 for unit in change.ends if unit.key in rooms}
        for item in receptions.naming(session, ids, change.day):
            found.setdefault(item.item_id, item)
    return sorted(found.values(), key=lambda item: (item.planned_at, item.reception_id, item.position))


def carry_out(
    session: Session, planned: ChangePlan, *, actor: str, receptions: PlannedAudiences | None = None
) -> list[int]:
    """Everything of `planned`, with an audit event for each day. The receptions whose audience was moved."""
    receptions = receptions or NoReceptions()
    rooms = _room_of(session)
    versions: dict[str, int] = {}
    for (code, _), room in rooms.items():
        versions[code] = max(versions.get(code, 0), room.key_version)
    moved: list[int] = []
    for day in sorted({change.day for change in planned.changes}):
        changes = [change for change in planned.changes if change.day == day]
        for change in changes:
            _write(session, change, rooms, versions)
        session.flush()
        for link in (link for change in changes for link in change.links):
            session.add(_row(link, rooms))
        session.flush()
        for change in changes:
            _take_telephone(session, change, rooms)
        follow = {
            rooms[link.predecessor].id or 0: rooms[link.successor].id or 0
            for change in changes
            for link in change.links
            if link.extent is Extent.FULL
        }
        receptions_changed = receptions.move(session, follow, day)
        moved += receptions_changed
        detail = {
            "day": day.isoformat(),
            "ended": [unit.code for change in changes for unit in change.ends],
            "begun": [unit.code for change in changes for unit in change.begins],
            "receptions": receptions_changed,
        }
        audit.record(session, actor, "units_changed", "", detail)
    return sorted(set(moved))


def _write(session: Session, change: Change, rooms: dict[Key, Room], versions: dict[str, int]) -> None:
    for unit in change.ends:
        room = rooms[unit.key]
        room.valid_to = change.day - timedelta(days=1)
        session.add(room)
    for unit in change.begins:
        version = versions.get(unit.code, 0) + (0 if change.renamed else 1)
        versions[unit.code] = version
        rooms[unit.key] = Room(
            code=unit.code,
            name=unit.name,
            name_key=fold(unit.name),
            type=unit.type,
            level=unit.level,
            district_code=unit.district_code,
            district=unit.district,
            valid_from=unit.valid_from,
            key_version=version,
        )
        session.add(rooms[unit.key])


def _take_telephone(session: Session, change: Change, rooms: Mapping[Key, Room]) -> None:
    """A unit that begins takes over the one number that there is among those which became a part of it as a whole;
    where there are several its page offers them. One that goes on keeps its own."""
    for unit in change.begins:
        links = [link for link in change.links if link.successor == unit.key and link.extent is Extent.FULL]
        numbers = {rooms[link.predecessor].telephone for link in links} - {""}
        if len(numbers) == 1:
            rooms[unit.key].telephone = numbers.pop()
            session.add(rooms[unit.key])


def _row(link: Link, rooms: Mapping[Key, Room]) -> RoomSuccession:
    return RoomSuccession(
        predecessor_id=rooms[link.predecessor].id or 0,
        successor_id=rooms[link.successor].id or 0,
        extent=link.extent,
        day=link.day,
        basis=link.basis,
    )


def _room_of(session: Session) -> dict[Key, Room]:
    return {_key(room): room for room in session.exec(select(Room))}


def _key(room: Room) -> Key:
    return room.code, room.valid_from


def _unit(room: Room) -> Unit:
    return Unit(
        code=room.code,
        name=room.name,
        type=room.type,
        level=room.level,
        district_code=room.district_code,
        district=room.district,
        valid_from=room.valid_from,
        valid_to=room.valid_to,
    )
