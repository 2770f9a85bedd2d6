"""Summoning rooms to a reception, asking again when it changes, and taking their answers.

Every function is part of a unit of work and writes into the audit log: how many rooms, never who or why in words.
A room is asked again when it has to know something new before it can stand by its answer: another hour, or an item
that concerns it since. Fewer items are told, and not asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from server.people import audit
from server.receptions.reception_facts import read_reception
from server.receptions.rules import audience_of
from server.receptions.summons_queries import summonses_of
from server.receptions.summons_tables import Summons, SummonsAnswered, SummonsChange
from server.receptions.tables import AHEAD, Reception
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.web.languages import local_day
from signaling.messages import RoomCode
from signaling.refusals import RefusalCode, Refused
from signaling.summons_messages import SummonsAnswer

SUBJECT = "reception:{}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to summon. `items` None: every room of the province, whatever the agenda."""

    items: frozenset[int] | None
    be_there_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Concerned:
    """A room of the reception's day, and the items that it may receive."""

    room: Room
    items: frozenset[int]


def rooms_of(session: Session, reception: Reception) -> list[Concerned]:
    """Every room but the desk."""
    facts = read_reception(session, reception.id or 0)
    audiences = [(item.id, audience_of(item, closed=False)) for item in (facts.items if facts else ())]
    return [
        Concerned(room, frozenset(item for item, rooms in audiences if rooms is None or room.code in rooms))
        for room in rooms_on(session, local_day(reception.planned_at))
        if room.level != RoomLevel.PROVINCE
    ]


def summon(session: Session, reception: Reception, wanted: Wanted, actor: str, now: datetime) -> int:
    """Returns how many rooms are asked by it; one that was asked the same already is not asked again."""
    known = {room.code: row for row, room in summonses_of(session, reception.id or 0)}
    asked = 0
    for concerned in rooms_of(session, reception):
        if wanted.items is not None and not concerned.items & wanted.items:
            continue
        row = known.get(concerned.room.code)
        if row is None:
            row = Summons(
                reception_id=reception.id or 0,
                room_id=concerned.room.id or 0,
                be_there_at=wanted.be_there_at,
                sent_at=now,
                sent_by=actor,
            )
        elif row.withdrawn_at is not None:
            _ask_again(row, None, now)
        elif row.be_there_at != wanted.be_there_at:
            _ask_again(row, SummonsChange.DAY, now)
        elif concerned.items - row.item_ids:
            _ask_again(row, SummonsChange.AUDIENCE, now)
        elif row.note == wanted.note and row.everyone == (row.everyone or wanted.items is None):
            continue
        row.everyone = row.everyone or wanted.items is None
        row.be_there_at, row.note, row.sent_by = wanted.be_there_at, wanted.note, actor
        row.items = _stored(concerned.items)
        session.add(row)
        asked += 1
    _audit(session, actor, "rooms_summoned", reception, rooms=asked, everyone=wanted.items is None)
    session.flush()
    return asked


def remind(session: Session, reception: Reception, actor: str, now: datetime) -> int:
    """Again to those who have not answered. Returns how many."""
    waiting = [
        row for row, _ in summonses_of(session, reception.id or 0) if row.withdrawn_at is None and not row.answer
    ]
    for row in waiting:
        row.reminded_at, row.seen_at = now, None
        row.reminders += 1
        session.add(row)
    _audit(session, actor, "summons_reminded", reception, rooms=len(waiting))
    return len(waiting)


def take_answer(
    session: Session, code: RoomCode, said: SummonsAnswer, offices: Collection[str], now: datetime
) -> None:
    """`offices`: the codes that may be named. Raises Refused(UNKNOWN_SUMMONS, BAD_MESSAGE)."""
    found = session.exec(
        select(Summons, Reception)
        .where(Summons.id == said.summons, Summons.reception_id == Reception.id)
        .where(Summons.room_id == Room.id, Room.code == code)
    ).first()
    answer = SummonsAnswered(said.answer)
    if found is None or found[0].version != said.version:
        raise Refused(RefusalCode.UNKNOWN_SUMMONS, came=f"{said.summons}, version {said.version}")
    row, reception = found
    if (answer is SummonsAnswered.NOTED) != (row.withdrawn_at is not None):
        raise Refused(RefusalCode.UNKNOWN_SUMMONS, came=answer)
    if row.withdrawn_at is None and reception.state not in AHEAD:
        raise Refused(RefusalCode.UNKNOWN_SUMMONS, came=reception.state)
    named = tuple(dict.fromkeys(said.offices)) if answer is SummonsAnswered.COMING else ()
    if not set(named) <= set(offices):
        raise Refused(RefusalCode.BAD_MESSAGE, came=", ".join(named), allowed=", ".join(offices))
    if answer is SummonsAnswered.COMING and not named:
        raise Refused(RefusalCode.BAD_MESSAGE, came="no office", allowed="one office or more")
    reason = " ".join(said.reason.split()) if answer is SummonsAnswered.CANNOT else ""
    if answer is SummonsAnswered.CANNOT and not reason:
        raise Refused(RefusalCode.BAD_MESSAGE, came="no reason", allowed="a reason")
    row.answer, row.answered_at, row.offices, row.reason = answer, now, " ".join(named), reason
    row.seen_at = row.seen_at or now
    session.add(row)
    detail = {"summons": row.id, "version": row.version, "answer": str(answer), "offices": named}
    audit.record(session, f"room:{code}", "summons_answered", SUBJECT.format(reception.id), detail)


