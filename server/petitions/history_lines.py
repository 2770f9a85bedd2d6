"""A petition's history as a page shows it: states, extensions and notices in one list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from server.deadlines.rules import DeadlineKey
from server.people.accounts import subject_of
from server.people.tables import Account
from server.petitions.categories import Outcome
from server.petitions.history import rows_of
from server.petitions.tables import Petition, PetitionExtension, PetitionNotice, PetitionStatus


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened on `day`: a `status`, an extension by `days`, the `notice` that was sent, or what
    another feature says (`said`, a message id).

    `by` is who wrote it, and empty for what the system wrote.
    """

    day: date
    document: str
    recorded_at: datetime
    by: str
    unit: str
    status: PetitionStatus | None = None
    reason: str = ""
    outcome: Outcome | None = None
    days: int = 0
    notice: DeadlineKey | None = None
    said: str = ""


def lines_of(session: Session, petition: Petition) -> list[Line]:
    """Newest first."""
    lines = newest_first(
        [*_states(session, petition), *_extensions(session, petition), *_notices(session, petition)]
    )
    names = {subject_of(account): account.display_name for account in session.exec(select(Account))}
    return [replace(line, by=names.get(line.by, "")) for line in lines]


def newest_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.day, line.recorded_at), reverse=True)


def _states(session: Session, petition: Petition) -> list[Line]:
    return [
        Line(
            day=petition.received_on if row.previous is None else row.holds_on,
            document=row.document,
            recorded_at=row.recorded_at,
            by=row.recorded_by,
            unit=row.unit,
            status=row.status,
            reason=row.reason,
            outcome=row.outcome,
        )
        for row in rows_of(session, [petition.id or 0])
    ]


def _extensions(session: Session, petition: Petition) -> list[Line]:
    rows = session.exec(select(PetitionExtension).where(col(PetitionExtension.petition_id) == petition.id))
    return [
        Line(row.decided_on, row.document, row.recorded_at, row.recorded_by, row.unit, days=row.count)
        for row in rows
    ]


def _notices(session: Session, petition: Petition) -> list[Line]:
    rows = session.exec(select(PetitionNotice).where(col(PetitionNotice.petition_id) == petition.id))
    return [
        Line(row.done_on, row.document, row.recorded_at, row.recorded_by, row.unit, notice=row.key) for row in rows
    ]
