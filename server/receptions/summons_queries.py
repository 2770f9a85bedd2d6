"""What is read of summonses: for the rooms' screens, and for the office. Nothing here changes anything."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlmodel import Session, and_, col, or_, select

from server.receptions.programme import SummonsFacts
from server.receptions.reception_facts import read_reception
from server.receptions.rules import audience_of, is_in_audience, item_view
from server.receptions.summons_tables import Summons
from server.receptions.tables import AHEAD, Reception, ReceptionState
from server.rooms.tables import Room
from server.web.languages import day_began
from signaling.messages import ItemView, RoomCode

KEPT = timedelta(hours=12)
"""How long after its hour a room is told that it is not wanted any more."""


def summonses_of(session: Session, reception_id: int) -> list[tuple[Summons, Room]]:
    """By the code of the room; withdrawn ones too."""
    rows = session.exec(
        select(Summons, Room)
        .where(Summons.reception_id == reception_id, Summons.room_id == Room.id)
        .order_by(col(Room.code))
    )
    return list(rows)


def read_summonses(session: Session, now: datetime) -> dict[RoomCode, tuple[SummonsFacts, ...]]:
    """All that rooms are to see: of receptions open or to come, which may be opened until their day is over, and
    withdrawn ones that the room has not noted."""
    held = col(Reception.state).in_(AHEAD)
    lately = or_(Reception.state == ReceptionState.OPEN, col(Reception.planned_at) >= day_began(now))
    standing = and_(col(Summons.withdrawn_at).is_(None), held, lately)
    withdrawn = and_(
        col(Summons.withdrawn_at).is_not(None),
        col(Summons.answer).is_(None),
        col(Summons.be_there_at) > now - KEPT,
    )
    rows = session.exec(
        select(Summons, Reception, Room.code)
        .where(Summons.reception_id == Reception.id, Summons.room_id == Room.id)
        .where(or_(standing, withdrawn))
        .order_by(col(Summons.be_there_at), col(Summons.id))
    ).all()
    agendas = {number: _agenda(session, number) for number in {row.reception_id for row, _, _ in rows}}
    found: dict[RoomCode, list[SummonsFacts]] = defaultdict(list)
    for row, reception, code in rows:
        found[code].append(_facts(row, reception, code, agendas[row.reception_id]))
    return {code: tuple(of_room) for code, of_room in found.items()}


_Agenda = list[tuple[ItemView, tuple[RoomCode, ...] | None]]


def _agenda(session: Session, reception_id: int) -> _Agenda:
    """The items that any room may receive, as a room in the audience reads them, with that audience."""
    reception = read_reception(session, reception_id)
    items = reception.items if reception is not None else ()
    audiences = [(item, audience_of(item, item.closed)) for item in items]
    return [(item_view(item, False, True), rooms) for item, rooms in audiences if rooms != ()]


def _facts(row: Summons, reception: Reception, code: RoomCode, agenda: _Agenda) -> SummonsFacts:
    withdrawn = row.withdrawn_at is not None
    return SummonsFacts(
        id=row.id or 0,
        version=row.version,
        room=code,
        reception=row.reception_id,
        title=reception.title,
        host=reception.host_name,
        place=reception.place,
        planned_at=reception.planned_at,
        be_there_at=row.be_there_at,
        note=row.note,
        items=() if withdrawn else tuple(view for view, rooms in agenda if is_in_audience(code, rooms)),
        withdrawn=withdrawn,
        change=row.change,
        seen=row.seen_at is not None,
        reminders=row.reminders,
        answer=row.answer,
        offices=row.office_codes,
        reason=row.reason,
    )