# --- the reception changed afterwards ----------------------------------------------------------------


def hour_changed(session: Session, reception: Reception, before: datetime, actor: str, now: datetime) -> None:
    """Another day or hour: each room is to be there as long before the start as it was."""
    if reception.planned_at == before:
        return
    rows = _standing(session, reception)
    for row in rows:
        row.be_there_at += reception.planned_at - before
        _ask_again(row, SummonsChange.DAY, now)
        session.add(row)
    if rows:
        _audit(session, actor, "rooms_asked_again", reception, rooms=len(rows), change=SummonsChange.DAY)


def called_off(
    session: Session, reception: Reception, successor: Reception | None, actor: str, now: datetime
) -> None:
    """Rooms of a reception that was put off are asked for the new day; else nobody is wanted any more."""
    rows = _standing(session, reception)
    if successor is not None:
        for row in rows:
            row.reception_id = successor.id or 0
            session.add(row)
        session.flush()
        hour_changed(session, successor, reception.planned_at, actor, now)
        return
    for row in rows:
        _withdraw(row, SummonsChange.CANCELLED, now)
        session.add(row)
    if rows:
        _audit(session, actor, "summons_withdrawn", reception, rooms=len(rows), change=SummonsChange.CANCELLED)


def agenda_changed(session: Session, reception_id: int, actor: str, now: datetime) -> None:
    """Audiences or items changed: rooms with a new item are asked again, those left with none are not wanted any
    more, and those that an item already summoned for concerns since are summoned with the others."""
    reception = session.get(Reception, reception_id)
    if reception is None or reception.state not in AHEAD:
        return  # what was answered to a reception that is over stays as it was
    rows = summonses_of(session, reception_id)
    standing = [row for row, _ in rows if row.withdrawn_at is None]
    if not standing:
        return
    session.flush()
    known = {room.code: row for row, room in rows}
    summoned_for = frozenset[int]().union(*(row.item_ids for row in standing))
    model = max(standing, key=lambda row: row.sent_at)
    asked = withdrawn = 0
    for concerned in rooms_of(session, reception):
        row = known.get(concerned.room.code)
        if row is None or row.withdrawn_at is not None:
            if not concerned.items & summoned_for:
                continue
            row = row or _like(model, concerned.room, now)
            row.be_there_at, row.note = model.be_there_at, model.note
            _ask_again(row, SummonsChange.AUDIENCE, now)
            asked += 1
        elif not concerned.items and row.item_ids and not row.everyone:
            _withdraw(row, SummonsChange.AUDIENCE, now)
            withdrawn += 1
        elif concerned.items - row.item_ids:
            _ask_again(row, SummonsChange.AUDIENCE, now)
            asked += 1
        row.items = _stored(concerned.items)
        session.add(row)
    if asked:
        _audit(session, actor, "rooms_asked_again", reception, rooms=asked, change=SummonsChange.AUDIENCE)
    if withdrawn:
        _audit(session, actor, "summons_withdrawn", reception, rooms=withdrawn, change=SummonsChange.AUDIENCE)


def _standing(session: Session, reception: Reception) -> list[Summons]:
    return [row for row, _ in summonses_of(session, reception.id or 0) if row.withdrawn_at is None]


def _like(model: Summons, room: Room, now: datetime) -> Summons:
    return Summons(
        reception_id=model.reception_id,
        room_id=room.id or 0,
        version=0,
        be_there_at=model.be_there_at,
        sent_at=now,
        sent_by=model.sent_by,
    )


def _ask_again(row: Summons, change: SummonsChange | None, now: datetime) -> None:
    row.version += 1
    row.change, row.sent_at, row.withdrawn_at = change, now, None
    _forget_answer(row)


def _withdraw(row: Summons, change: SummonsChange, now: datetime) -> None:
    row.version += 1
    row.change, row.withdrawn_at = change, now
    _forget_answer(row)


def _forget_answer(row: Summons) -> None:
    row.seen_at = row.reminded_at = row.answer = row.answered_at = None
    row.reminders, row.offices, row.reason = 0, "", ""


def _stored(items: Iterable[int]) -> str:
    return " ".join(str(item) for item in sorted(items))


def _audit(session: Session, actor: str, action: str, reception: Reception, **detail: object) -> None:
    audit.record(session, actor, action, SUBJECT.format(reception.id), detail)
