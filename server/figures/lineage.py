"""What the rooms of one day were on another, for the comparison with last year."""

from __future__ import annotations

from sqlmodel import Session, select

from server.figures.rules import Existence, Lineage, same_rooms
from server.rooms.tables import Room


def lineage_in(session: Session) -> Lineage:
    return same_rooms(
        {room.id or 0: Existence(room.valid_from, room.valid_to) for room in session.exec(select(Room))}
    )
