"""The register by its deadlines: the most urgent duty of each petition, and the petitions where it is of one kind.

A due day tells what became of a petition. So it is told, and filtered by, only where the role reads the record;
of what it reads by its code alone nothing is said here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_
from sqlmodel import Session, col, select

from server.deadlines.terms import Terms
from server.people.tables import Role
from server.petitions.duties import Duty, duties_of
from server.petitions.heard import Hearings
from server.petitions.history import cases_of
from server.petitions.queries import PAGE, Page, PetitionView, condition_of, search, views_of
from server.petitions.rules import Reading, reading
from server.petitions.standing import urgent_of
from server.petitions.tables import Petition, PetitionStatus
from server.petitions.wanted import Wanted


def search_with_duties(
    session: Session, role: Role, wanted: Wanted, hearings: Hearings, terms: Terms, today: date
) -> tuple[Page, dict[int, Duty]]:
    """One page, newest first or, where a deadline is asked for, the nearest due day first."""
    if wanted.deadline is not None:
        return _search_by_deadline(session, role, wanted, hearings, terms, today)
    page = search(session, role, wanted)
    return page, _urgent(session, role, _rows(session, page.petitions), hearings, terms, today)


def _search_by_deadline(
    session: Session, role: Role, wanted: Wanted, hearings: Hearings, terms: Terms, today: date
) -> tuple[Page, dict[int, Duty]]:
    found, chosen = by_deadline(session, role, wanted, hearings, terms, today)
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, wanted.page), pages)
    shown = found[(number - 1) * PAGE : number * PAGE]
    return Page(views_of(session, role, shown), len(found), number, pages), chosen


def by_deadline(
    session: Session, role: Role, wanted: Wanted, hearings: Hearings, terms: Terms, today: date
) -> tuple[list[Petition], dict[int, Duty]]:
    """The nearest due day first. Every open petition is counted: what is due depends on the day, so that no column
    could say it."""
    condition = and_(condition_of(session, role, wanted), col(Petition.status) != PetitionStatus.FILED)
    petitions = session.exec(select(Petition).where(condition)).all()
    urgent = _urgent(session, role, petitions, hearings, terms, today)
    chosen = {number: duty for number, duty in urgent.items() if duty.state is wanted.deadline}
    found = sorted(
        (petition for petition in petitions if petition.id in chosen),
        key=lambda petition: (chosen[petition.id or 0].due_on or date.max, petition.code),
    )
    return found, chosen


def _urgent(
    session: Session,
    role: Role,
    petitions: Sequence[Petition],
    hearings: Hearings,
    terms: Terms,
    today: date,
) -> dict[int, Duty]:
    """By the petition's id; where nothing is open, or the role may not know, there is none."""
    readable = [
        petition
        for petition in petitions
        if reading(role, petition.kind, petition.confidentiality) >= Reading.RECORD
    ]
    found = {}
    heard_on = hearings.days(session, [petition.id or 0 for petition in readable])
    for number, case in cases_of(session, readable, heard_on).items():
        duty = urgent_of(case, duties_of(case, terms, today))
        if duty is not None:
            found[number] = duty
    return found


def _rows(session: Session, views: Sequence[PetitionView]) -> Sequence[Petition]:
    return session.exec(select(Petition).where(col(Petition.id).in_([view.id for view in views]))).all()
