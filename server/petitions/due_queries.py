"""The register by its deadlines: the most urgent duty of each petition, and the petitions where it is of one kind.

A due day tells what became of a petition. So it is told, and filtered by, only where the role reads the record;
of what it reads by its code alone nothing is said here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import and_, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from server.deadlines.rules import Variant
from server.deadlines.terms import Terms
from server.people.tables import Role
from server.petitions.duties import SILENT, Duty, duties_of
from server.petitions.history import HasHistory, cases_of
from server.petitions.queries import PAGE, Page, PetitionView, Wanted, conditions, place_of, search, views_by_ids
from server.petitions.rules import Reading, reading
from server.petitions.standing import urgent_of
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus


@dataclass(frozen=True, slots=True)
class _Asking:
    """So much of a petition as its duties and its place in the list ask for; the columns of its table."""

    id: int
    kind: PetitionKind
    confidentiality: Confidentiality
    received_on: date
    status: PetitionStatus
    variant: Variant
    instance: int
    code: str


def search_with_duties(
    session: Session, role: Role, wanted: Wanted, terms: Terms, today: date
) -> tuple[Page, dict[int, Duty]]:
    """One page, newest first or, where a deadline is asked for, the nearest due day first."""
    if wanted.deadline is not None:
        return _search_by_deadline(session, role, wanted, terms, today)
    page = search(session, role, wanted)
    return page, _urgent(session, role, _rows(session, page.petitions), terms, today)


def _search_by_deadline(
    session: Session, role: Role, wanted: Wanted, terms: Terms, today: date
) -> tuple[Page, dict[int, Duty]]:
    """Every petition that may ask for something is counted: what is due depends on the day, so that no column
    could say it. Of each only what is needed for that is read."""
    condition = and_(*conditions(role, wanted))
    asking = [and_(col(Petition.kind) == kind, col(Petition.status).not_in(SILENT[kind])) for kind in PetitionKind]
    columns = (getattr(Petition, each.name) for each in fields(_Asking))
    rows = [_Asking(*row) for row in session.execute(select_columns(*columns).where(condition, or_(*asking)))]
    urgent = _urgent(session, role, rows, terms, today)
    chosen = {number: duty for number, duty in urgent.items() if duty.state is wanted.deadline}
    found = sorted(
        (row for row in rows if row.id in chosen), key=lambda row: (chosen[row.id].due_on or date.max, row.code)
    )
    pages, number = place_of(wanted.page, len(found))
    shown = [row.id for row in found[(number - 1) * PAGE : number * PAGE]]
    return Page(views_by_ids(session, role, shown), len(found), number, pages), chosen


def _urgent(
    session: Session, role: Role, petitions: Sequence[HasHistory], terms: Terms, today: date
) -> dict[int, Duty]:
    """By the petition's id; where nothing is open, or the role may not know, there is none."""
    readable = [
        petition
        for petition in petitions
        if reading(role, petition.kind, petition.confidentiality) >= Reading.RECORD
    ]
    found = {}
    for number, case in cases_of(session, readable).items():
        duty = urgent_of(case, duties_of(case, terms, today))
        if duty is not None:
            found[number] = duty
    return found


def _rows(session: Session, views: Sequence[PetitionView]) -> Sequence[Petition]:
    return session.exec(select(Petition).where(col(Petition.id).in_([view.id for view in views]))).all()
