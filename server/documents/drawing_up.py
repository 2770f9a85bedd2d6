"""Drawing up a document: the one that is there already, or a new one filled in from the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from server.conclusions.queries import views_of
from server.conclusions.standing import Today
from server.conclusions.tables import ConclusionTask
from server.documents import versions
from server.documents.filling import (
    Filling,
    fill_appointment,
    fill_minutes,
    fill_nobody_came,
    fill_notice,
    fill_urging,
)
from server.documents.ground import Ground
from server.documents.kinds import KINDS
from server.documents.record import item_record, room_name
from server.documents.tables import DocumentKind, OfficialDocument
from server.petitions.history import Author
from server.receptions.recorded_time import RecordedTime
from server.receptions.tables import Attendance
from server.rooms.tables import Room, RoomLevel

_NO_SIGNATURE: Mapping[str, str] = {}


def draw_up(
    session: Session,
    kind: DocumentKind,
    ground: Ground,
    filling: Filling,
    recorded: RecordedTime | None,
    author: Author,
    today: Today,
    at: datetime,
    signature: Mapping[str, str] = _NO_SIGNATURE,
) -> tuple[OfficialDocument, bool]:
    """True: it is new. Whether there is something to write about the caller has asked. `signature`: parts of it of
    somebody who acts for another; minutes, which host and writer sign, have no such parts."""
    known, ordinal = versions.next_ordinal(kind, versions.documents_about(session, kind, ground.subject))
    if known is not None:
        return known, False
    content = _content(session, kind, ground, ordinal, filling, recorded, today, at)
    parts = {part.name for part in KINDS[kind].parts}
    content |= {name: text for name, text in signature.items() if name in parts}
    return versions.begin(session, kind, ground, ordinal, content, author), True


def _content(
    session: Session,
    kind: DocumentKind,
    ground: Ground,
    ordinal: int,
    filling: Filling,
    recorded: RecordedTime | None,
    today: Today,
    at: datetime,
) -> dict[str, str]:
    if ground.item is None:
        return fill_nobody_came(ground.reception, _rooms_of(session, ground.reception.id or 0), filling)
    record = item_record(session, ground.item, recorded, at)
    if ground.petition_id is not None:
        own = tuple(petition for petition in record.petitions if petition.id == ground.petition_id)
        record = replace(record, petitions=own)
    if ground.task is not None:
        view = views_of(session, [ground.task], today)[0]
        wording = session.get_one(ConclusionTask, ground.task.wording_id)
        return fill_urging(record, view, wording, ordinal, filling)
    fill = {
        DocumentKind.MINUTES: fill_minutes,
        DocumentKind.NOTICE: fill_notice,
        DocumentKind.APPOINTMENT: fill_appointment,
    }[kind]
    return fill(record, filling)


def _rooms_of(session: Session, reception_id: int) -> list[str]:
    there = select(Attendance.room_id).where(Attendance.reception_id == reception_id)
    rooms = select(Room).where(col(Room.id).in_(there), col(Room.level) != RoomLevel.PROVINCE)
    return [room_name(room) for room in session.exec(rooms.order_by(col(Room.code)))]
