"""Clips that are asked for on the page: who asked for what, whether it may be handed out still, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from recordings.clip_proof import Proof
from recordings.manifest import Span
from server.clips import exporting
from server.clips.exporting import ExportRefused, Planned, plan
from server.clips.tables import ClipOrder
from server.data.columns import now
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Role
from server.people.tables import Account
from server.receptions.tables import Reception, Recording
from server.review import accesses
from server.review.tables import Access
from server.review.withholding import NEIGHBOUR_S
from server.web.languages import N_

KEPT_FOR = timedelta(hours=24)
"""Long enough for the next morning; it is made again within minutes."""
MOST_LISTED = 50
MOST_OPEN = 5
BEYOND = N_("The recording is not as long as that. Mark the clip anew in the player.")
TOO_MANY = N_("Five of your clips are being made. Wait until one is ready.")


@dataclass(frozen=True, slots=True)
class Line:
    order: ClipOrder
    reception: Reception

    @property
    def until(self) -> datetime | None:
        return self.order.made_at + KEPT_FOR if self.order.made_at is not None else None


def order(
    session: Session, account: Account, recording: Recording, *, position: int | None, span: Span, reason: str
) -> ClipOrder:
    """Raises ExportRefused, as it would when it is made."""
    plan(session, account, recording.reception_id, position=position, span=span, reason=reason)
    if position is None and span.ends_s > recording.seconds + NEIGHBOUR_S:
        raise ExportRefused(BEYOND)
    waiting = select(ClipOrder.id).where(
        ClipOrder.account_id == account.id, col(ClipOrder.made_at).is_(None), col(ClipOrder.failed_at).is_(None)
    )
    if len(session.exec(waiting).all()) >= MOST_OPEN:
        raise ExportRefused(TOO_MANY)
    row = ClipOrder(
        recording_id=recording.id or 0,
        account_id=account.id or 0,
        role=Role(account.role),
        position=position,
        starts_s=span.starts_s,
        ends_s=span.ends_s,
        reason=" ".join(reason.split()),
    )
    session.add(row)
    session.flush()
    detail = {"order": row.id, "from_s": row.starts_s, "to_s": row.ends_s}
    audit.record(session, subject_of(account), "clip_ordered", f"recording:{recording.id}", detail)
    return row


def planned(session: Session, row: ClipOrder, account: Account, role: Role | None = None) -> Planned:
    """As things are now. Raises ExportRefused."""
    if account.disabled_at is not None:
        raise ExportRefused(exporting.NOT_ALLOWED)
    recording = session.get_one(Recording, row.recording_id)
    span = Span(starts_s=row.starts_s, ends_s=row.ends_s)
    return plan(
        session, account, recording.reception_id, position=row.position, span=span, reason=row.reason, role=role
    )


def to_make(session: Session) -> list[int]:
    """Oldest first."""
    waiting = select(ClipOrder.id).where(col(ClipOrder.made_at).is_(None), col(ClipOrder.failed_at).is_(None))
    return [number for number in session.exec(waiting.order_by(col(ClipOrder.id))) if number is not None]


def begin(session: Session, order_id: int) -> Planned | None:
    """None: it may not be made any more, and is marked so."""
    row = session.get_one(ClipOrder, order_id)
    try:
        return planned(session, row, session.get_one(Account, row.account_id), row.role)
    except ExportRefused:
        fail(session, order_id)
        return None


def fail(session: Session, order_id: int) -> None:
    row = session.get_one(ClipOrder, order_id)
    row.failed_at = now()
    session.add(row)


def made(session: Session, order_id: int, key: str, proofs: Sequence[Proof], size: int) -> bool:
    """The exports stand in the log before anybody can fetch them. False: what may be handed out changed meanwhile,
    so it is to be made anew."""
    row = session.get_one(ClipOrder, order_id)
    account = session.get_one(Account, row.account_id)
    again = begin(session, order_id)
    if again is None or again.key != key:
        return False
    for proof in proofs:
        exporting.note(session, account, row.recording_id, proof)
    row.made_at, row.bytes, row.handed_key = now(), size, key
    session.add(row)
    return True


def fetched(session: Session, row: ClipOrder, account: Account) -> bool:
    """False: what may be handed out is no longer the same, or its time is over. Noted either way."""
    good = row.removed_at is None and row.made_at is not None and now() < row.made_at + KEPT_FOR
    try:
        good = good and planned(session, row, account).key == row.handed_key
    except ExportRefused:
        good = False
    act = Access.DOWNLOADED if good else Access.REFUSED
    accesses.note(session, account, row.recording_id, act, row.starts_s, row.ends_s)
    if good:
        audit.record(
            session, subject_of(account), "clip_downloaded", f"recording:{row.recording_id}", {"order": row.id}
        )
    return good


def to_remove(session: Session) -> list[int]:
    """Made, there, and beyond their time; or of a recording that is no more."""
    there = session.exec(
        select(ClipOrder).where(col(ClipOrder.made_at).is_not(None), col(ClipOrder.removed_at).is_(None))
    ).all()
    return [
        row.id or 0
        for row in there
        if (row.made_at is not None and now() >= row.made_at + KEPT_FOR)
        or session.get_one(Recording, row.recording_id).destroyed_at is not None
    ]


def removed(session: Session, order_id: int) -> None:
    row = session.get_one(ClipOrder, order_id)
    row.removed_at = now()
    session.add(row)


def lines_of(session: Session, account_id: int) -> list[Line]:
    """The newest first."""
    rows = session.exec(
        select(ClipOrder, Reception)
        .join(Recording, col(Recording.id) == ClipOrder.recording_id)
        .join(Reception, col(Reception.id) == Recording.reception_id)
        .where(ClipOrder.account_id == account_id)
        .order_by(col(ClipOrder.id).desc())
        .limit(MOST_LISTED)
    )
    return [Line(row, reception) for row, reception in rows]
