"""What speaks for and against moving each recording."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, func, select

from server.archive.rules import Facts
from server.people import audit
from server.people.tables import AuditEvent
from server.receptions.tables import Reception, Recording, RecordingState
from server.review.tables import Destruction, Hold, Quarantine, RecordingAccess


def sealed(session: Session, only: int | None = None) -> list[Facts]:
    """Oldest first: the order in which they leave. `only`: the number of one recording."""
    asked = (
        select(Recording, Reception)
        .join(Reception, col(Reception.id) == Recording.reception_id)
        .where(Recording.state == RecordingState.SEALED)
    )
    if only is not None:
        asked = asked.where(Recording.id == only)
    held = set(session.exec(select(Hold.recording_id).where(col(Hold.lifted_at).is_(None))))
    quarantined = set(session.exec(select(Quarantine.recording_id).where(col(Quarantine.released_at).is_(None))))
    proposed = set(session.exec(select(Destruction.recording_id).where(col(Destruction.ending).is_(None))))
    used = dict(
        session.exec(
            select(RecordingAccess.recording_id, func.max(RecordingAccess.at)).group_by(
                col(RecordingAccess.recording_id)
            )
        ).all()
    )
    found = [
        Facts(
            recording=recording.id or 0,
            reception=reception.id or 0,
            title=reception.title,
            folder=recording.folder,
            began_at=recording.started_at or reception.planned_at,
            bytes=recording.bytes,
            held=recording.id in held,
            quarantined=recording.id in quarantined,
            proposed=recording.id in proposed,
            used_at=used.get(recording.id or 0),
        )
        for recording, reception in session.exec(asked)
    ]
    return sorted(found, key=lambda facts: (facts.began_at, facts.recording))


def last_moved(session: Session) -> datetime | None:
    """When a recording last was whole in the archive; None: none ever."""
    moved = select(AuditEvent.at).where(AuditEvent.action == "recording_archived")
    return session.exec(moved.order_by(col(AuditEvent.id).desc()).limit(1)).first()


def note(session: Session, recording: int, files: int, size: int) -> None:
    detail = {"files": files, "bytes": size}
    audit.record(session, "system", "recording_archived", f"recording:{recording}", detail)
