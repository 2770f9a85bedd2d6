"""Reading back what the live state needs: at start, before an opening, and every few seconds for the plan.

A control process that died mid-session loses nothing: the open reception, its item and whether it is closed,
the floor, raised hands and attendance spans all stand in the database, and are read here in one unit of work.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from server.people.tables import AuditEvent
from server.receptions import records
from server.receptions.agenda_run import AgendaRun, Label
from server.receptions.programme import FloorHeld, InterpreterHeld, ReceptionFacts, Restored
from server.receptions.reception_facts import read_reception, read_rooms, read_upcoming
from server.receptions.roll_queries import read_rolls
from server.receptions.summons_queries import read_summonses
from server.receptions.tables import (
    Attendance,
    FloorGrant,
    Interpretation,
    Presence,
    Reception,
    ReceptionState,
    Recording,
    RecordingState,
)
from server.rooms.tables import Room
from server.web.languages import day_began
from signaling.messages import RoomCode
from signaling.ports import SetRecording


def read_live(session: Session, now: datetime, prepared: int | None = None) -> Restored:
    """The open reception with all that is under way, else the one being prepared.

    That is `prepared` if it is still planned; else today's next planned one; else one that ended today; else
    the next planned one of a later day.
    """
    around = Restored(
        rooms=read_rooms(session, now),
        summonses=read_summonses(session, now),
        upcoming=read_upcoming(session, now),
    )
    reception = _open_or_prepared(session, now, prepared)
    if reception is None or reception.id is None:
        return around
    facts, rolls = read_reception(session, reception.id), read_rolls(session, reception.id)
    if reception.state is not ReceptionState.OPEN:
        return replace(around, reception=facts, rolls=rolls)
    return replace(
        around,
        reception=facts,
        floor=_floor(session, reception.id),
        interpreter=_interpreter(session, reception.id),
        hands=_hands(session, reception.id),
        attendance=_attendance(session, reception.id),
        rolls=rolls,
    )


def read_plan(
    session: Session, number: int | None, now: datetime, prepared: int | None = None
) -> ReceptionFacts | None:
    """What OPEN opens: reception `number`, of whatever day; without one, only a reception of the present day.

    That is `prepared` if it is planned for today, else today's next planned one. One that is open, or ended
    today where none is planned, is returned too, so that the refusal can say so. None: there is none.
    """
    if number is None:
        today = day_began(now)
        wished = session.get(Reception, prepared) if prepared is not None else None
        if wished is not None and not today <= wished.planned_at < today + timedelta(days=1):
            prepared = None
        reception = _open_or_prepared(session, now, prepared)
        if reception is None or _is_of_later_day(reception, now):
            return None
        number = reception.id
    return read_reception(session, number) if number is not None else None


def read_unsealed(session: Session, label: Label) -> tuple[SetRecording, ...]:
    """Recordings that were told to end, or should have been, and are not reported sealed."""
    unsealed = []
    for recording, reception in session.exec(
        select(Recording, Reception).where(
            Recording.reception_id == Reception.id,
            col(Recording.state).in_((RecordingState.RECORDING, RecordingState.ENDED)),
            Reception.state == ReceptionState.ENDED,
        )
    ):
        facts = read_reception(session, recording.reception_id)
        if facts is not None and reception.id is not None:
            unsealed.append(
                SetRecording(
                    recording=recording.folder,
                    reception=reception.id,
                    state="ended",
                    chapters=AgendaRun(facts).chapters(label),
                )
            )
    return tuple(unsealed)


def _is_of_later_day(reception: Reception, now: datetime) -> bool:
    planned = reception.state is ReceptionState.PLANNED
    return planned and reception.planned_at >= day_began(now) + timedelta(days=1)


def _open_or_prepared(session: Session, now: datetime, prepared: int | None) -> Reception | None:
    open_now = session.exec(select(Reception).where(Reception.state == ReceptionState.OPEN)).first()
    if open_now is not None:
        return open_now
    wished = session.get(Reception, prepared) if prepared is not None else None
    if wished is not None and wished.state is ReceptionState.PLANNED:
        return wished
    midnight = day_began(now)
    planned = session.exec(
        select(Reception)
        .where(Reception.state == ReceptionState.PLANNED, col(Reception.planned_at) >= midnight)
        .order_by(col(Reception.planned_at), col(Reception.id))
    ).first()
    if planned is not None and planned.planned_at < midnight + timedelta(days=1):
        return planned
    ended = session.exec(
        select(Reception)
        .where(Reception.state == ReceptionState.ENDED, col(Reception.ended_at) >= midnight)
        .order_by(col(Reception.ended_at).desc())
    ).first()
    return ended or planned


def _floor(session: Session, reception: int) -> FloorHeld | None:
    found = session.exec(
        select(FloorGrant, Room.code)
        .where(
            FloorGrant.reception_id == reception,
            col(FloorGrant.ended_at).is_(None),
            FloorGrant.room_id == Room.id,
        )
        .order_by(col(FloorGrant.given_at).desc())
    ).first()
    return FloorHeld(found[1], found[0].given_at) if found is not None else None


def _interpreter(session: Session, reception: int) -> InterpreterHeld | None:
    found = session.exec(
        select(Interpretation.item_id, Room.code)
        .where(
            Interpretation.reception_id == reception,
            col(Interpretation.ended_at).is_(None),
            Interpretation.room_id == Room.id,
        )
        .order_by(col(Interpretation.named_at).desc())
    ).first()
    return InterpreterHeld(found[1], found[0]) if found is not None else None


def _hands(session: Session, reception: int) -> dict[RoomCode, datetime]:
    """The queue as the audit log tells it: raised, and neither lowered since nor answered by the floor."""
    hands: dict[RoomCode, datetime] = {}
    statement = (
        select(AuditEvent)
        .where(
            AuditEvent.subject == records.SUBJECT.format(reception),
            col(AuditEvent.action).in_((records.HAND_RAISED, records.HAND_LOWERED, records.FLOOR_GIVEN)),
        )
        .order_by(col(AuditEvent.id))
    )
    for event in session.exec(statement):
        detail = json.loads(event.detail)
        hands.pop(detail["room"], None)
        if event.action == records.HAND_RAISED:
            hands[detail["room"]] = datetime.fromisoformat(detail["at"])
    return hands


def _attendance(session: Session, reception: int) -> dict[tuple[RoomCode, Presence], datetime]:
    rows = session.exec(
        select(Attendance, Room.code).where(
            Attendance.reception_id == reception,
            col(Attendance.ended_at).is_(None),
            Attendance.room_id == Room.id,
        )
    )
    return {(code, span.presence): span.started_at for span, code in rows}


def restore(session: Session, now: datetime, label: Label) -> Restored:
    """Everything a starting control process takes up."""
    return replace(read_live(session, now), unsealed=read_unsealed(session, label))
