"""Addresses and tokens of rooms, and withdrawing them. Devices, which need no address: `devices`."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from server.data.columns import now
from server.people import audit
from server.rooms.devices import revoke_all
from server.rooms.keys import Scope, make_key, make_token
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel


def address_of(secret: bytes, room: Room) -> str:
    """The path of a room's page. The key stands behind the #: it reaches no server log and no proxy."""
    return f"/room#{make_key(secret, room.code, room.key_version)}"


def has_address(room: Room) -> bool:
    """False for the provincial desk, whose pages are opened with a login."""
    return room.level is not RoomLevel.PROVINCE


def token_of(secret: bytes, room: Room, scope: Scope, days: int) -> str:
    """A bearer token of `room`, valid today and for `days` days after it."""
    return make_token(secret, room.code, room.key_version, scope, days)


def tokens_of_all_rooms(session: Session, secret: bytes, days: int, day: date) -> list[tuple[Room, str]]:
    """A "watch" token for every room that exists on `day`, the desk left out, in the order of the codes."""
    rooms = sorted((room for room in rooms_on(session, day) if has_address(room)), key=lambda room: room.code)
    return [(room, token_of(secret, room, "watch", days)) for room in rooms]


def withdraw_key(session: Session, room: Room, *, actor: str) -> list[int]:
    """End the room's address, all its tokens, its code and its devices; the next address is of a new version.
    Returns the devices that were revoked."""
    room.key_version += 1
    session.add(room)
    audit.record(session, actor, "room_key_withdrawn", f"room:{room.code}", {"version": room.key_version})
    return revoke_all(session, room, actor=actor, at=now())
