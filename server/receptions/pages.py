"""The receptions' office pages: the list, and one reception with its agenda, attendance and recording."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session

from server.people.rights import Right
from server.people.tables import Account
from server.petitions.concluded import CONCLUSIONS, Concluded
from server.petitions.heard import HEARINGS
from server.petitions.standing import TERMS
from server.receptions import agenda_pages, plan_pages, quality_pages, recording_pages
from server.receptions.agenda_view import ShownItem, shown_agenda
from server.receptions.asking import account_in
from server.receptions.hearings import ReceptionHearings, merged
from server.receptions.queries import (
    RoomAttendance,
    agenda_of,
    attendance_of,
    chapters_of,
    reception_lines,
    recording_of,
)
from server.receptions.tables import ItemState, Reception, ReceptionState, Recording
from server.rooms.queries import rooms_on
from server.web.keys import DATABASE
from server.web.languages import HERE, today
from server.web.shell import render, require

PAGE = 50


def add_routes(app: web.Application) -> None:
    """All office pages of receptions, the player among them. Also gives the register its HEARINGS. Needs in `app`
    when a reception is asked for: CONCLUSIONS, which `server.conclusions.pages.add_routes` gives, and TERMS."""
    app[HEARINGS] = ReceptionHearings()
    app.router.add_get("/receptions", table, name="receptions")
    app.router.add_get(r"/receptions/{id:\d{1,9}}", detail, name="reception")
    quality_pages.add_routes(app)
    plan_pages.add_routes(app)
    agenda_pages.add_routes(app)
    recording_pages.add_routes(app)


@require(Right.READ_RECEPTIONS)
async def table(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    state = request.query.get("state", "")
    states = [ReceptionState(state)] if state in set(ReceptionState) else list(ReceptionState)
    asked = request.query.get("page", "")
    number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1
    lines, total = await request.app[DATABASE].run(reception_lines, states, limit=PAGE, offset=(number - 1) * PAGE)
    return await render(
        request,
        "receptions/list.html",
        lines=lines,
        total=total,
        number=number,
        pages=max(1, -(-total // PAGE)),
        state=state if len(states) == 1 else "",
        states=list(ReceptionState),
        may_plan=Right.PLAN_RECEPTIONS in account.rights,
    )


@dataclass(frozen=True, slots=True)
class _Detail:
    reception: Reception
    items: list[ShownItem]
    rooms: int
    attendance: list[RoomAttendance]
    recording: Recording | None
    chapters: dict[int, tuple[float, float]]  # first second and length, by item


def _read(session: Session, reception_id: int, account: Account) -> _Detail | None:
    reception = session.get(Reception, reception_id)
    if reception is None:
        return None
    recording = recording_of(session, reception_id)
    spans = chapters_of(session, recording.id or 0) if recording else {}
    chapters = {
        item: (of_item[0][0], sum(end - start for start, end in of_item))
        for item, found in spans.items()
        if (of_item := merged(found))
    }
    return _Detail(
        reception=reception,
        items=shown_agenda(agenda_of(session, reception_id), account.role),
        rooms=len(rooms_on(session, reception.planned_at.astimezone(HERE).date())) - 1,  # but the desk
        attendance=attendance_of(session, reception_id),
        recording=recording,
        chapters=chapters,
    )


@require(Right.READ_RECEPTIONS)
async def detail(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception_id = int(request.match_info["id"])
    conclusions, calendar = request.app[CONCLUSIONS], request.app[TERMS].calendar

    def work(session: Session) -> tuple[_Detail, list[Concluded]] | None:
        read = _read(session, reception_id, account)
        if read is None:
            return None
        return read, conclusions.of_reception(session, reception_id, account.role, calendar, today())

    answer = await request.app[DATABASE].run(work)
    if answer is None:
        raise web.HTTPNotFound
    found, concluded = answer
    running = found.reception.state in (ReceptionState.PLANNED, ReceptionState.OPEN)
    waiting = [item.id for item in found.items if item.item.state == ItemState.WAITING]
    return await render(
        request,
        "receptions/detail.html",
        reception=found.reception,
        items=found.items,
        concluded=concluded,
        today=today(),
        rooms=max(0, found.rooms),
        attendance=found.attendance,
        recording=found.recording,
        chapters=found.chapters,
        may_plan=running and Right.PLAN_RECEPTIONS in account.rights,
        may_console=running and Right.SEE_CONSOLE in account.rights,
        first_waiting=waiting[0] if waiting else None,
        last_waiting=waiting[-1] if waiting else None,
    )
