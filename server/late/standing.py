"""What became of late sources: the audit log remembers it, the shelf says what is on its way. No table."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

from sqlmodel import Session, col, select

from server.data.columns import now
from server.late.shelf import LateShelf
from server.people import audit
from server.people.tables import AuditEvent
from server.receptions.late_sources import LateLine, LateState
from signaling.late_messages import AskSpans, TakenSpans
from signaling.messages import RoomCode

HANDED_OVER, ENTERED = "late_source_handed_over", "late_source_entered"
REMOVED, NOT_TAKEN = "late_source_removed", "late_source_not_taken"
_MOST_NOTED = 50  # refusals of one room and reception: whoever asks again and again fills no log
_TOLD_FOR = timedelta(days=30)
_LEAST_S = 1.0  # a second less at the end of a floor is nothing to be told


def note_not_taken(session: Session, room: RoomCode, asked: AskSpans, answer: TakenSpans) -> None:
    """Once, however often a room asks."""
    seconds = sum(each.ended_at - each.started_at for each in answer.refused)
    if seconds < _LEAST_S:
        return
    detail = {
        "started_at": round(asked.started_at),
        "ended_at": round(asked.ended_at),
        "seconds": round(seconds, 1),
        "reasons": sorted({each.reason.value for each in answer.refused}),
    }
    actor, subject = f"room:{room}", f"reception:{asked.reception}"
    noted = select(AuditEvent.detail).where(
        AuditEvent.subject == subject, AuditEvent.action == NOT_TAKEN, AuditEvent.actor == actor
    )
    before = session.exec(noted.limit(_MOST_NOTED)).all()
    if len(before) < _MOST_NOTED and not any(json.loads(each) == detail for each in before):
        audit.record(session, actor, NOT_TAKEN, subject, detail)


class Standing:
    """The `LateSources` of the pages."""

    def __init__(self, shelf: LateShelf) -> None:
        self._shelf = shelf

    def of_reception(self, session: Session, reception_id: int) -> list[LateLine]:
        events = select(AuditEvent).where(AuditEvent.subject == f"reception:{reception_id}")
        coming = [line for line in self._coming() if line.reception == reception_id]
        return _newest_first([*coming, *_lines(session, events)])

    def of_room(self, session: Session, code: RoomCode) -> list[LateLine]:
        since = now() - _TOLD_FOR
        events = select(AuditEvent).where(AuditEvent.actor == f"room:{code}", col(AuditEvent.at) > since)
        coming = [line for line in self._coming() if line.room == code]
        return _newest_first([*coming, *_lines(session, events)])

    def _coming(self) -> list[LateLine]:
        """What is whole was noted when it was."""
        found = []
        for place in self._shelf.all():
            received, offer = self._shelf.received(place), place.coming.offer
            if not received.stored:
                percent = 100 * received.received // offer.bytes
                found.append(
                    LateLine(
                        place.coming.room, offer.reception, place.coming.offered_at, LateState.COMING,
                        offer.seconds, percent,
                    )
                )  # fmt: skip
        return found


def _lines(session: Session, events: Any) -> list[LateLine]:
    kinds = (HANDED_OVER, ENTERED, REMOVED, NOT_TAKEN)
    rows = session.exec(events.where(col(AuditEvent.action).in_(kinds)).order_by(col(AuditEvent.id))).all()
    files: dict[str, LateLine] = {}  # by hash: handed over first, then entered or removed
    refused = []
    for row in rows:
        detail = json.loads(row.detail)
        line = LateLine(
            room=row.actor.removeprefix("room:"),
            reception=int(row.subject.removeprefix("reception:")),
            at=row.at if row.at.tzinfo is not None else row.at.replace(tzinfo=UTC),
            state=LateState.REFUSED,
            seconds=float(detail.get("seconds", 0.0)),
        )
        match row.action:
            case "late_source_handed_over":
                files[detail["sha256"]] = replace(line, state=LateState.HANDED_OVER)
            case "late_source_entered" | "late_source_removed":
                known = files.get(detail["sha256"], line)
                state = LateState.ENTERED if row.action == ENTERED else LateState.REFUSED
                reasons = (str(detail["reason"]),) if "reason" in detail else ()
                files[detail["sha256"]] = replace(known, at=line.at, state=state, reasons=reasons)
            case _:
                refused.append(replace(line, reasons=tuple(detail["reasons"])))
    return [*files.values(), *refused]


def _newest_first(lines: list[LateLine]) -> list[LateLine]:
    return sorted(lines, key=lambda line: line.at, reverse=True)
