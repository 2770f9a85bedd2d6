"""Every time a petition was heard, and the second of the recording at which it begins.

Hearings are kept by the clock, chapters in seconds of the playable file, per agenda item. An item that was
called twice has several of both; they are paired in order where their numbers agree, and where they do not
(a recording that began late) the chapters are shown without a clock time rather than with a wrong one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from server.data.columns import now
from server.petitions.heard import Heard, Hearings, Recorded
from server.receptions import agenda
from server.receptions.chapters import chapters_of, merged
from server.receptions.tables import (
    AHEAD,
    AgendaItem,
    AgendaItemPetition,
    Hearing,
    ItemState,
    Reception,
    Recording,
    RecordingState,
)
from server.web.languages import local_day


def hearings_of_petition(session: Session, petition_id: int, at: datetime | None = None) -> list[Heard]:
    """Newest reception first, inside one in the order of the day; items still ahead are included."""
    until = at or now()
    rows = session.exec(
        select(AgendaItem, Reception)
        .join(AgendaItemPetition, col(AgendaItemPetition.item_id) == AgendaItem.id)
        .where(AgendaItemPetition.petition_id == petition_id)
        .where(AgendaItem.reception_id == Reception.id)
        .order_by(col(Reception.planned_at).desc(), col(AgendaItem.position))
    ).all()
    return [heard for item, reception in rows for heard in _of_item(session, item, reception, until)]


def _of_item(session: Session, item: AgendaItem, reception: Reception, until: datetime) -> list[Heard]:
    hearings = session.exec(
        select(Hearing).where(Hearing.item_id == item.id).order_by(col(Hearing.started_at))
    ).all()

    recording = session.exec(select(Recording).where(Recording.reception_id == reception.id)).first()

    def heard(
        recorded: Recorded,
        started_at: datetime | None = None,
        seconds: float | None = None,
        at_second: float | None = None,
    ) -> Heard:
        return Heard(
            reception_id=reception.id or 0,
            reception_title=reception.title,
            planned_at=reception.planned_at,
            position=item.position,
            started_at=started_at,
            seconds=seconds,
            recorded=recorded,
            at_second=at_second,
            destroyed_at=recording.destroyed_at if recording else None,
            certificate=recording.certificate if recording else "",
        )

    if not hearings:
        ahead = reception.state in AHEAD
        return [heard(Recorded.AHEAD)] if ahead and item.state == ItemState.WAITING else []

    lines = [
        heard(Recorded.CLOSED, hearing.started_at, _length(hearing, until))
        for hearing in hearings
        if hearing.closed
    ]
    shown = [hearing for hearing in hearings if not hearing.closed]
    chapters = _chapters(session, recording, item)
    if len(chapters) != len(shown):
        chapters = merged(chapters)
    if not chapters:
        state = _without_chapter(recording)
        lines += [heard(state, hearing.started_at, _length(hearing, until)) for hearing in shown]
    elif len(chapters) == len(shown):
        lines += [
            heard(Recorded.READY, hearing.started_at, end - start, start)
            for hearing, (start, end) in zip(shown, chapters, strict=True)
        ]
    else:
        lines += [heard(Recorded.READY, None, end - start, start) for start, end in chapters]
    return sorted(lines, key=lambda line: line.started_at or reception.planned_at)


def _length(hearing: Hearing, until: datetime) -> float:
    return ((hearing.ended_at or until) - hearing.started_at).total_seconds()


def _chapters(session: Session, recording: Recording | None, item: AgendaItem) -> list[tuple[float, float]]:
    if recording is None or recording.state != RecordingState.SEALED or not recording.file:
        return []
    return sorted(chapters_of(session, recording.id or 0).get(item.id or 0, ()))


def _without_chapter(recording: Recording | None) -> Recorded:
    if recording is None or recording.state == RecordingState.SEALED:
        return Recorded.NONE
    if recording.state == RecordingState.DESTROYED:
        return Recorded.DESTROYED
    return Recorded.RUNNING if recording.state == RecordingState.RECORDING else Recorded.PREPARED


class ReceptionHearings(Hearings):
    """The receptions' side of `server.petitions.heard`."""

    def of_petition(self, session: Session, petition_id: int) -> list[Heard]:
        return hearings_of_petition(session, petition_id)

    def counts(self, session: Session, petition_ids: Iterable[int]) -> dict[int, int]:
        return dict(
            session.exec(
                select(AgendaItemPetition.petition_id, func.count(col(Hearing.id)))
                .join(Hearing, col(Hearing.item_id) == AgendaItemPetition.item_id)
                .where(col(AgendaItemPetition.petition_id).in_(list(petition_ids)))
                .group_by(col(AgendaItemPetition.petition_id))
            ).all()
        )

    def days(
        self, session: Session, petition_ids: Iterable[int] | SelectOfScalar[int | None]
    ) -> dict[int, tuple[date, ...]]:
        among = petition_ids if isinstance(petition_ids, SelectOfScalar) else list(petition_ids)
        rows = session.exec(
            select(AgendaItemPetition.petition_id, Hearing.ended_at)
            .join(Hearing, col(Hearing.item_id) == AgendaItemPetition.item_id)
            .where(col(AgendaItemPetition.petition_id).in_(among), col(Hearing.ended_at).is_not(None))
        )
        found: dict[int, set[date]] = defaultdict(set)
        for number, ended_at in rows:
            if ended_at is not None:
                found[number].add(local_day(ended_at))
        return {number: tuple(sorted(days)) for number, days in found.items()}

    def petition_changed(self, session: Session, petition_id: int) -> None:
        agenda.petition_changed(session, petition_id)
