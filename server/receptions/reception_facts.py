"""The planned side of the live state, read from the tables: the rooms of today, a reception with its agenda, what
comes next."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from server.petitions.tables import Confidentiality, Petition
from server.receptions.programme import HearingSpan, ItemFacts, ReceptionFacts, RoomFacts, UpcomingFacts
from server.receptions.tables import (
    AgendaItem,
    AgendaItemPetition,
    AgendaItemRoom,
    Hearing,
    Reception,
    ReceptionState,
    Recording,
)
from server.rooms.queries import rooms_on
from server.rooms.tables import Room
from server.web.languages import day_began, local_day
from signaling.messages import RoomCode

UPCOMING = 3
"""What a room's screen has place for."""


def read_rooms(session: Session, now: datetime) -> tuple[RoomFacts, ...]:
    return tuple(
        RoomFacts(room.id or 0, room.code, room.name, room.district, room.key_version)
        for room in rooms_on(session, local_day(now))
    )


def read_upcoming(session: Session, now: datetime) -> tuple[UpcomingFacts, ...]:
    """The next planned receptions. One that nobody opened may still be until its day is over."""
    planned = session.exec(
        select(Reception)
        .where(Reception.state == ReceptionState.PLANNED, col(Reception.planned_at) >= day_began(now))
        .order_by(col(Reception.planned_at), col(Reception.id))
        .limit(UPCOMING)
    )
    today = local_day(now)
    return tuple(
        UpcomingFacts(
            id=reception.id or 0,
            title=reception.title,
            place=reception.place,
            planned_at=reception.planned_at,
            announced=reception.announced_on is not None and reception.announced_on <= today,
        )
        for reception in planned
    )


def read_reception(session: Session, number: int) -> ReceptionFacts | None:
    reception = session.get(Reception, number)
    if reception is None or reception.id is None:
        return None
    items = session.exec(
        select(AgendaItem).where(AgendaItem.reception_id == number).order_by(col(AgendaItem.position))
    ).all()
    ids = [item.id for item in items]
    hearings = session.exec(
        select(Hearing).where(col(Hearing.item_id).in_(ids)).order_by(col(Hearing.started_at), col(Hearing.id))
    ).all()
    petitions: dict[int, list[Petition]] = {}
    for link, petition in session.exec(
        select(AgendaItemPetition, Petition)
        .where(AgendaItemPetition.petition_id == Petition.id, col(AgendaItemPetition.item_id).in_(ids))
        .order_by(col(Petition.code))
    ):
        petitions.setdefault(link.item_id, []).append(petition)
    allowed: dict[int, set[RoomCode]] = {}
    for entry, code in session.exec(
        select(AgendaItemRoom, Room.code).where(
            AgendaItemRoom.room_id == Room.id, col(AgendaItemRoom.item_id).in_(ids)
        )
    ):
        allowed.setdefault(entry.item_id, set()).add(code)
    recording = session.exec(select(Recording).where(Recording.reception_id == number)).first()
    return ReceptionFacts(
        id=reception.id,
        title=reception.title,
        state=reception.state,
        planned_at=reception.planned_at,
        opened_at=reception.opened_at,
        items=tuple(
            _item(item, petitions.get(item.id or 0, []), frozenset(allowed.get(item.id or 0, set())))
            for item in items
        ),
        hearings=tuple(
            HearingSpan(hearing.item_id, hearing.started_at, hearing.ended_at, hearing.closed)
            for hearing in hearings
        ),
        folder=recording.folder if recording is not None else "",
    )


def _item(item: AgendaItem, petitions: list[Petition], rooms: frozenset[RoomCode]) -> ItemFacts:
    return ItemFacts(
        id=item.id or 0,
        position=item.position,
        title=item.title,
        kinds=tuple(petition.kind for petition in petitions),
        petition_codes=tuple(petition.code for petition in petitions),
        confidential=any(petition.confidentiality is Confidentiality.CONFIDENTIAL for petition in petitions),
        audience=item.audience,
        rooms=rooms,
        state=item.state,
        closed=item.closed,
    )
