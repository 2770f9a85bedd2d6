"""What one room was before and what became of it, as its page tells; and on which days units changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from server.rooms.tables import Extent, Room, RoomSuccession


@dataclass(frozen=True, slots=True)
class Kinship:
    """One line of a room's history: the other room, and how much of the predecessor went over on `day`."""

    room: Room
    day: date
    extent: Extent
    basis: str


@dataclass(frozen=True, slots=True)
class RoomHistory:
    room: Room
    before: tuple[Kinship, ...]
    after: tuple[Kinship, ...]
    same_code: tuple[Room, ...]  # other rooms that had or have the code, oldest first


def history_of(session: Session, room_id: int) -> RoomHistory | None:
    room = session.get(Room, room_id)
    if room is None:
        return None
    came = select(RoomSuccession, Room).where(RoomSuccession.predecessor_id == Room.id)
    went = select(RoomSuccession, Room).where(RoomSuccession.successor_id == Room.id)
    ordered = (col(RoomSuccession.day), col(Room.code))
    others = select(Room).where(Room.code == room.code, Room.id != room.id).order_by(col(Room.valid_from))
    return RoomHistory(
        room,
        tuple(
            Kinship(other, row.day, row.extent, row.basis)
            for row, other in session.exec(came.where(RoomSuccession.successor_id == room.id).order_by(*ordered))
        ),
        tuple(
            Kinship(other, row.day, row.extent, row.basis)
            for row, other in session.exec(went.where(RoomSuccession.predecessor_id == room.id).order_by(*ordered))
        ),
        tuple(session.exec(others)),
    )


def days_of_change(session: Session) -> list[date]:
    """First days of a new state of the registry, oldest first; the first of all is when it begins."""
    rooms = session.exec(select(Room)).all()
    ended = {room.valid_to + timedelta(days=1) for room in rooms if room.valid_to is not None}
    changed = {row.day for row in session.exec(select(RoomSuccession))}
    return sorted({room.valid_from for room in rooms} | ended | changed)
