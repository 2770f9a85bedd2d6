"""Planned audiences when units change: implements `server.rooms.planned.PlannedAudiences`.

Only what is still to be heard follows; what was heard keeps the rooms of its time. A room that became one other
room as a whole is replaced by it. Where it was split nobody but the office can say which part the matter concerns,
so the room stays on the list, where it admits nobody, until somebody decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlmodel import Session, col, select

from server.receptions.queries import day_bounds
from server.receptions.tables import AgendaItem, AgendaItemRoom, Audience, ItemState, Reception, ReceptionState
from server.rooms.planned import PlannedItem
from server.rooms.tables import Room
from server.web.languages import local_day

_Row = tuple[AgendaItemRoom, AgendaItem, Reception, Room]


class MovedRooms:
    def naming(self, session: Session, room_ids: Collection[int], since: date) -> list[PlannedItem]:
        return _items(row for row in _ahead(session, since) if row[0].room_id in room_ids)

    def outlived(self, session: Session) -> list[PlannedItem]:
        return _items(row for row in _ahead(session) if not _exists(row[3], local_day(row[2].planned_at)))

    def move(self, session: Session, successors: Mapping[int, int], since: date) -> list[int]:
        changed: set[int] = set()
        for allowed, item, reception, _ in _ahead(session, since):
            successor = successors.get(allowed.room_id)
            if successor is None:
                continue
            session.delete(allowed)
            session.flush()
            if session.get(AgendaItemRoom, (item.id, successor)) is None:
                session.add(AgendaItemRoom(item_id=item.id or 0, room_id=successor))
            changed.add(reception.id or 0)
        session.flush()
        return sorted(changed)


def _ahead(session: Session, since: date | None = None) -> list[_Row]:
    found = (
        select(AgendaItemRoom, AgendaItem, Reception, Room)
        .where(AgendaItemRoom.item_id == AgendaItem.id, AgendaItem.reception_id == Reception.id)
        .where(AgendaItemRoom.room_id == Room.id, Reception.state == ReceptionState.PLANNED)
        .where(AgendaItem.state == ItemState.WAITING, AgendaItem.audience == Audience.ROOMS)
        .order_by(col(Reception.planned_at), col(Reception.id), col(AgendaItem.position), col(Room.code))
    )
    if since is not None:
        found = found.where(col(Reception.planned_at) >= day_bounds(since)[0])
    return list(session.exec(found))


def _exists(room: Room, day: date) -> bool:
    return room.valid_from <= day <= (room.valid_to or date.max)


def _items(rows: Iterable[_Row]) -> list[PlannedItem]:
    rooms: dict[int, list[tuple[int, str]]] = defaultdict(list)
    places: dict[int, tuple[AgendaItem, Reception]] = {}
    for _, item, reception, room in rows:
        rooms[item.id or 0].append((room.id or 0, room.name))
        places[item.id or 0] = item, reception
    return [
        PlannedItem(
            reception_id=reception.id or 0,
            reception_title=reception.title,
            planned_at=reception.planned_at,
            item_id=number,
            position=item.position,
            rooms=tuple(rooms[number]),
        )
        for number, (item, reception) in places.items()
    ]
