"""What is read for the schedule: the list by period, form and state, a month, and what was held on which day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from server.data.parts import paged
from server.receptions.duty import HeldDay
from server.receptions.queries import day_bounds
from server.receptions.tables import AgendaItem, ItemState, Reception, ReceptionMode, ReceptionState
from server.web.languages import local_day

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question to the schedule, as it stands in the page's address; `since` and `until` are both included."""

    since: date | None = None
    until: date | None = None
    mode: ReceptionMode | None = None
    state: ReceptionState | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class ReceptionLine:
    reception: Reception
    items: int
    done: int

    @property
    def day(self) -> date:
        return local_day(self.reception.planned_at)


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[ReceptionLine]
    total: int
    number: int
    pages: int


def reception_lines(session: Session, wanted: Wanted) -> Page:
    """One page of receptions, newest plan first."""
    found = _conditions(wanted)
    total = session.exec(select(func.count()).select_from(Reception).where(*found)).one()
    newest = select(Reception).where(*found).order_by(col(Reception.planned_at).desc(), col(Reception.id).desc())
    number, pages = paged(total, wanted.page, PAGE)
    receptions = session.exec(newest.limit(PAGE).offset((number - 1) * PAGE)).all()
    return Page(_lines(session, list(receptions)), total, number, pages)


def receptions_between(session: Session, since: date, until: date) -> list[ReceptionLine]:
    """All of these days, in their order."""
    found = _conditions(Wanted(since, until))
    receptions = session.exec(
        select(Reception).where(*found).order_by(col(Reception.planned_at), col(Reception.id))
    ).all()
    return _lines(session, list(receptions))


def held_days(session: Session) -> list[HeldDay]:
    """Every reception but those that were called off; an open one counts as held."""
    receptions = session.exec(
        select(Reception).where(Reception.state != ReceptionState.CANCELLED).order_by(col(Reception.planned_at))
    )
    return [
        HeldDay(
            day=local_day(reception.opened_at or reception.planned_at),
            mode=reception.mode,
            receiver=reception.received_by,
            nobody_came=reception.nobody_came is True,
            planned=reception.state == ReceptionState.PLANNED,
        )
        for reception in receptions
    ]


def without_receiver(session: Session) -> list[Reception]:
    """Held, and nobody said who received; latest first."""
    return list(
        session.exec(
            select(Reception)
            .where(Reception.state == ReceptionState.ENDED, col(Reception.received_by).is_(None))
            .order_by(col(Reception.planned_at).desc())
        )
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(col(Reception.planned_at) >= day_bounds(wanted.since)[0])
    if wanted.until is not None:
        found.append(col(Reception.planned_at) < day_bounds(wanted.until)[1])
    if wanted.mode is not None:
        found.append(col(Reception.mode) == wanted.mode)
    if wanted.state is not None:
        found.append(col(Reception.state) == wanted.state)
    return found


def _lines(session: Session, receptions: list[Reception]) -> list[ReceptionLine]:
    rows = session.exec(
        select(AgendaItem.reception_id, AgendaItem.state, func.count())
        .where(col(AgendaItem.reception_id).in_([reception.id for reception in receptions]))
        .group_by(col(AgendaItem.reception_id), col(AgendaItem.state))
    ).all()
    items: dict[int, int] = defaultdict(int)
    done: dict[int, int] = defaultdict(int)
    for reception_id, state, count in rows:
        items[reception_id] += count
        done[reception_id] += count if state == ItemState.DONE else 0
    return [ReceptionLine(each, items[each.id or 0], done[each.id or 0]) for each in receptions]
