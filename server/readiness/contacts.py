"""Telephoning a room: its number, and that it was told. The audit log says that a number changed, not to what."""

from __future__ import annotations

import re
from datetime import datetime

from sqlmodel import Session

from server.people import audit
from server.readiness.tables import RoomContact
from server.rooms.history import history_of
from server.rooms.tables import Room

LONGEST = 200
LONGEST_TELEPHONE = 40
# Several numbers, and extensions ("0203 3835 555, máy lẻ 12"), as offices write them.
_TELEPHONE = re.compile(r"(?=(?:\D*\d){3})[\d +().,;/\-]+(?:(?:máy lẻ|ext\.?) ?\d{1,6})?")


def write_contact(session: Session, room: Room, words: str, actor: str, at: datetime) -> None:
    session.add(RoomContact(room_id=room.id or 0, told_at=at, told_by=actor, words=words))
    audit.record(session, actor, "room_told", f"room:{room.code}")


def telephone_in(text: str) -> str | None:
    """The number as it is kept, "" for none; None: it can be none."""
    number = " ".join(text.split())
    if not number:
        return ""
    return number if len(number) <= LONGEST_TELEPHONE and _TELEPHONE.fullmatch(number) else None


def numbers_before(session: Session, room: Room) -> list[tuple[str, str]]:
    """Names and numbers of the units that became a part of this one; those that it has not."""
    history = history_of(session, room.id or 0)
    came = history.before if history is not None else ()
    return [(kin.room.name, kin.room.telephone) for kin in came if kin.room.telephone not in ("", room.telephone)]


def write_telephone(session: Session, room: Room, number: str, actor: str) -> None:
    if number == room.telephone:
        return
    room.telephone = number
    session.add(room)
    audit.record(session, actor, "room_telephone_changed", f"room:{room.code}")
