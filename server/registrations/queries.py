"""Reading the registrations. What a role may not read is blanked here, before any page sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import Select

from server.data.parts import paged
from server.people.rights import Role
from server.petitions.citizens import or_petitions, reading_of, says
from server.petitions.rules import Reading, is_audited
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.receptions.tables import AHEAD, Reception, ReceptionState
from server.registrations.rules import SessionAsked
from server.registrations.tables import DeclineGround, Registration, RegistrationState, RegistrationWay
from server.web.languages import local_day

PAGE = 50
NO_SESSION = 0
"""As `Wanted.reception_id`: those that wait for a session."""
TO_COME = (RegistrationState.AGREED, RegistrationState.CAME, RegistrationState.ABSENT)
"""Who stands on the list at the door."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question to the registrations, as it stands in the page's address."""

    text: str = ""
    state: RegistrationState | None = None
    kind: PetitionKind | None = None
    reception_id: int | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """As one role may read it. `guarded`: its words stand on its own page only, whose reading is noted."""

    id: int
    reception_id: int | None
    reception_title: str
    reception_at: datetime | None
    reception_state: ReceptionState | None
    made_on: date
    way: RegistrationWay
    kind: PetitionKind
    confidentiality: Confidentiality
    reading: Reading
    guarded: bool
    persons: int
    as_group: bool
    state: RegistrationState
    order_number: int | None
    ground: DeclineGround | None
    appointed_by_id: int | None
    visit_id: int | None
    petition_id: int | None
    petition_code: str
    recorded_at: datetime
    recorded_by: str
    decided_at: datetime | None
    decided_by: str
    citizen_name: str = ""
    citizen_address: str = ""
    summary: str = ""
    competent_body: str = ""

    @property
    def day(self) -> date | None:
        """Of the reception."""
        return None if self.reception_at is None else local_day(self.reception_at)


@dataclass(frozen=True, slots=True)
class Page:
    registrations: list[RegistrationView]
    total: int
    number: int
    pages: int


def search(session: Session, role: Role, wanted: Wanted) -> Page:
    """One page, the latest first."""
    found = _joined().where(*_conditions(session, role, wanted))
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    number, pages = paged(total, wanted.page, PAGE)
    ordered = found.order_by(col(Registration.made_on).desc(), col(Registration.id).desc())
    rows = session.exec(ordered.limit(PAGE).offset((number - 1) * PAGE)).all()
    return Page([view(role, *row) for row in rows], total, number, pages)


def waiting(session: Session) -> int:
    """How many have no answer yet."""
    asked = select(func.count()).where(Registration.state == RegistrationState.WAITING)
    return session.exec(asked).one()


def of_reception(session: Session, role: Role, reception_id: int) -> list[RegistrationView]:
    """In the order in which they come; those without a number behind, in the order in which they asked."""
    rows = session.exec(
        _joined()
        .where(Registration.reception_id == reception_id)
        .order_by(
            col(Registration.order_number).is_(None),
            col(Registration.order_number),
            col(Registration.made_on),
            col(Registration.id),
        )
    ).all()
    views = (view(role, *row) for row in rows)
    return [each for each in views if each.reading > Reading.NOTHING]


def registration_view(session: Session, role: Role, registration_id: int) -> RegistrationView | None:
    """With its words also where it is guarded. None: there is none, or the role reads nothing of it."""
    row = session.exec(_joined().where(Registration.id == registration_id)).first()
    if row is None:
        return None
    found = view(role, *row, own_page=True)
    return None if found.reading == Reading.NOTHING else found


def view(
    role: Role,
    row: Registration,
    petition: Petition | None,
    reception: Reception | None,
    *,
    own_page: bool = False,
) -> RegistrationView:
    confidentiality = Confidentiality.NORMAL if petition is None else petition.confidentiality
    level = reading_of(role, row.kind, confidentiality)
    guarded = is_audited(row.kind, confidentiality)
    words = level >= Reading.RECORD and (own_page or not guarded)
    named = words and level >= Reading.FULL
    told = words and row.kind != PetitionKind.DENUNCIATION
    return RegistrationView(
        id=row.id or 0,
        reception_id=row.reception_id,
        reception_title="" if reception is None else reception.title,
        reception_at=None if reception is None else reception.planned_at,
        reception_state=None if reception is None else reception.state,
        made_on=row.made_on,
        way=row.way,
        kind=row.kind,
        confidentiality=confidentiality,
        reading=level,
        guarded=guarded,
        persons=row.persons,
        as_group=row.as_group,
        state=row.state,
        order_number=row.order_number,
        ground=row.ground,
        appointed_by_id=row.appointed_by_id,
        visit_id=row.visit_id,
        petition_id=row.petition_id,
        petition_code="" if petition is None else petition.code,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        citizen_name=or_petitions(row.citizen_name, petition, "petitioner_name") if named else "",
        citizen_address=or_petitions(row.citizen_address, petition, "petitioner_address") if named else "",
        summary=or_petitions(row.summary, petition, "summary") if told else "",
        competent_body=row.competent_body if words else "",
    )


def session_asked(reception: Reception) -> SessionAsked:
    return SessionAsked(reception.id or 0, local_day(reception.planned_at), reception.registration_closes_on)


def receptions_to_ask_for(session: Session, chosen: int | None = None) -> Sequence[Reception]:
    """Planned and open ones by day, and the one that is chosen already."""
    ahead = col(Reception.state).in_(AHEAD)
    wanted = select(Reception).where(or_(ahead, col(Reception.id) == chosen))
    return session.exec(wanted.order_by(col(Reception.planned_at)).limit(PAGE)).all()


def _joined() -> Select[Registration, Petition, Reception]:
    """Petition and reception may be None in what it finds."""
    return (
        select(Registration, Petition, Reception)
        .outerjoin(Petition, col(Petition.id) == Registration.petition_id)
        .outerjoin(Reception, col(Reception.id) == Registration.reception_id)
    )


def _conditions(session: Session, role: Role, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        found.append(col(Registration.state) == wanted.state)
    if wanted.kind is not None:
        found.append(col(Registration.kind) == wanted.kind)
    if wanted.reception_id is not None:
        asked = wanted.reception_id
        found.append(
            col(Registration.reception_id).is_(None)
            if asked == NO_SESSION
            else col(Registration.reception_id) == asked
        )
    return found + says(session, role, Registration, wanted.text)
