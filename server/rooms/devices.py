"""Devices of rooms: handing out a code, exchanging it, who shows a credential, revoking. Each a unit of work."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from server.people import audit
from server.rooms.device_rules import (
    SEEN_EVERY,
    VALID_FOR,
    Credential,
    hash_of_code,
    hash_of_credential,
    is_open,
    new_code,
    new_secret,
)
from server.rooms.device_tables import RoomDevice, RoomEnrolment
from server.rooms.tables import Room


@dataclass(frozen=True, slots=True)
class Known:
    """Who shows a credential that counts."""

    device: int
    room: Room


@dataclass(frozen=True, slots=True)
class Enrolled:
    """`replaced`: the device this browser was before, which is revoked with it."""

    room: Room
    credential: Credential
    replaced: int | None


def make_code(session: Session, secret: bytes, room: Room, *, actor: str, at: datetime) -> str:
    """A new code of `room`, which nobody can read again; the one before opens nothing any more."""
    withdraw_codes(session, [room.id or 0], at)
    code = new_code()
    while _of_code(session, secret, code) is not None:
        code = new_code()
    session.add(
        RoomEnrolment(
            room_id=room.id or 0,
            code_hash=hash_of_code(secret, code),
            made_at=at,
            made_by=actor,
            valid_until=at + VALID_FOR,
        )
    )
    audit.record(session, actor, "room_code_made", f"room:{room.code}")
    return code


def enrol(
    session: Session,
    secret: bytes,
    code: str,
    name: str,
    former: Credential | None = None,
    *,
    at: datetime,
    day: date,
) -> Enrolled | None:
    """Exchange a code for a device of its room; `former` is what the same browser shows until now. None: it never
    was a code, was used or withdrawn, is late, or its room does not exist on `day`; which, nobody is told."""
    row = _of_code(session, secret, code)
    room = None if row is None else session.get(Room, row.room_id)
    if row is None or room is None or not is_open(row, at) or not room.exists_on(day):
        return None
    if not _take(session, row, at):
        return None
    before = None if former is None else _device_of(session, secret, former)
    subject = f"room:{room.code}"
    if before is not None:
        revoke(session, session.get_one(Room, before.room_id), before, actor=subject, at=at)
    device = RoomDevice(room_id=row.room_id, name=name, credential_hash="", enrolled_at=at, last_seen_at=at)
    session.add(device)
    session.flush()
    credential = Credential(device.id or 0, new_secret())
    device.credential_hash = hash_of_credential(secret, credential)
    row.used_at, row.device_id = at, device.id
    session.add_all((device, row))
    audit.record(session, subject, "room_device_enrolled", subject, {"device": device.id})
    return Enrolled(room, credential, None if before is None else before.id)


def known_by(session: Session, secret: bytes, credential: Credential, day: date) -> Known | None:
    """The device whose credential it is, if it was not revoked and its room exists on `day`."""
    device = _device_of(session, secret, credential)
    if device is None:
        return None
    room = session.get_one(Room, device.room_id)
    return Known(credential.device, room) if room.exists_on(day) else None


def devices_of(session: Session, room_id: int) -> list[RoomDevice]:
    """Those that count first, the newest first; then those that were revoked."""
    found = session.exec(select(RoomDevice).where(RoomDevice.room_id == room_id)).all()
    return sorted(found, key=lambda device: (device.revoked_at is not None, -(device.id or 0)))


def rooms_with_devices(session: Session) -> set[int]:
    """Ids of the rooms that have one that counts."""
    found = select(RoomDevice.room_id).where(col(RoomDevice.revoked_at).is_(None)).distinct()
    return set(session.exec(found))


def open_codes(session: Session, room_ids: Collection[int], at: datetime) -> list[RoomEnrolment]:
    """The codes of these rooms that somebody could still exchange."""
    found = select(RoomEnrolment).where(
        col(RoomEnrolment.used_at).is_(None),
        col(RoomEnrolment.withdrawn_at).is_(None),
        col(RoomEnrolment.valid_until) > at,
    )
    return [row for row in session.exec(found) if row.room_id in room_ids]


def withdraw_codes(session: Session, room_ids: Collection[int], at: datetime) -> None:
    found = select(RoomEnrolment).where(
        col(RoomEnrolment.room_id).in_(room_ids),
        col(RoomEnrolment.used_at).is_(None),
        col(RoomEnrolment.withdrawn_at).is_(None),
    )
    for row in session.exec(found).all():
        row.withdrawn_at = at
        session.add(row)
    session.flush()


def revoke(session: Session, room: Room, device: RoomDevice, *, actor: str, at: datetime) -> bool:
    """False: it was revoked before."""
    if device.revoked_at is not None:
        return False
    device.revoked_at, device.revoked_by = at, actor
    session.add(device)
    audit.record(session, actor, "room_device_revoked", f"room:{room.code}", {"device": device.id})
    return True


def revoke_all(session: Session, room: Room, *, actor: str, at: datetime) -> list[int]:
    """The devices of `room` that counted until now; its open code goes with them."""
    withdraw_codes(session, [room.id or 0], at)
    return [
        device.id or 0
        for device in devices_of(session, room.id or 0)
        if revoke(session, room, device, actor=actor, at=at)
    ]


def note_seen(session: Session, devices: Collection[int], at: datetime) -> set[int]:
    """Write down that these were here, once an hour each. Returns those of them that do not count any more."""
    stale = col(RoomDevice.last_seen_at) <= at - SEEN_EVERY
    seen = update(RoomDevice).where(col(RoomDevice.id).in_(devices), stale).values(last_seen_at=at)
    session.execute(seen)
    gone = select(RoomDevice.id).where(col(RoomDevice.id).in_(devices), col(RoomDevice.revoked_at).is_not(None))
    return {number for number in session.exec(gone) if number is not None}


def _take(session: Session, row: RoomEnrolment, at: datetime) -> bool:
    """Of two that come with the same code at the same moment one gets it, in every database."""
    free = col(RoomEnrolment.used_at).is_(None), col(RoomEnrolment.withdrawn_at).is_(None)
    taken = session.execute(update(RoomEnrolment).where(col(RoomEnrolment.id) == row.id, *free).values(used_at=at))
    return isinstance(taken, CursorResult) and taken.rowcount == 1


def _of_code(session: Session, secret: bytes, code: str) -> RoomEnrolment | None:
    found = select(RoomEnrolment).where(RoomEnrolment.code_hash == hash_of_code(secret, code))
    return session.exec(found).first()


def _device_of(session: Session, secret: bytes, credential: Credential) -> RoomDevice | None:
    """Not revoked."""
    device = session.get(RoomDevice, credential.device)
    if device is None or device.revoked_at is not None:
        return None
    shown = hash_of_credential(secret, credential)
    return device if hmac.compare_digest(device.credential_hash, shown) else None
