"""Writing a document: the draft, which is written over; issuing it with its files; correcting it by a version.

Every function is a unit of work and refuses with an exception, which changes nothing. `stamp` says what somebody
had before their eyes, as with conclusions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from server.conclusions.urging import note_issued
from server.data.columns import now
from server.documents.ground import Ground
from server.documents.kinds import KINDS
from server.documents.rules import reply_due_in
from server.documents.tables import DocumentKind, DocumentVersion, OfficialDocument
from server.petitions.history import Author
from server.receptions.tables import AgendaItemPetition
from server.web.languages import local_day


class MovedOn(Exception):
    """Somebody saved, issued or discarded in the meantime."""


@dataclass(frozen=True, slots=True)
class Files:
    docx: bytes = b""
    pdf: bytes = b""


Known = Sequence[tuple[OfficialDocument, Sequence[DocumentVersion]]]
"""Documents of one kind about one subject, the first one first, each with its versions."""


def documents_about(session: Session, kind: DocumentKind, subject: str) -> Known:
    rows = select(OfficialDocument).where(OfficialDocument.kind == kind, OfficialDocument.subject == subject)
    documents = session.exec(rows.order_by(col(OfficialDocument.ordinal))).all()
    return [(document, versions_of(session, document.id or 0)) for document in documents]


def versions_of(session: Session, document_id: int) -> list[DocumentVersion]:
    """The first version first; the last one may be a draft. Without the bytes of the files: see `files_of`."""
    return versions_by_document(session, [document_id])[document_id]


def versions_by_document(session: Session, document_ids: Iterable[int]) -> dict[int, list[DocumentVersion]]:
    """In one query for all."""
    found: dict[int, list[DocumentVersion]] = {number: [] for number in document_ids}
    docx = defer(DocumentVersion.docx, raiseload=True)  # type: ignore[arg-type]  # SQLModel says bytes
    pdf = defer(DocumentVersion.pdf, raiseload=True)  # type: ignore[arg-type]
    rows = select(DocumentVersion).where(col(DocumentVersion.document_id).in_(list(found)))
    for row in session.exec(rows.options(docx, pdf).order_by(col(DocumentVersion.number))):
        found[row.document_id].append(row)
    return found


def files_of(session: Session, version: DocumentVersion) -> Files:
    """Empty for a draft, and where they were erased."""
    wanted = select(DocumentVersion.docx, DocumentVersion.pdf).where(DocumentVersion.id == version.id)
    docx, pdf = session.exec(wanted).one()
    return Files(docx or b"", pdf or b"")


def draft_in(versions: Sequence[DocumentVersion]) -> DocumentVersion | None:
    return versions[-1] if versions and versions[-1].issued_at is None else None


def issued_in(versions: Sequence[DocumentVersion]) -> DocumentVersion | None:
    """The version in force."""
    return next((version for version in reversed(versions) if version.issued_at is not None), None)


def stamp_of(version: DocumentVersion) -> str:
    return f"{version.number}.{version.revision}"


def content_of(version: DocumentVersion) -> dict[str, str]:
    """Empty where the words were erased."""
    return dict(json.loads(version.content)) if version.content else {}


def next_ordinal(kind: DocumentKind, known: Known) -> tuple[OfficialDocument | None, int]:
    """The document that is there already and has to be gone on with, or the number that a new one gets."""
    if not known:
        return None, 1
    document, versions = known[-1]
    if KINDS[kind].several and issued_in(versions) is not None:
        return None, document.ordinal + 1
    return document, document.ordinal


def begin(
    session: Session, kind: DocumentKind, ground: Ground, ordinal: int, content: Mapping[str, str], author: Author
) -> OfficialDocument:
    document = OfficialDocument(
        kind=kind,
        subject=ground.subject,
        ordinal=ordinal,
        reception_id=ground.reception.id or 0,
        item_id=ground.item.item_id if ground.item else None,
        task_id=ground.task.id if ground.task else None,
    )
    session.add(document)
    session.flush()
    _add(session, DocumentVersion(document_id=document.id or 0, number=1, written_by=author.actor), content)
    return document


def save(
    session: Session,
    document: OfficialDocument,
    symbol: str,
    content: Mapping[str, str],
    reason: str,
    stamp: str,
    author: Author,
) -> DocumentVersion:
    row = _draft(session, document)
    overtook_itself = row.written_by == author.actor and stamp.partition(".")[0] == str(row.number)
    if stamp != stamp_of(row) and not overtook_itself:
        raise MovedOn
    row.symbol, row.reason, row.revision = symbol, reason, row.revision + 1
    row.written_at, row.written_by = now(), author.actor
    return _add(session, row, content)


def begin_correction(session: Session, document: OfficialDocument, author: Author) -> DocumentVersion:
    """A draft of the next version, with what the present one says. Raises MovedOn where there is none."""
    versions = versions_of(session, document.id or 0)
    if not versions or draft_in(versions) is not None:
        raise MovedOn
    last = versions[-1]
    row = DocumentVersion(
        document_id=last.document_id, number=last.number + 1, symbol=last.symbol, written_by=author.actor
    )
    return _add(session, row, content_of(last))


def discard_draft(session: Session, document: OfficialDocument, stamp: str) -> bool:
    """True: it was the first version, and the document is gone with it."""
    row = _draft(session, document)
    if stamp != stamp_of(row):
        raise MovedOn
    session.delete(row)
    session.flush()
    if row.number > 1:
        return False
    session.delete(document)
    session.flush()
    return True


def issue(
    session: Session, document: OfficialDocument, stamp: str, files: Files, author: Author, at: datetime
) -> DocumentVersion:
    """`files` were made of what stood there under `stamp`. What is missing in it the caller has asked."""
    row = _draft(session, document)
    if stamp != stamp_of(row):
        raise MovedOn
    row.docx, row.pdf = files.docx, files.pdf
    row.docx_sha256, row.pdf_sha256 = (hashlib.sha256(each).hexdigest() for each in (files.docx, files.pdf))
    row.issued_at, row.issued_by, row.unit = at, author.actor, author.unit
    session.add(row)
    session.flush()
    return row


def note_urging(session: Session, document: OfficialDocument, version: DocumentVersion) -> None:
    """A letter that asks for a reply was issued: the list of tasks says from now on by when."""
    if not KINDS[document.kind].reply or document.task_id is None or version.issued_at is None:
        return
    note_issued(
        session,
        document.task_id,
        document.id or 0,
        document.ordinal,
        version.symbol,
        local_day(version.issued_at),
        reply_due_in(content_of(version)),
    )


def erase_words(session: Session, petition_id: int) -> None:
    """After the petition is a denunciation. That there was a document, its number and its hashes stay."""
    items = select(AgendaItemPetition.item_id).where(AgendaItemPetition.petition_id == petition_id)
    documents = select(OfficialDocument.id).where(col(OfficialDocument.item_id).in_(items))
    rows = session.exec(select(DocumentVersion).where(col(DocumentVersion.document_id).in_(documents))).all()
    for row in rows:
        row.content = row.reason = ""
        row.docx = row.pdf = None
    session.add_all(rows)
    session.flush()


def _draft(session: Session, document: OfficialDocument) -> DocumentVersion:
    row = draft_in(versions_of(session, document.id or 0))
    if row is None:
        raise MovedOn
    return row


def _add(session: Session, row: DocumentVersion, content: Mapping[str, str]) -> DocumentVersion:
    row.content = json.dumps(dict(content), ensure_ascii=False, sort_keys=True)
    session.add(row)
    session.flush()
    return row
