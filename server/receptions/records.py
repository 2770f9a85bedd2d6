"""The rows a live reception writes: one unit of work for each kind of effect.

Everything is written under the moment it happened, not the moment it is written, and can be written twice
without harm where a restart may repeat it. Acts of people go into the audit log in the same unit of work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, case, col, delete, insert, select, update

from server.data.columns import UtcDateTime
from server.people import audit
from server.receptions import effects
from server.receptions.roll_tables import OfficePresence
from server.receptions.summons_tables import Summons
from server.receptions.tables import (
    AgendaItem,
    Attendance,
    Chapter,
    FloorGrant,
    Hearing,
    Interpretation,
    ItemState,
    Reception,
    ReceptionState,
    Recording,
    RecordingState,
)

_log = logging.getLogger(__name__)
SUBJECT = "reception:{}"
HAND_RAISED = "hand_raised"
HAND_LOWERED = "hand_lowered"
FLOOR_GIVEN = "floor_given"


def write(session: Session, rows: Sequence[effects.Row]) -> None:
    """In their order. A province that comes or goes makes thousands of rows of attendance at once: a run of one
    kind is one statement. Raises LookupError where a row that another belongs to has gone from the database."""
    for kind, run in groupby(rows, key=type):
        if kind in _WRITERS_OF_RUNS:
            _WRITERS_OF_RUNS[kind](session, list(run))
            continue
        for row in run:
            _WRITERS[kind](session, row)
            session.flush()


def _audit(session: Session, actor: str, action: str, reception: int, **detail: object) -> None:
    audit.record(session, actor, action, SUBJECT.format(reception), detail)


def _reception(session: Session, number: int) -> Reception:
    reception = session.get(Reception, number)
    if reception is None:
        raise LookupError(f"reception {number} is not in the database")
    return reception


def _item(session: Session, number: int) -> AgendaItem:
    item = session.get(AgendaItem, number)
    if item is None:
        raise LookupError(f"agenda item {number} is not in the database")
    return item


# --- the reception ---------------------------------------------------------------------------------


def _opened(session: Session, row: effects.ReceptionOpened) -> None:
    reception = _reception(session, row.reception)
    reception.state, reception.opened_at = ReceptionState.OPEN, row.at
    session.add(reception)
    session.add(Recording(reception_id=row.reception, folder=row.folder, state=RecordingState.RECORDING))
    _audit(session, row.actor, "reception_opened", row.reception)


def _ended(session: Session, row: effects.ReceptionEnded) -> None:
    reception = _reception(session, row.reception)
    reception.state, reception.ended_at = ReceptionState.ENDED, row.at
    if reception.nobody_came is None:  # else a visit was recorded
        reception.nobody_came = not was_heard(session, row.reception)
    session.add(reception)
    recording = session.exec(select(Recording).where(Recording.reception_id == row.reception)).first()
    if recording is not None and recording.state is RecordingState.RECORDING:
        recording.state = RecordingState.ENDED
        session.add(recording)
    _audit(session, row.actor, "reception_ended", row.reception, nobody_came=reception.nobody_came)


def was_heard(session: Session, reception_id: int) -> bool:
    """Whether any item of its agenda was called."""
    called = select(Hearing.id).join(AgendaItem, col(AgendaItem.id) == Hearing.item_id)
    return session.exec(called.where(AgendaItem.reception_id == reception_id).limit(1)).first() is not None


# --- the agenda ------------------------------------------------------------------------------------


def _called(session: Session, row: effects.ItemCalled) -> None:
    item = _item(session, row.item)
    item.state, item.closed = ItemState.OPEN, row.closed
    session.add(item)
    session.add(Hearing(item_id=row.item, started_at=row.at, closed=row.closed))
    _audit(session, row.actor, "item_called", row.reception, item=row.item, closed=row.closed)


def _finished(session: Session, row: effects.ItemFinished) -> None:
    item = _item(session, row.item)
    item.state = ItemState.DONE
    session.add(item)
    _stop_hearing(session, row.item, row.at)
    _audit(session, row.actor, "item_finished", row.reception, item=row.item)


def _item_closed(session: Session, row: effects.ItemClosed) -> None:
    _switch(session, row.item, row.at, closed=True)
    _audit(session, row.actor, "item_closed", row.reception, item=row.item, reason=row.reason)


def _item_reopened(session: Session, row: effects.ItemReopened) -> None:
    _switch(session, row.item, row.at, closed=False)
    _audit(session, row.actor, "item_reopened", row.reception, item=row.item)


def _switch(session: Session, number: int, at: datetime, *, closed: bool) -> None:
    item = _item(session, number)
    item.closed = closed
    session.add(item)
    _stop_hearing(session, number, at)
    session.add(Hearing(item_id=number, started_at=at, closed=closed))


def _stop_hearing(session: Session, item: int, at: datetime) -> None:
    statement = select(Hearing).where(Hearing.item_id == item, col(Hearing.ended_at).is_(None))
    _end(session, session.exec(statement).all(), at)


def _end(session: Session, spans: Iterable[Hearing | FloorGrant | Interpretation], at: datetime) -> None:
    for span in spans:
        span.ended_at = at
        session.add(span)


# --- floor and hands -------------------------------------------------------------------------------


def _floor_given(session: Session, row: effects.FloorGiven) -> None:
    session.add(
        FloorGrant(
            reception_id=row.reception,
            item_id=row.item,
            room_id=row.room_id,
            given_at=row.at,
            given_by=row.actor,
        )
    )
    _audit(session, row.actor, FLOOR_GIVEN, row.reception, room=row.room)


def _floor_taken(session: Session, row: effects.FloorTaken) -> None:
    statement = select(FloorGrant).where(
        FloorGrant.reception_id == row.reception, col(FloorGrant.ended_at).is_(None)
    )
    _end(session, session.exec(statement).all(), row.at)
    if row.acted:
        _audit(session, row.actor, "floor_taken_back", row.reception, room=row.room)


def _interpreter_named(session: Session, row: effects.InterpreterNamed) -> None:
    session.add(
        Interpretation(
            reception_id=row.reception,
            item_id=row.item,
            room_id=row.room_id,
            named_at=row.at,
            named_by=row.actor,
        )
    )
    _audit(session, row.actor, "interpreter_named", row.reception, room=row.room, item=row.item)


def _interpreter_taken(session: Session, row: effects.InterpreterTaken) -> None:
    statement = select(Interpretation).where(
        Interpretation.reception_id == row.reception, col(Interpretation.ended_at).is_(None)
    )
    _end(session, session.exec(statement).all(), row.at)
    if row.acted:
        _audit(session, row.actor, "interpreter_taken_back", row.reception, room=row.room, item=row.item)


def _hand_raised(session: Session, row: effects.HandRaised) -> None:
    _audit(session, f"room:{row.room}", HAND_RAISED, row.reception, room=row.room, at=row.at.isoformat())


def _hand_lowered(session: Session, row: effects.HandLowered) -> None:
    _audit(session, row.actor, HAND_LOWERED, row.reception, room=row.room)


# --- attendance ------------------------------------------------------------------------------------


def _presences_began(session: Session, rows: Sequence[effects.PresenceBegan]) -> None:
    session.execute(
        insert(Attendance),
        [
            {"reception_id": row.reception, "room_id": row.room_id, "presence": row.presence, "started_at": row.at}
            for row in rows
        ],
    )


def _presences_ended(session: Session, rows: Sequence[effects.PresenceEnded]) -> None:
    """Without loading the spans. A span never ends before it began, whatever the clock did."""
    session.connection().execute(
        _END_PRESENCE,
        [{"reception": row.reception, "room": row.room_id, "kind": row.presence, "at": row.at} for row in rows],
    )


_AT = bindparam("at", type_=UtcDateTime())
_END_PRESENCE = (
    update(Attendance)
    .where(
        col(Attendance.reception_id) == bindparam("reception"),
        col(Attendance.room_id) == bindparam("room"),
        col(Attendance.presence) == bindparam("kind"),
        col(Attendance.ended_at).is_(None),
    )
    .values(ended_at=case((col(Attendance.started_at) > _AT, col(Attendance.started_at)), else_=_AT))
)


# --- summonses -------------------------------------------------------------------------------------


def _summonses_seen(session: Session, rows: Sequence[effects.SummonsSeen]) -> None:
    """A province that connects sees all its summonses at once. The first moment counts."""
    session.connection().execute(
        _SEE_SUMMONS, [{"number": row.summons, "shown": row.version, "at": row.at} for row in rows]
    )


_SEE_SUMMONS = (
    update(Summons)
    .where(
        col(Summons.id) == bindparam("number"),
        col(Summons.version) == bindparam("shown"),
        col(Summons.seen_at).is_(None),
    )
    .values(seen_at=_AT)
)


# --- roll-call -------------------------------------------------------------------------------------


def _offices_came(session: Session, rows: Sequence[effects.OfficeCame]) -> None:
    session.execute(
        insert(OfficePresence),
        [
            {
                "reception_id": row.reception,
                "room_id": row.room_id,
                "office": row.office,
                "deputy": row.deputy,
                "started_at": row.at,
                "said_by": row.actor,
            }
            for row in rows
        ],
    )


def _offices_left(session: Session, rows: Sequence[effects.OfficeLeft]) -> None:
    session.connection().execute(
        _END_OFFICE.where(
            col(OfficePresence.room_id) == bindparam("room"), col(OfficePresence.office) == bindparam("left")
        ),
        [{"reception": row.reception, "room": row.room_id, "left": row.office, "at": row.at} for row in rows],
    )


def _all_offices_left(session: Session, row: effects.OfficesLeft) -> None:
    session.connection().execute(_END_OFFICE, {"reception": row.reception, "at": row.at})


_END_OFFICE = (
    update(OfficePresence)
    .where(col(OfficePresence.reception_id) == bindparam("reception"), col(OfficePresence.ended_at).is_(None))
    .values(ended_at=case((col(OfficePresence.started_at) > _AT, col(OfficePresence.started_at)), else_=_AT))
)


def _roll_called(session: Session, row: effects.RollCalled) -> None:
    _audit(
        session, row.actor, "roll_called", row.reception, room=row.room, offices=row.offices, deputies=row.deputies
    )


# --- the recording ---------------------------------------------------------------------------------


def _sealed(session: Session, row: effects.RecordingWasSealed) -> None:
    """The recorder repeats itself on every connection; the last word counts. Of recordings that this database
    does not know (another one's directory), and of one that was deleted since, nothing is written."""
    sealed = row.sealed
    recording = session.exec(select(Recording).where(Recording.folder == sealed.recording)).first()
    if recording is None:
        _log.warning("the recorder sealed %s, which is not in the database", sealed.recording)
        return
    if recording.state is RecordingState.DESTROYED:
        return
    first_time = recording.state is not RecordingState.SEALED
    recording.state = RecordingState.SEALED
    recording.file, recording.media_type = sealed.file, sealed.media_type
    recording.started_at = (
        datetime.fromtimestamp(sealed.started_at, UTC) if sealed.started_at is not None else None
    )
    recording.seconds, recording.bytes = sealed.seconds, sealed.bytes
    recording.segments, recording.gaps = sealed.segments, sealed.gaps
    session.add(recording)
    session.exec(delete(Chapter).where(col(Chapter.recording_id) == recording.id))
    for span in sealed.chapters:
        if session.get(AgendaItem, span.item) is not None:
            session.add(
                Chapter(
                    recording_id=recording.id or 0,
                    item_id=span.item,
                    starts_s=span.starts_s,
                    ends_s=span.ends_s,
                )
            )
    if first_time:
        _audit(session, "system", "recording_sealed", recording.reception_id, segments=sealed.segments)


_WRITERS: dict[type[object], Callable[[Session, Any], None]] = {
    effects.ReceptionOpened: _opened,
    effects.ReceptionEnded: _ended,
    effects.ItemCalled: _called,
    effects.ItemFinished: _finished,
    effects.ItemClosed: _item_closed,
    effects.ItemReopened: _item_reopened,
    effects.FloorGiven: _floor_given,
    effects.FloorTaken: _floor_taken,
    effects.InterpreterNamed: _interpreter_named,
    effects.InterpreterTaken: _interpreter_taken,
    effects.HandRaised: _hand_raised,
    effects.HandLowered: _hand_lowered,
    effects.OfficesLeft: _all_offices_left,
    effects.RollCalled: _roll_called,
    effects.RecordingWasSealed: _sealed,
}
_WRITERS_OF_RUNS: dict[type[object], Callable[[Session, Any], None]] = {
    effects.PresenceBegan: _presences_began,
    effects.PresenceEnded: _presences_ended,
    effects.SummonsSeen: _summonses_seen,
    effects.OfficeCame: _offices_came,
    effects.OfficeLeft: _offices_left,
}
