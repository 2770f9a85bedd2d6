"""What the start page shows of receptions: those of today, an open one, and the next one where today has none."""

from __future__ import annotations

from datetime import date

from aiohttp import web
from sqlmodel import Session, col, func, or_, select

from server.receptions.queries import day_bounds
from server.receptions.tables import AHEAD, AgendaItem, Reception, ReceptionState
from server.web.keys import DATABASE, TodayReception
from server.web.languages import today


async def receptions_of_today(request: web.Request) -> list[TodayReception]:
    """The `TodayReader` of the application (`server.web.application.set_up(today=…)`)."""
    return await request.app[DATABASE].run(receptions_on, today())


def receptions_on(session: Session, day: date) -> list[TodayReception]:
    start, end = day_bounds(day)
    on_the_day = (col(Reception.planned_at) >= start) & (col(Reception.planned_at) < end)
    is_open = col(Reception.state) == ReceptionState.OPEN
    receptions = list(session.exec(select(Reception).where(or_(is_open, on_the_day))))
    if not any(r.state in AHEAD for r in receptions):
        later = select(Reception).where(
            col(Reception.state) == ReceptionState.PLANNED, col(Reception.planned_at) >= end
        )
        receptions += session.exec(later.order_by(col(Reception.planned_at)).limit(1))
    ids = [reception.id for reception in receptions]
    counts = dict(
        session.exec(
            select(AgendaItem.reception_id, func.count())
            .where(col(AgendaItem.reception_id).in_(ids))
            .group_by(col(AgendaItem.reception_id))
        ).all()
    )
    return [
        TodayReception(
            id=reception.id or 0,
            title=reception.title,
            place=reception.place,
            planned_at=reception.planned_at,
            state=str(reception.state),
            items=counts.get(reception.id or 0, 0),
        )
        for reception in sorted(receptions, key=lambda r: (r.planned_at, r.id))
    ]
