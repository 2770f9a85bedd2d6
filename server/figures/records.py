"""The records behind a figure: as many as it counts, each shown as far as the reader may read it.

In one row below the province a record of which the reader reads the code alone is one line without anything: the
row would tell the unit, and with the kind beside it what the hidden numbers keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select as select_rows
from sqlmodel import Session, col, func, select

from server.data.parts import paged
from server.figures.counting import Counting, Ground
from server.figures.definitions import Column
from server.figures.periods import Period
from server.figures.rows import By
from server.figures.words import Source
from server.people.rights import Role
from server.petitions.queries import PetitionView, views_of
from server.petitions.rules import Reading
from server.petitions.tables import Petition
from server.receptions.tables import Reception
from server.visits.queries import VisitView, view
from server.visits.tables import Visit

PAGE = 50
V = TypeVar("V", VisitView, PetitionView)


@dataclass(frozen=True, slots=True)
class Records:
    """`figure`: what the column says; `total`: how many records it is counted from. None in the place of a record
    that the reader may not know of here."""

    source: Source
    figure: int
    total: int
    number: int
    pages: int
    visits: Sequence[VisitView | None] = field(default_factory=tuple)
    petitions: Sequence[PetitionView | None] = field(default_factory=tuple)
    sessions: Sequence[Reception] = field(default_factory=tuple)


def records_behind(
    session: Session,
    ground: Ground,
    role: Role,
    column: Column,
    period: Period,
    by: By | None,
    key: str,
    page: int,
) -> Records:
    counting = Counting(session, ground, period)
    source = column.leaves[0].source
    ids = counting.records(column.leaves, by, key)
    counted = counting.count(column.leaves, by).get(key, {})
    total = session.execute(select(func.count()).select_from(ids.subquery())).scalar_one()
    number, pages = paged(total, page, PAGE)
    table: Any = {Source.VISITS: Visit, Source.SESSIONS: Reception, Source.PETITIONS: Petition}[source]
    when = {
        Source.VISITS: col(Visit.came_at),
        Source.SESSIONS: col(Reception.planned_at),
        Source.PETITIONS: col(Petition.received_on),
    }[source]
    identity = {Source.VISITS: Visit.id, Source.SESSIONS: Reception.id, Source.PETITIONS: Petition.id}[source]
    newest = select_rows(table).where(col(identity).in_(ids)).order_by(when.desc(), col(identity).desc())
    rows = session.execute(newest.limit(PAGE).offset((number - 1) * PAGE)).scalars().all()
    found = Records(source, sum(counted.values()), total, number, pages)
    narrow = by is not None and by.below_province
    return _shown(session, ground, role, found, rows, narrow=narrow)


def _shown(
    session: Session, ground: Ground, role: Role, found: Records, rows: Sequence[object], *, narrow: bool
) -> Records:
    facts = (found.source, found.figure, found.total, found.number, found.pages)
    if found.source is Source.SESSIONS:
        return Records(*facts, sessions=[row for row in rows if isinstance(row, Reception)])
    if found.source is Source.PETITIONS:
        views = views_of(session, role, [row for row in rows if isinstance(row, Petition)])
        return Records(*facts, petitions=[_known(each, narrow=narrow) for each in views])
    visits = [row for row in rows if isinstance(row, Visit)]
    joined = (
        select(Visit, Petition, Reception)
        .outerjoin(Petition, col(Petition.id) == Visit.petition_id)
        .outerjoin(Reception, col(Reception.id) == Visit.reception_id)
        .where(col(Visit.id).in_([visit.id for visit in visits]))
        .order_by(col(Visit.came_at).desc(), col(Visit.id).desc())
    )
    seen = [view(role, *row, ground.rules) for row in session.exec(joined)]
    return Records(*facts, visits=[_known(each, narrow=narrow) for each in seen])


def _known(each: V, *, narrow: bool) -> V | None:
    return None if narrow and each.reading < Reading.RECORD else each
