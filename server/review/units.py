"""What of the recordings reaches a unit: items in which it took part, and those in which it has to act.

It took part where its room received the item while that was heard, and would be let in still; it has to act where
a conclusion gave it a task, or a petition names it as the unit in charge. A unit is what it was made of, too: of
what became part of it as a whole. Of a unit that was split nobody can say whose its receptions are. How much of an
item may be watched its petitions say besides (`withholding`): a confidential one stays with who reads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session, and_, col, or_, select

from server.conclusions.own_units import given_to
from server.conclusions.tables import TaskState
from server.data.folding import fold
from server.people.rights import OF_UNITS
from server.people.tables import Account
from server.petitions.tables import Petition
from server.receptions.tables import (
    AgendaItem,
    AgendaItemPetition,
    AgendaItemRoom,
    Attendance,
    Audience,
    Hearing,
    Presence,
    Reception,
)
from server.review.reading import Reader
from server.rooms.offices import units_of_account
from server.rooms.queries import WasOurs, was_part_of, with_predecessors
from server.rooms.tables import Room
from server.web.languages import HERE

_COMMITTEES = ("", "ubnd ", "uy ban nhan dan ")
"""How a commune's committee is written before its name in a petition's record."""


def reader_of(session: Session, account: Account, day: date, reception_id: int | None = None) -> Reader:
    """`day`: today. `reception_id`: nothing of other receptions is asked for."""
    if account.role not in OF_UNITS:
        return Reader(account.role)
    units = units_of_account(session, account, day)
    return Reader(account.role, _items_of(session, units, day, reception_id))


def _items_of(session: Session, units: list[Room], day: date, reception_id: int | None) -> frozenset[int]:
    if not units:
        return frozenset()
    was_ours = was_part_of(session, units, day)
    rooms = with_predecessors(session, units)
    return frozenset(
        {
            *_took_part(session, rooms, was_ours, reception_id),
            *(
                task.item_id
                for task in given_to(session, rooms, was_ours, reception_id)
                if task.state != TaskState.CANCELLED
            ),
            *_in_charge(session, rooms, was_ours, reception_id),
        }
    )


def _took_part(session: Session, rooms: list[Room], was_ours: WasOurs, reception_id: int | None) -> Iterable[int]:
    let_in = (
        select(AgendaItemRoom.item_id)
        .where(AgendaItemRoom.item_id == AgendaItem.id, AgendaItemRoom.room_id == Attendance.room_id)
        .exists()
    )
    received = (
        select(AgendaItem.id, Attendance.room_id, Hearing.started_at)
        .join(Hearing, col(Hearing.item_id) == AgendaItem.id)
        .join(Attendance, col(Attendance.reception_id) == AgendaItem.reception_id)
        .where(Attendance.presence == Presence.RECEIVING, col(Attendance.room_id).in_(_ids(rooms)))
        .where(col(Hearing.closed).is_(False))
        .where(or_(col(Hearing.ended_at).is_(None), col(Attendance.started_at) < col(Hearing.ended_at)))
        .where(or_(col(Attendance.ended_at).is_(None), col(Attendance.ended_at) > col(Hearing.started_at)))
        .where(or_(AgendaItem.audience == Audience.ALL, and_(AgendaItem.audience == Audience.ROOMS, let_in)))
    )
    if reception_id is not None:
        received = received.where(AgendaItem.reception_id == reception_id)
    for item, room, heard_at in session.exec(received):
        if item is not None and was_ours(room, _day(heard_at)):
            yield item


def _in_charge(session: Session, rooms: list[Room], was_ours: WasOurs, reception_id: int | None) -> Iterable[int]:
    """A record names the unit by words; taken are those that name it alone, with or without accents."""
    named: dict[str, list[int]] = defaultdict(list)
    for room in rooms:
        for before in _COMMITTEES:
            named[f"{before}{room.name_key}"].append(room.id or 0)
    petitions = (
        select(AgendaItem.id, Petition.unit_in_charge, Reception.planned_at)
        .join(AgendaItemPetition, col(AgendaItemPetition.item_id) == AgendaItem.id)
        .join(Petition, col(Petition.id) == AgendaItemPetition.petition_id)
        .join(Reception, col(Reception.id) == AgendaItem.reception_id)
        .where(Petition.unit_in_charge != "")
    )
    if reception_id is not None:
        petitions = petitions.where(AgendaItem.reception_id == reception_id)
    for item, unit, planned_at in session.exec(petitions):
        if item is not None and any(was_ours(room, _day(planned_at)) for room in named.get(fold(unit), ())):
            yield item


def _ids(rooms: list[Room]) -> list[int]:
    return [room.id for room in rooms if room.id is not None]


def _day(moment: datetime) -> date:
    return moment.astimezone(HERE).date()
