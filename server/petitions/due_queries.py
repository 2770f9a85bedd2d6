"""The register by its deadlines: the most urgent duty of each petition, and the petitions where it is of one kind.

A due day tells what became of a petition. So it is told, and filtered by, only where the role reads the record;
of what it reads by its code alone nothing is said here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from server.data.parts import in_parts, paged
from server.deadlines.computing import State
from server.deadlines.rules import Variant
from server.deadlines.terms import Terms
from server.people.tables import Role
from server.petitions.duties import SILENT, Duty, duties_of
from server.petitions.heard import Hearings
from server.petitions.history import HasHistory, HeardOn, cases_of
from server.petitions.queries import PAGE, Page, condition_of, petitions_in, search, views_of
from server.petitions.rules import Reading, reading
from server.petitions.standing import urgent_of
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.petitions.wanted import Wanted

_NOT_FILED = col(Petition.status) != PetitionStatus.FILED
"""What is filed asks for nothing."""


@dataclass(frozen=True, slots=True)
class Asking:
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
    session: Session, role: Role, wanted: Wanted, hearings: Hearings, terms: Terms, today: date
) -> tuple[Page, dict[int, Duty]]:
    """One page in the order wanted or, where a deadline is asked for, the nearest due day first."""
    if wanted.deadline is None:
        page = search(session, role, wanted)
        rows = petitions_in(session, [view.id for view in page.petitions])
        heard_on = hearings.days(session, [row.id or 0 for row in rows])
        return page, _urgent(session, role, rows, heard_on, terms, today)
    found, chosen = by_deadline(session, role, wanted, hearings, terms, today)
    number, pages = paged(len(found), wanted.page, PAGE)
    shown = petitions_in(session, [row.id for row in found[(number - 1) * PAGE : number * PAGE]])
    return Page(views_of(session, role, shown), len(found), number, pages), chosen


def by_deadline(
    session: Session, role: Role, wanted: Wanted, hearings: Hearings, terms: Terms, today: date
) -> tuple[list[Asking], dict[int, Duty]]:
    """The nearest due day first. Every petition that may ask for something is counted: what is due depends on the
    day, so that no column could say it. Of each only what is needed for that is read."""
    rows, urgent = _all_urgent(session, role, wanted, hearings, terms, today)
    chosen = {number: duty for number, duty in urgent.items() if duty.state is wanted.deadline}
    found = (row for row in rows if row.id in chosen)
    return sorted(found, key=lambda row: (chosen[row.id].due_on or date.max, row.code)), chosen


def deadlines_of_all(
    session: Session, role: Role, hearings: Hearings, terms: Terms, today: date
) -> Counter[State]:
    """How many petitions have their most urgent duty in which state."""
    _rows, urgent = _all_urgent(session, role, Wanted(), hearings, terms, today)
    return Counter(duty.state for duty in urgent.values() if duty.state is not None)


def _all_urgent(
    session: Session, role: Role, wanted: Wanted, hearings: Hearings, terms: Terms, today: date
) -> tuple[list[Asking], dict[int, Duty]]:
    condition = and_(condition_of(session, role, wanted), _NOT_FILED)
    heard_on = hearings.days(session, select(col(Petition.id)).where(_NOT_FILED))
    rows = list(_asking(session, condition, heard_on))
    return rows, _urgent(session, role, rows, heard_on, terms, today)


def _asking(session: Session, condition: ColumnElement[bool], heard_on: HeardOn) -> Iterator[Asking]:
    """Those whose status asks for something, and of the others those that were heard: what came of that the
    citizen is to be told, whatever the status."""
    columns = [getattr(Petition, each.name) for each in fields(Asking)]
    kind, status = col(Petition.kind), col(Petition.status)
    asks = or_(*(and_(kind == each, status.not_in(SILENT[each])) for each in PetitionKind))
    statement = select_columns(*columns).where(condition)
    for row in session.execute(statement.where(asks)):
        yield Asking(*row)
    for some in in_parts(list(heard_on)):
        for row in session.execute(statement.where(~asks, col(Petition.id).in_(some))):
            yield Asking(*row)


def _urgent(
    session: Session, role: Role, petitions: Sequence[HasHistory], heard_on: HeardOn, terms: Terms, today: date
) -> dict[int, Duty]:
    """By the petition's id; where nothing is open, or the role may not know, there is none."""
    readable = [
        petition
        for petition in petitions
        if reading(role, petition.kind, petition.confidentiality) >= Reading.RECORD
    ]
    found = {}
    for number, case in cases_of(session, readable, heard_on).items():
        duty = urgent_of(case, duties_of(case, terms, today))
        if duty is not None:
            found[number] = duty
    return found
