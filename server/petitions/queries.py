"""Reading the register. What a role may not read is blanked here, before any page sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, false, or_
from sqlmodel import Session, col, func, select

from server.deadlines.computing import State
from server.people.tables import Role
from server.petitions.register import SEPARATOR, folded_words
from server.petitions.rules import Reading, is_audited, reading
from server.petitions.tables import Confidentiality, Petition, PetitionKind, PetitionStatus
from server.rooms.tables import Room

PAGE = 50
"""Rows of one page of the table: about two screens, so that a filter is quicker than paging."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question to the register, as it stands in the page's address."""

    text: str = ""
    kind: PetitionKind | None = None
    status: PetitionStatus | None = None
    district_code: str = ""
    deadline: State | None = None  # of the most urgent duty; `due_queries` answers it
    page: int = 1


@dataclass(frozen=True, slots=True)
class PetitionView:
    """A record as one role may read it; what is above `reading` is empty."""

    id: int
    reading: Reading
    code: str
    kind: PetitionKind
    confidentiality: Confidentiality
    status: PetitionStatus
    received_on: date
    channel: str
    audited: bool
    summary: str = ""
    content: str = ""
    request: str = ""
    place: str = ""
    place_code: str = ""
    unit_in_charge: str = ""
    opaque_reference: str = ""
    petitioner_name: str = ""
    petitioner_address: str = ""
    petitioner_count: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    petitions: list[PetitionView]
    total: int
    number: int
    pages: int


def search(session: Session, role: Role, wanted: Wanted) -> Page:
    """One page of what `role` may read, newest first. Every word must be found, accented or not."""
    condition = and_(*conditions(role, wanted))
    ids = (
        select(Petition.id)
        .where(condition)
        .order_by(*_nearest_first(wanted), col(Petition.received_on).desc(), col(Petition.code).desc())
    )
    if wanted.text:  # each look at the words reads the whole table: one that finds all, instead of count and page
        found = session.exec(ids).all()
        pages, number = place_of(wanted.page, len(found))
        return Page(
            views_by_ids(session, role, found[(number - 1) * PAGE : number * PAGE]), len(found), number, pages
        )
    total = session.exec(select(func.count()).select_from(Petition).where(condition)).one()
    pages, number = place_of(wanted.page, total)
    found = session.exec(ids.limit(PAGE).offset((number - 1) * PAGE)).all()  # from an index that has all it asks
    return Page(views_by_ids(session, role, found), total, number, pages)


def place_of(wanted: int, total: int) -> tuple[int, int]:
    """How many pages there are, and which is shown."""
    pages = max(1, -(-total // PAGE))
    return pages, min(max(1, wanted), pages)


def views_by_ids(session: Session, role: Role, ids: Sequence[int | None]) -> list[PetitionView]:
    """In the order of `ids`, at most a page."""
    petitions = {each.id: each for each in session.exec(select(Petition).where(col(Petition.id).in_(ids)))}
    return views_of(session, role, [petitions[number] for number in ids])


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


def _nearest_first(wanted: Wanted) -> list[ColumnElement[int]]:
    """Where the words stand side by side comes before where they are scattered."""
    phrase = " ".join(folded_words(wanted.text))
    return [case((_found(phrase, Reading.RECORD, begun=True), 0), else_=1)] if phrase else []


def conditions(role: Role, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which petitions `role` may find by `wanted`, its deadline left aside."""
    levels: dict[Reading, list[ColumnElement[bool]]] = defaultdict(list)
    for kind in PetitionKind:
        for confidentiality in Confidentiality:
            levels[reading(role, kind, confidentiality)].append(
                and_(col(Petition.kind) == kind, col(Petition.confidentiality) == confidentiality)
            )
    words = folded_words(wanted.text)
    allowed = [
        and_(
            or_(*groups),
            *(_found(word, level, begun=word is words[-1]) for word in words),
        )
        for level, groups in levels.items()
        if level > Reading.NOTHING
    ]
    asked: list[ColumnElement[bool]] = [or_(*allowed) if allowed else false()]
    if wanted.kind is not None:
        asked.append(col(Petition.kind) == wanted.kind)
    if wanted.status is not None:
        asked.append(col(Petition.status) == wanted.status)
    if wanted.district_code:
        communes = select(Room.code).where(Room.district_code == wanted.district_code)
        readable = [group for level, groups in levels.items() if level >= Reading.RECORD for group in groups]
        asked.append(and_(col(Petition.place_code).in_(communes), or_(false(), *readable)))
    return asked


def _found(words: str, level: Reading, *, begun: bool) -> ColumnElement[bool]:
    """`words` stand in a part of the search key that `level` reaches (see `register.SEPARATOR`); if `begun`,
    the last of them may go on. Vietnamese words are short: parts of words would find half the register."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    separators_after = {Reading.CODE: 2, Reading.RECORD: 1, Reading.FULL: 0}[level]
    pattern = f"% {escaped}%" if begun else f"% {escaped} %"
    return col(Petition.search_key).like(pattern + f"{SEPARATOR}%" * separators_after, escape="\\")


def _places(session: Session, petitions: Iterable[Petition]) -> dict[str, list[Room]]:
    codes = {petition.place_code for petition in petitions if petition.place_code}
    places: dict[str, list[Room]] = defaultdict(list)
    for room in session.exec(select(Room).where(col(Room.code).in_(codes)).order_by(col(Room.valid_from))):
        places[room.code].append(room)
    return places


def _place(petition: Petition, places: dict[str, list[Room]]) -> str:
    """The unit that had the code when the petition came in."""
    that_day = [
        room
        for room in places.get(petition.place_code, [])
        if room.valid_from <= petition.received_on
        and (room.valid_to is None or room.valid_to >= petition.received_on)
    ]
    if not that_day:
        return petition.place_code
    return f"{that_day[-1].name}, {that_day[-1].district}".rstrip(", ")


def _view(role: Role, petition: Petition, places: dict[str, list[Room]]) -> PetitionView:
    level = reading(role, petition.kind, petition.confidentiality)
    record, full = level >= Reading.RECORD, level >= Reading.FULL
    return PetitionView(
        id=petition.id or 0,
        reading=level,
        code=petition.code,
        kind=petition.kind,
        confidentiality=petition.confidentiality,
        status=petition.status,
        received_on=petition.received_on,
        channel=petition.channel,
        audited=is_audited(petition.kind, petition.confidentiality),
        summary=petition.summary if record else "",
        content=petition.content if record else "",
        request=petition.request if record else "",
        place=_place(petition, places) if record else "",
        place_code=petition.place_code if record else "",
        unit_in_charge=petition.unit_in_charge if record else "",
        opaque_reference=petition.opaque_reference if record else "",
        petitioner_name=petition.petitioner_name if full else "",
        petitioner_address=petition.petitioner_address if full else "",
        petitioner_count=petition.petitioner_count if full else 1,
    )
