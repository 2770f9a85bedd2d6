"""What is read of rooms' checks. Nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from server.people.accounts import names_of_accounts
from server.readiness.tables import RoomCheck, RoomContact
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """`by`: who wrote the contact, as the office calls the person."""

    room: Room
    check: RoomCheck | None
    contact: RoomContact | None
    by: str


def records_on(session: Session, day: date, search: str = "") -> list[RoomRecord]:
    """The rooms of the day, the desk left out, each with its newest check and what it was told last."""
    rooms = [room for room in rooms_on(session, day, search) if room.level is not RoomLevel.PROVINCE]
    newest_checks = select(func.max(RoomCheck.id)).group_by(col(RoomCheck.room_id))
    checks = {
        row.room_id: row for row in session.exec(select(RoomCheck).where(col(RoomCheck.id).in_(newest_checks)))
    }
    newest_contacts = select(func.max(RoomContact.id)).group_by(col(RoomContact.room_id))
    contacts = {
        row.room_id: row
        for row in session.exec(select(RoomContact).where(col(RoomContact.id).in_(newest_contacts)))
    }
    names = names_of_accounts(session)
    found = []
    for room in rooms:
        contact = contacts.get(room.id or 0)
        by = names.get(contact.told_by, "") if contact is not None else ""
        found.append(RoomRecord(room, checks.get(room.id or 0), contact, by))
    return found


def checks_of(session: Session, room_id: int) -> list[RoomCheck]:
    """The newest first."""
    newest = select(RoomCheck).where(RoomCheck.room_id == room_id).order_by(col(RoomCheck.id).desc())
    return list(session.exec(newest.limit(MOST_SHOWN)))


def contacts_of(session: Session, room_id: int) -> list[tuple[RoomContact, str]]:
    """The newest first, with who wrote them."""
    newest = select(RoomContact).where(RoomContact.room_id == room_id).order_by(col(RoomContact.id).desc())
    names = names_of_accounts(session)
    return [(row, names.get(row.told_by, "")) for row in session.exec(newest.limit(MOST_SHOWN))]
