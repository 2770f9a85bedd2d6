"""Reading and writing rows of attachments, inside a unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import event
from sqlmodel import Session, col, func, select

from server.attachments.file_types import TYPES, FileType
from server.attachments.rules import MOST_FILES, Described, may_read, may_write
from server.attachments.shelf import Incoming, Shelf
from server.attachments.tables import Attachment, PaperForm, Withdrawal
from server.data.columns import now
from server.people.accounts import names_of_accounts
from server.people.tables import Role
from server.petitions.history import Author
from server.petitions.tables import Petition


class TooMany(Exception):
    """The petition has MOST_FILES already."""


@dataclass(frozen=True, slots=True)
class AttachmentView:
    number: int
    what: str
    form: PaperForm
    type: FileType
    bytes: int
    sha256: str
    confidential: bool
    added_at: datetime
    added_by: str  # the name
    unit: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_because: Withdrawal | None
    may_withdraw: bool

    @property
    def is_there(self) -> bool:
        return bool(self.sha256)

    @property
    def type_word(self) -> str:
        return TYPES[self.type].word


@dataclass(frozen=True, slots=True)
class Attached:
    """Of one petition, as a reader may see it; the newest first."""

    views: list[AttachmentView]
    hidden: int
    may_add: bool
    may_add_confidential: bool
    denunciation: bool = False

    @property
    def count(self) -> int:
        return sum(view.withdrawn_at is None for view in self.views) + self.hidden


def attached_to(session: Session, petition: Petition, role: Role) -> Attached:
    """What was withdrawn is shown to those who attach."""
    kind, confidentiality = petition.kind, petition.confidentiality
    writes = {flag: may_write(role, kind, confidentiality, confidential=flag) for flag in (False, True)}
    rows = rows_of(session, petition.id or 0)
    names = names_of_accounts(session) if rows else {}
    views: list[AttachmentView] = []
    hidden = 0
    for row in rows:
        if not may_read(role, kind, confidentiality, confidential=row.confidential):
            hidden += row.withdrawn_at is None
        elif row.withdrawn_at is None or writes[row.confidential]:
            views.append(_view(row, names, may_withdraw=writes[row.confidential]))
    return Attached(views, hidden, may_add=writes[False], may_add_confidential=writes[True])


def rows_of(session: Session, petition_id: int) -> Sequence[Attachment]:
    return session.exec(
        select(Attachment).where(Attachment.petition_id == petition_id).order_by(col(Attachment.number).desc())
    ).all()


def attachment_of(session: Session, petition_id: int, number: int) -> Attachment | None:
    wanted = select(Attachment).where(Attachment.petition_id == petition_id, Attachment.number == number)
    return session.exec(wanted).first()


def attach(
    session: Session, petition: Petition, described: Described, found: FileType, incoming: Incoming, author: Author
) -> Attachment:
    """Its file is on the shelf already. Raises TooMany."""
    if described.form is None:
        raise ValueError("an attachment has a form")
    latest = select(func.max(Attachment.number), func.count()).where(Attachment.petition_id == petition.id)
    last, count = session.exec(latest).one()
    if count >= MOST_FILES:
        raise TooMany
    row = Attachment(
        petition_id=petition.id or 0,
        number=(last or 0) + 1,
        what=described.what,
        form=described.form,
        type=found,
        bytes=incoming.bytes,
        sha256=incoming.sha256,
        file=incoming.name,
        confidential=described.confidential,
        added_by=author.actor,
        unit=author.unit,
    )
    session.add(row)
    session.flush()
    return row


def withdraw(session: Session, row: Attachment, because: Withdrawal, author: Author, shelf: Shelf) -> None:
    """The file stays, for those who attach; FORBIDDEN destroys it once this unit of work is committed."""
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = now(), author.actor, because
    if because is Withdrawal.FORBIDDEN and row.file:
        name = row.file
        row.what = row.file = row.sha256 = ""
        event.listen(session, "after_commit", lambda _session: shelf.remove(name), once=True)
    session.add(row)
    session.flush()


def destroy_all(session: Session, petition_id: int, shelf: Shelf) -> None:
    """The petition is a denunciation now: its rows go, and with this unit of work committed all files without one.
    Where the power fails in between, the next start finishes it."""
    for row in rows_of(session, petition_id):
        session.delete(row)
    session.flush()
    kept = files_in_use(session)
    event.listen(session, "after_commit", lambda _session: shelf.sweep(kept), once=True)


def files_in_use(session: Session) -> frozenset[str]:
    return frozenset(session.exec(select(Attachment.file).where(Attachment.file != "")))


def _view(row: Attachment, names: dict[str, str], *, may_withdraw: bool) -> AttachmentView:
    return AttachmentView(
        number=row.number,
        what=row.what,
        form=row.form,
        type=row.type,
        bytes=row.bytes,
        sha256=row.sha256,
        confidential=row.confidential,
        added_at=row.added_at,
        added_by=names.get(row.added_by, ""),
        unit=row.unit,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=names.get(row.withdrawn_by, ""),
        withdrawn_because=row.withdrawn_because,
        may_withdraw=may_withdraw and row.withdrawn_because is not Withdrawal.FORBIDDEN,
    )
