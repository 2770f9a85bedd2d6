"""What the record of a reception says about one room: when it had the floor, and in which items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from server.late.rules import Facts, Granted, HeardSpan
from server.petitions.tables import Petition, PetitionKind
from server.receptions.queries import recording_of
from server.receptions.tables import (
    AgendaItem,
    AgendaItemPetition,
    Audience,
    FloorGrant,
    Hearing,
    Reception,
    RecordingState,
)


def facts_of(session: Session, reception_id: int, room_id: int) -> Facts | None:
    """None: there is no such reception."""
    reception = session.get(Reception, reception_id)
    if reception is None:
        return None
    recording = recording_of(session, reception_id)
    grants = session.exec(
        select(FloorGrant).where(FloorGrant.reception_id == reception_id, FloorGrant.room_id == room_id)
    )
    hearings = session.exec(
        select(Hearing)
        .join(AgendaItem, col(AgendaItem.id) == Hearing.item_id)
        .where(AgendaItem.reception_id == reception_id)
    )
    return Facts(
        recorded=recording is not None and recording.state is not RecordingState.DESTROYED,
        ended_at=reception.ended_at,
        grants=tuple(Granted(each.item_id, each.given_at.timestamp(), _epoch(each.ended_at)) for each in grants),
        hearings=tuple(
            HeardSpan(each.item_id, each.started_at.timestamp(), _epoch(each.ended_at), each.closed)
            for each in hearings
        ),
        barred=_barred(session, reception_id),
    )


@dataclass(frozen=True, slots=True)
class Known:
    number: int
    folder: str
    sealed: bool


def recording_for(session: Session, reception_id: int) -> Known | None:
    """None: there is none any more, or there never was one."""
    recording = recording_of(session, reception_id)
    if recording is None or recording.state is RecordingState.DESTROYED:
        return None
    return Known(recording.id or 0, recording.folder, recording.state is RecordingState.SEALED)


def _barred(session: Session, reception_id: int) -> frozenset[int]:
    """Items that no room may receive, as they stand now: what turned out a denunciation is one of them."""
    items = select(AgendaItem.id).where(AgendaItem.reception_id == reception_id)
    closed = session.exec(items.where(AgendaItem.audience == Audience.CLOSED))
    denounced = session.exec(
        items.join(AgendaItemPetition, col(AgendaItemPetition.item_id) == AgendaItem.id)
        .join(Petition, col(Petition.id) == AgendaItemPetition.petition_id)
        .where(Petition.kind == PetitionKind.DENUNCIATION)
    )
    return frozenset(number for number in (*closed, *denounced) if number is not None)


def _epoch(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment is not None else None
