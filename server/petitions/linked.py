"""Petitions that belong together: the same case before and after, and what one was split into.

Of a denunciation there are no such links (see `register.change`): they would lead to whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, false
from sqlmodel import Session, col, or_, select

from server.data.folding import fold
from server.people.tables import Role
from server.petitions.categories import CaseAge, Settled
from server.petitions.conditions import may_read
from server.petitions.places import arose_in
from server.petitions.queries import PetitionView, views_of
from server.petitions.register import folded_words
from server.petitions.rules import Reading
from server.petitions.tables import Petition, PetitionKind, PetitionStatus
from server.rooms.queries import all_rooms, with_predecessors
from server.rooms.spans import Codes

_MOST_SHOWN = 5
_YEARS = timedelta(days=3 * 365)
_ALIKE = 0.7
"""Of the words of the shorter of two lines, how many must be in the other to be shown as one matter: what shares
only "đề nghị", "khu" and the like stays out. Of very short lines at least `_FEWEST_ALIKE`."""
_FEWEST_ALIKE = 4
_DECIDED = frozenset({PetitionStatus.SETTLED, PetitionStatus.IN_EXECUTION, PetitionStatus.FILED})


class Relation(StrEnum):
    EARLIER = "earlier"
    LATER = "later"
    SPLIT_FROM = "split_from"
    SPLIT_INTO = "split_into"


@dataclass(frozen=True, slots=True)
class Link:
    relation: Relation
    id: int
    code: str
    received_on: date


def links_of(session: Session, petition: Petition) -> list[Link]:
    """For somebody who reads the record; of the others it tells the code, which every reader reads."""
    rows = session.exec(
        select(Petition)
        .where(
            or_(
                col(Petition.id).in_([petition.earlier_id, petition.split_from_id]),
                col(Petition.earlier_id) == petition.id,
                col(Petition.split_from_id) == petition.id,
            )
        )
        .order_by(col(Petition.received_on), col(Petition.code))
    )
    return sorted(_links(petition, rows), key=lambda link: [*Relation].index(link.relation))


def _links(petition: Petition, others: Iterable[Petition]) -> Iterable[Link]:
    for other in others:
        relations = {
            Relation.EARLIER: petition.earlier_id == other.id,
            Relation.LATER: other.earlier_id == petition.id,
            Relation.SPLIT_FROM: petition.split_from_id == other.id,
            Relation.SPLIT_INTO: other.split_from_id == petition.id,
        }
        for relation, holds in relations.items():
            if holds:
                yield Link(relation, other.id or 0, other.code, other.received_on)


def earlier_id(session: Session, role: Role, code: str, but: int | None = None) -> int | None:
    """Of the petition that may be named as the earlier one."""
    named = (col(Petition.code) == code.upper(), col(Petition.id) != (but or 0))
    return session.exec(select(Petition.id).where(*named, *_may_be_named(role))).first()


def _may_be_named(role: Role) -> tuple[ColumnElement[bool], ...]:
    return col(Petition.kind) != PetitionKind.DENUNCIATION, may_read(role, Reading.FULL)


@dataclass(frozen=True, slots=True)
class Matter:
    """What is being entered, as far as it is known."""

    name: str
    place_code: str
    summary: str


@dataclass(frozen=True, slots=True)
class Similar:
    """A probable earlier petition: of the same petitioner, or at the same place about the same."""

    petition: PetitionView
    same_petitioner: bool
    same_place: bool


def similar(session: Session, role: Role, matter: Matter, today: date) -> list[Similar]:
    """The likeliest first, and only what the role reads with names."""
    found = {row.id: row for row in _of_the_petitioner(session, role, matter)}
    found |= {row.id: row for row in _about_the_same(session, role, matter, today)}
    key = fold(matter.name)
    near = set(
        session.exec(select(Petition.id).where(col(Petition.id).in_(list(found)), _near(session, matter, today)))
    )
    rated = [
        Similar(view, bool(key) and row.petitioner_key == key, row.id in near)
        for view, row in zip(views_of(session, role, [*found.values()]), found.values(), strict=True)
    ]
    rated.sort(key=lambda each: (each.same_petitioner + each.same_place, each.petition.received_on), reverse=True)
    return rated[:_MOST_SHOWN]


def _near(session: Session, matter: Matter, today: date) -> ColumnElement[bool]:
    """At the place of the matter, which is one of today's, or at one that became a part of it."""
    rooms = all_rooms(session)
    here = Codes(rooms).on(matter.place_code, today)
    return false() if here is None else arose_in(with_predecessors(session, [here]), rooms)


def _of_the_petitioner(session: Session, role: Role, matter: Matter) -> Iterable[Petition]:
    key = fold(matter.name)
    if not key:
        return []
    named = select(Petition).where(col(Petition.petitioner_key) == key, *_may_be_named(role))
    same_place = col(Petition.place_code) == matter.place_code
    return session.exec(named.order_by(same_place.desc(), col(Petition.received_on).desc()).limit(_MOST_SHOWN))


def _about_the_same(session: Session, role: Role, matter: Matter, today: date) -> Iterable[Petition]:
    words = set(folded_words(matter.summary))
    if not words or not matter.place_code:
        return
    rows = session.exec(
        select(Petition).where(
            _near(session, matter, today),
            col(Petition.received_on) >= today - _YEARS,
            *_may_be_named(role),
        )
    )
    for row in rows:
        others = set(folded_words(row.summary))
        if len(words & others) >= max(_FEWEST_ALIKE, _ALIKE * min(len(words), len(others))):
            yield row


def as_repeated(values: dict[str, str], earlier: PetitionView) -> dict[str, str]:
    """A form in which `earlier` was chosen as the earlier petition of the same case."""
    settled = earlier.settled
    if earlier.status in _DECIDED and settled is not Settled.SEVERAL_TIMES:
        settled = Settled.SEVERAL_TIMES if settled is Settled.ONCE else Settled.ONCE
    taken = {
        "earlier": earlier.code,
        "case_age": str(CaseAge.OLD),
        "times_received": str(earlier.times_received + 1),
        "settled": str(settled),
    }
    kept = {name: values.get(name) or getattr(earlier, name) for name in ("field", "unit_in_charge")}
    return {**values, **kept, **taken}
