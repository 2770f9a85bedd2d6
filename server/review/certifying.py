"""The certificate of a destruction: what it says is gathered, and what was printed is kept with its hash."""

from __future__ import annotations

import hashlib
import json

from sqlmodel import Session, col, func, select

from server.data.columns import now
from server.documents.letterheads import Letterheads
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account, AuditEvent
from server.receptions.tables import Reception, Recording
from server.review.captions import queries as captions
from server.review.certificate import Certified, HandedOut
from server.review.removing import Listed
from server.review.tables import Destruction, RecordingNote
from server.web.languages import local_day


def facts_of(session: Session, destruction_id: int, letterheads: Letterheads) -> Certified:
    """What the certificate will say, with the next number of its year."""
    row = session.get_one(Destruction, destruction_id)
    recording = session.get_one(Recording, row.recording_id)
    reception = session.get_one(Reception, recording.reception_id)
    moment = now()
    day = local_day(moment)
    head = letterheads.on(day)
    last = session.exec(select(func.max(Destruction.number)).where(Destruction.year == day.year)).one()
    return Certified(
        head=head,
        number=(last or 0) + 1,
        recording=recording.folder,
        title=reception.title,
        recorded_at=recording.started_at or reception.planned_at,
        seconds=recording.seconds,
        gaps=recording.gaps,
        last_day=row.last_day,
        ground=row.ground,
        reason=row.reason,
        proposed_by=session.get_one(Account, row.proposed_by).display_name,
        proposed_at=row.proposed_at,
        confirmed_by=session.get_one(Account, row.ended_by).display_name,
        confirmed_at=row.ended_at or row.proposed_at,
        destroyed_at=moment,
        files=tuple(Listed.model_validate(each) for each in json.loads(row.files)),
        handed_out=tuple(handed_out(session, recording.id or 0)),
    )


def keep(session: Session, destruction_id: int, certified: Certified, pdf: bytes) -> None:
    """Notes at the recording's seconds lose their words, and captions go: nobody could read them any more."""
    row = session.get_one(Destruction, destruction_id)
    recording = session.get_one(Recording, row.recording_id)
    row.year, row.number = local_day(certified.destroyed_at).year, certified.number
    row.symbol = recording.certificate = certified.symbol
    row.destroyed_at = recording.destroyed_at = certified.destroyed_at
    row.certificate, row.certificate_sha256 = pdf, hashlib.sha256(pdf).hexdigest()
    for note in session.exec(select(RecordingNote).where(RecordingNote.recording_id == recording.id)):
        note.words = note.search_key = ""
        note.removed_at = note.removed_at or certified.destroyed_at
        session.add(note)
    captions.erase_all(session, recording.id or 0)
    session.add_all((row, recording))
    detail = {
        "destruction": row.id,
        "certificate": row.symbol,
        "certificate_sha256": row.certificate_sha256,
        "manifest_sha256": row.manifest_sha256,
    }
    audit.record(session, "system", "recording_destroyed", f"recording:{recording.id}", detail)


def handed_out(session: Session, recording_id: int) -> list[HandedOut]:
    """Clips, oldest first."""
    names = {subject_of(account): account.display_name for account in session.exec(select(Account))}
    exported = select(AuditEvent).where(
        AuditEvent.action == "clip_exported", AuditEvent.subject == f"recording:{recording_id}"
    )
    return [
        HandedOut(event.at, names.get(event.actor, event.actor), detail["spans"], detail["clip_sha256"])
        for event in session.exec(exported.order_by(col(AuditEvent.id)))
        for detail in [json.loads(event.detail)]
    ]
