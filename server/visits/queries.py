"""Reading the register of visits. What a role may not read is blanked here, before any page sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from server.data.parts import paged
from server.people.rights import Role
from server.petitions.citizens import or_petitions, reading_of, says
from server.petitions.rules import Reading, is_audited
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.receptions.dated_rules import ReceptionRules
from server.receptions.queries import day_bounds
from server.receptions.tables import Receiver, Reception, ReceptionMode, ReceptionState
from server.registrations.tables import DeclineGround
from server.visits.rules import SessionOfVisit, notice_missing
from server.visits.tables import Visit, VisitOutcome, Withdrawal
from server.web.languages import local_day

PAGE = 50
MOST_PRINTED = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question to the register of visits, as it stands in the page's address; both days are included."""

    text: str = ""
    since: date | None = None
    until: date | None = None
    mode: ReceptionMode | None = None
    kind: PetitionKind | None = None
    outcome: VisitOutcome | None = None
    reception_id: int | None = None
    appointed_id: int | None = None  # the reception they were asked to come to
    page: int = 1


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit as one role may read it. `guarded`: its words stand on its own page only, whose reading is noted."""

    id: int
    year: int
    number: int
    came_at: datetime
    mode: ReceptionMode
    receiver: Receiver | None
    reception_id: int | None
    kind: PetitionKind
    confidentiality: Confidentiality
    reading: Reading
    guarded: bool
    persons: int
    as_group: bool
    large: bool
    nth_time: int
    outcome: VisitOutcome
    ground: DeclineGround | None
    appointed_id: int | None
    withdrawn_because: Withdrawal | None
    withdrawn_at: datetime | None
    recorded_at: datetime
    recorded_by: str
    petition_id: int | None
    petition_code: str
    document: str = ""
    visitor_name: str = ""
    visitor_address: str = ""
    summary: str = ""

    @property
    def notice_missing(self) -> bool:
        """Told to who reads documents of it."""
        told = self.reading >= Reading.RECORD and self.withdrawn_because is None
        return told and notice_missing(self.outcome, self.ground, self.document)


@dataclass(frozen=True, slots=True)
class Totals:
    """Of what was asked for, without what was withdrawn. Each visit is about one case."""

    visits: int = 0
    persons: int = 0
    first_time: int = 0
    groups: int = 0  # large ones
    group_persons: int = 0

    @property
    def repeated(self) -> int:
        return self.visits - self.first_time


@dataclass(frozen=True, slots=True)
class Page:
    visits: list[VisitView]
    total: int
    number: int
    pages: int
    totals: Totals


def search(session: Session, role: Role, wanted: Wanted, rules: ReceptionRules, limit: int = PAGE) -> Page:
    """One page, newest first."""
    found = _conditions(session, role, wanted)
    joined = (
        select(Visit, Petition, Reception)
        .outerjoin(Petition, col(Petition.id) == Visit.petition_id)
        .outerjoin(Reception, col(Reception.id) == Visit.reception_id)
        .where(*found)
    )
    total = session.exec(select(func.count()).select_from(joined.subquery())).one()
    number, pages = paged(total, wanted.page, limit)
    ordered = joined.order_by(col(Visit.came_at).desc(), col(Visit.id).desc())
    rows = session.exec(ordered.limit(limit).offset((number - 1) * limit)).all()
    views = [view(role, visit, petition, reception, rules) for visit, petition, reception in rows]
    return Page(views, total, number, pages, _totals(session, found, rules))


def visit_view(session: Session, role: Role, visit_id: int, rules: ReceptionRules) -> VisitView | None:
    """With its words also where it is guarded. None: there is none, or the role reads nothing of it."""
    visit = session.get(Visit, visit_id)
    if visit is None:
        return None
    petition = session.get(Petition, visit.petition_id) if visit.petition_id else None
    reception = session.get(Reception, visit.reception_id) if visit.reception_id else None
    found = view(role, visit, petition, reception, rules, own_page=True)
    return None if found.reading == Reading.NOTHING else found


def view(
    role: Role,
    visit: Visit,
    petition: Petition | None,
    reception: Reception | None,
    rules: ReceptionRules,
    *,
    own_page: bool = False,
) -> VisitView:
    confidentiality = Confidentiality.NORMAL if petition is None else petition.confidentiality
    level = reading_of(role, visit.kind, confidentiality)
    guarded = is_audited(visit.kind, confidentiality)
    words = level >= Reading.RECORD and (own_page or not guarded)
    named = words and level >= Reading.FULL
    return VisitView(
        id=visit.id or 0,
        year=visit.year,
        number=visit.number,
        came_at=visit.came_at,
        mode=ReceptionMode.REGULAR if reception is None else reception.mode,
        receiver=Receiver.BOARD if reception is None else reception.received_by,
        reception_id=visit.reception_id,
        kind=visit.kind,
        confidentiality=confidentiality,
        reading=level,
        guarded=guarded,
        persons=visit.persons,
        as_group=visit.as_group,
        large=visit.as_group and rules.is_large(visit.persons, local_day(visit.came_at)),
        nth_time=visit.nth_time,
        outcome=visit.outcome,
        ground=visit.ground,
        appointed_id=visit.appointed_id,
        withdrawn_because=visit.withdrawn_because,
        withdrawn_at=visit.withdrawn_at,
        recorded_at=visit.recorded_at,
        recorded_by=visit.recorded_by,
        petition_id=visit.petition_id,
        petition_code="" if petition is None else petition.code,
        document=visit.document if level >= Reading.RECORD else "",
        visitor_name=or_petitions(visit.visitor_name, petition, "petitioner_name") if named else "",
        visitor_address=or_petitions(visit.visitor_address, petition, "petitioner_address") if named else "",
        summary=or_petitions(visit.summary, petition, "summary") if words and not _secret(visit) else "",
    )


def session_of(reception: Reception) -> SessionOfVisit:
    return SessionOfVisit(reception.id or 0, local_day(reception.planned_at))


def receptions_to_visit(session: Session, until: date, chosen: int | None = None) -> Sequence[Reception]:
    """The latest that were held or are held that day, and the one that is chosen already."""
    begun = and_(
        col(Reception.planned_at) < day_bounds(until)[1], col(Reception.state) != ReceptionState.CANCELLED
    )
    newest = select(Reception).where(or_(begun, col(Reception.id) == chosen))
    return session.exec(newest.order_by(col(Reception.planned_at).desc()).limit(PAGE)).all()


def receptions_ahead(session: Session, *states: ReceptionState) -> Sequence[Reception]:
    ahead = select(Reception).where(col(Reception.state).in_(states))
    return session.exec(ahead.order_by(col(Reception.planned_at)).limit(PAGE)).all()


def _secret(visit: Visit) -> bool:
    return visit.kind == PetitionKind.DENUNCIATION


def _conditions(session: Session, role: Role, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(col(Visit.came_at) >= day_bounds(wanted.since)[0])
    if wanted.until is not None:
        found.append(col(Visit.came_at) < day_bounds(wanted.until)[1])
    if wanted.kind is not None:
        found.append(col(Visit.kind) == wanted.kind)
    if wanted.outcome is not None:
        found.append(col(Visit.outcome) == wanted.outcome)
    if wanted.reception_id is not None:
        found.append(col(Visit.reception_id) == wanted.reception_id)
    if wanted.appointed_id is not None:
        found.append(col(Visit.appointed_id) == wanted.appointed_id)
    if wanted.mode is not None:
        of_mode = col(Visit.reception_id).in_(select(Reception.id).where(Reception.mode == wanted.mode))
        daily = col(Visit.reception_id).is_(None)
        found.append(or_(daily, of_mode) if wanted.mode is ReceptionMode.REGULAR else of_mode)
    return found + says(session, role, Visit, wanted.text)


def _totals(session: Session, found: list[ColumnElement[bool]], rules: ReceptionRules) -> Totals:
    rows = session.exec(
        select(Visit.persons, Visit.as_group, Visit.nth_time, Visit.came_at).where(
            *found, col(Visit.withdrawn_at).is_(None)
        )
    ).all()
    groups = [persons for persons, group, _nth, at in rows if group and rules.is_large(persons, local_day(at))]
    return Totals(
        visits=len(rows),
        persons=sum(row[0] for row in rows),
        first_time=sum(row[2] == 1 for row in rows),
        groups=len(groups),
        group_persons=sum(groups),
    )
