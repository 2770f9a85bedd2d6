"""That a room was told: what the desk writes after telephoning, in a line of its own and in the audit log."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from server.people import audit
from server.readiness.tables import RoomContact
from server.rooms.tables import Room

LONGEST = 200


def write_contact(session: Session, room: Room, words: str, actor: str, at: datetime) -> None:
    session.add(RoomContact(room_id=room.id or 0, told_at=at, told_by=actor, words=words))
    audit.record(session, actor, "room_told", f"room:{room.code}")
