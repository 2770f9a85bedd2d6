"""Reading the register. What a role may not read is blanked here, before any page sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case
from sqlmodel import Session, col, func, select

from server.data.parts import paged
from server.people.tables import Role
from server.petitions.categories import CaseAge, CaseFlag, PetitionerKind, Route, Settled
from server.petitions.conditions import conditions, found, may_read
from server.petitions.places import arose_in, rooms_meant
from server.petitions.register import folded_words
from server.petitions.rules import Reading, is_audited, reading
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.petitions.wanted import Sorting, Wanted
from server.petitions.words import ask_by_index
from server.rooms.queries import all_rooms
from server.rooms.spans import Codes
from server.rooms.tables import Room

PAGE = 50
"""Rows of one page of the table: about two screens, so that a filter is quicker than paging."""
_SORTED_BY: dict[Sorting, Any] = {
    Sorting.RECEIVED: col(Petition.received_on),
    Sorting.CODE: col(Petition.code),
    Sorting.KIND: col(Petition.kind),
    Sorting.STATUS: col(Petition.status),
}


@dataclass(frozen=True, slots=True)
class PetitionView:
    """A record as one role may read it; what is above `reading` is empty."""

    id: int
    reading: Reading
    code: str
    kind: PetitionKind
    other_kinds: frozenset[PetitionKind]
    confidentiality: Confidentiality
    status: PetitionStatus
    received_on: date
    channel: str
    audited: bool
    summary: str = ""
    content: str = ""
    request: str = ""
    field: str = ""
    place: str = ""
    place_code: str = ""
    unit_in_charge: str = ""
    case_age: CaseAge = CaseAge.NEW
    times_received: int = 1
    settled: Settled = Settled.NEVER
    settled_by: str = ""
    settled_document: str = ""
    flags: frozenset[CaseFlag] = frozenset()
    earlier_id: int | None = None
    split_from_id: int | None = None
    eligible: bool | None = None
    in_competence: bool | None = None
    route: Route | None = None
    route_ground: str = ""
    route_target: str = ""
    opaque_reference: str = ""
    petitioner_kind: PetitionerKind = PetitionerKind.INDIVIDUAL
    petitioner_name: str = ""
    petitioner_address: str = ""
    petitioner_count: int = 1
    representatives: str = ""


_OF_THE_RECORD = (
    "summary",
    "content",
    "request",
    "field",
    "place_code",
    "unit_in_charge",
    "case_age",
    "times_received",
    "settled",
    "settled_by",
    "settled_document",
    "flags",
    "earlier_id",
    "split_from_id",
    "eligible",
    "in_competence",
    "route",
    "route_ground",
    "route_target",
    "opaque_reference",
)
_OF_THE_PETITIONER = (
    "petitioner_kind",
    "petitioner_name",
    "petitioner_address",
    "petitioner_count",
    "representatives",
)


@dataclass(frozen=True, slots=True)
class Page:
    petitions: list[PetitionView]
    total: int
    number: int
    pages: int


def search(session: Session, role: Role, wanted: Wanted) -> Page:
    """One page of what `role` may read. Every word must be found, accented or not.

    The rows are chosen by their ids, which an index holds with all that is asked by; whole records are read for
    one page only.
    """
    condition = condition_of(session, role, wanted)
    chosen = select(col(Petition.id)).where(condition).order_by(*order_of(wanted))
    found: Sequence[Row[int | None, int]] = ()
    if folded_words(wanted.text):  # what was found is counted on the way: finding it takes longest
        counted = chosen.add_columns(func.count().over()).limit(PAGE)
        found = session.execute(counted.offset((max(1, wanted.page) - 1) * PAGE)).all()
    if found:
        total, ids = found[0][1], [row[0] for row in found]
        number, pages = paged(total, wanted.page, PAGE)
    else:
        total = session.exec(select(func.count()).select_from(Petition).where(condition)).one()
        number, pages = paged(total, wanted.page, PAGE)
        ids = list(session.exec(chosen.limit(PAGE).offset((number - 1) * PAGE)))
    return Page(views_of(session, role, petitions_in(session, ids)), total, number, pages)


def condition_of(session: Session, role: Role, wanted: Wanted) -> ColumnElement[bool]:
    """For statements of this unit of work."""
    if folded_words(wanted.text):
        ask_by_index(session)
    places: list[ColumnElement[bool]] = []
    rooms = all_rooms(session) if wanted.place or wanted.district_code else []
    if wanted.place:
        places.append(arose_in(rooms_meant(wanted.place, rooms), rooms))
    if wanted.district_code:
        there = [room for room in rooms if room.district_code == wanted.district_code]
        places.append(arose_in(there, rooms))
    return and_(*conditions(role, wanted, places))


def order_of(wanted: Wanted) -> list[ColumnElement[Any]]:
    """Where words were asked for and nothing else is wanted, what has them side by side comes first."""
    chosen = _SORTED_BY[wanted.sorting]
    ordered: list[ColumnElement[Any]] = [chosen.asc() if wanted.upwards else chosen.desc()]
    if wanted.sorting is not Sorting.CODE:
        ordered.append(col(Petition.code).asc() if wanted.upwards else col(Petition.code).desc())
    phrase = folded_words(wanted.text)
    if len(phrase) > 1 and wanted.sorting is Sorting.RECEIVED and not wanted.upwards:
        together = found(" ".join(phrase), Reading.RECORD, begun=True)
        return [case((together, 0), else_=1), *ordered]
    return ordered


def petitions_in(session: Session, ids: Sequence[int | None]) -> list[Petition]:
    """In the order of `ids`."""
    rows = {row.id: row for row in session.exec(select(Petition).where(col(Petition.id).in_(ids)))}
    return [rows[number] for number in ids if number in rows]


def units_in_charge(session: Session, role: Role) -> list[str]:
    """Those that stand in a record that `role` reads, by name: what a filter may offer."""
    unit = col(Petition.unit_in_charge)
    rows = select(unit).where(unit != "", may_read(role, Reading.RECORD)).distinct().order_by(unit)
    return list(session.exec(rows))


def petition_view(session: Session, role: Role, petition_id: int) -> PetitionView | None:
    """None: there is no such petition, or the role may read nothing of it; which, nobody is told."""
    petition = session.get(Petition, petition_id)
    if petition is None or reading(role, petition.kind, petition.confidentiality) == Reading.NOTHING:
        return None
    return views_of(session, role, [petition])[0]


def views_of(session: Session, role: Role, petitions: Sequence[Petition]) -> list[PetitionView]:
    """As `role` may read them, in the same order."""
    places = _places(session, petitions)
    return [_view(role, petition, places) for petition in petitions]


def _places(session: Session, petitions: Iterable[Petition]) -> Codes:
    codes = {petition.place_code for petition in petitions if petition.place_code}
    return Codes(session.exec(select(Room).where(col(Room.code).in_(codes))))


def _place(petition: Petition, places: Codes) -> str:
    """The unit that had the code when the petition came in."""
    room = places.on(petition.place_code, petition.received_on)
    return petition.place_code if room is None else f"{room.name}, {room.district}".rstrip(", ")


def _view(role: Role, petition: Petition, places: Codes) -> PetitionView:
    level = reading(role, petition.kind, petition.confidentiality)
    told: dict[str, Any] = {}
    if level >= Reading.RECORD:
        told = {name: getattr(petition, name) for name in _OF_THE_RECORD}
        told["place"] = _place(petition, places)
    if level >= Reading.FULL:
        told |= {name: getattr(petition, name) for name in _OF_THE_PETITIONER}
    return PetitionView(
        id=petition.id or 0,
        reading=level,
        code=petition.code,
        kind=petition.kind,
        other_kinds=petition.other_kinds,
        confidentiality=petition.confidentiality,
        status=petition.status,
        received_on=petition.received_on,
        channel=petition.channel,
        audited=is_audited(petition.kind, petition.confidentiality),
        **told,
    )
