"""Merging, renaming, splitting and ending units: by a form or by a file, always shown before it is done.

Between the two pages nothing is kept here: the lines travel in the confirmation's form, are read and judged again,
and are carried out only if they still mean what was shown (`changing.stamp_of`).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import date

from aiohttp import web
from sqlmodel import Session

from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.rooms.change_file import COLUMNS, REQUIRED, ChangeFile, ChangeRow, read_changes, written
from server.rooms.change_forms import (
    PARTS,
    TYPES,
    UNITS,
    Act,
    FilledChange,
    day_before,
    day_of,
    label_of,
    read_change,
)
from server.rooms.changes import ChangePlan
from server.rooms.changing import audiences_of, carry_out, look, stamp_of
from server.rooms.planned import PLANNED, NoReceptions, PlannedAudiences, PlannedItem
from server.rooms.queries import rooms_on
from server.rooms.tables import Extent, Room, RoomLevel
from server.row_files import RefusedRow
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, require, translator_of
from server.web.uploads import uploaded


def add_routes(app: web.Application) -> None:
    router = app.router
    router.add_get("/rooms/changes", show_file, name="room_changes")
    router.add_post("/rooms/changes", look_at_file)
    router.add_post("/rooms/changes/confirm", confirm, name="room_changes_confirm")
    router.add_get(f"/rooms/changes/{{act:{'|'.join(Act)}}}", show_form, name="room_change")
    router.add_post(f"/rooms/changes/{{act:{'|'.join(Act)}}}", look_at_form)


@require(Right.IMPORT_ROOMS)
async def show_file(request: web.Request) -> web.StreamResponse:
    return await _file_page(request)


@require(Right.IMPORT_ROOMS)
async def look_at_file(request: web.Request) -> web.StreamResponse:
    content = await uploaded(request)
    if content is None:
        return await _file_page(request, mistake="file", status=422)
    file: ChangeFile = await asyncio.to_thread(read_changes, content)
    planned, items = await request.app[DATABASE].run(_look, file.rows, _receptions(request))
    refused = sorted((*file.refused, *planned.refused), key=lambda row: row.line)
    return await _preview(request, file.rows, planned, items, refused)


@require(Right.IMPORT_ROOMS)
async def show_form(request: web.Request) -> web.StreamResponse:
    return await _form(request, FilledChange({"unit1": request.query.get("unit", "")[:200]}))


@require(Right.IMPORT_ROOMS)
async def look_at_form(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    rooms = await request.app[DATABASE].run(rooms_on, day_before(day_of(form) or today()))
    filled = read_change(Act(request.match_info["act"]), form, rooms)
    if filled.mistakes:
        return await _form(request, filled)
    planned, items = await request.app[DATABASE].run(_look, filled.rows, _receptions(request))
    if planned.refused or not planned.changes:
        return await _form(request, filled, planned.refused, known=not planned.changes and not planned.refused)
    return await _preview(request, filled.rows, planned, items, [])


@require(Right.IMPORT_ROOMS)
async def confirm(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    form = await request.post()
    rows = read_changes(str(form.get("changes", "")).encode()).rows
    stamp, receptions = str(form.get("stamp", "")), _receptions(request)

    def work(session: Session) -> tuple[ChangePlan, list[PlannedItem], bool]:
        planned, items = _look(session, rows, receptions)
        meant = bool(planned.changes) and stamp_of(planned) == stamp
        if meant:
            carry_out(session, planned, actor=subject_of(account), receptions=receptions)
        return planned, items, meant

    planned, items, done = await request.app[DATABASE].run(work)
    if not done:
        return await _preview(request, rows, planned, items, list(planned.refused), moved_on=True)
    day = max(change.day for change in planned.changes)
    query = {"day": day.isoformat(), "ended": str(len(planned.ends)), "begun": str(len(planned.begins))}
    raise web.HTTPSeeOther(request.app.router["rooms"].url_for().with_query(query))


def _look(
    session: Session, rows: tuple[ChangeRow, ...], receptions: PlannedAudiences
) -> tuple[ChangePlan, list[PlannedItem]]:
    planned = look(session, rows)
    return planned, audiences_of(session, planned, receptions)


def _receptions(request: web.Request) -> PlannedAudiences:
    return request.app.get(PLANNED) or NoReceptions()


async def _preview(
    request: web.Request,
    rows: tuple[ChangeRow, ...],
    planned: ChangePlan,
    items: list[PlannedItem],
    refused: list[RefusedRow],
    *,
    moved_on: bool = False,
) -> web.Response:
    successors = await request.app[DATABASE].run(_successors, planned)
    days = sorted({change.day for change in planned.changes})
    return await render(
        request,
        "rooms/change_preview.html",
        status=409 if moved_on else 200,
        planned=planned,
        by_day=[(day, [change for change in planned.changes if change.day == day]) for day in days],
        items=items,
        successors=successors,
        refused=refused,
        moved_on=moved_on,
        changes=written(rows).decode("utf-8-sig"),
        stamp=stamp_of(planned),
        today=today(),
    )


def _successors(session: Session, planned: ChangePlan) -> dict[int, str]:
    """The name of the unit that takes the place of a room which ends as a whole, by the room's id."""
    names = {unit.key: unit.name for change in planned.changes for unit in (*change.begins, *change.goes_on)}
    ids = {(room.code, room.valid_from): room.id for day in _days(planned) for room in rooms_on(session, day)}
    return {
        number: names[link.successor]
        for change in planned.changes
        for link in change.links
        if link.extent is Extent.FULL and link.successor in names
        if (number := ids.get(link.predecessor)) is not None
    }


def _days(planned: ChangePlan) -> list[date]:
    return [day_before(change.day) for change in planned.changes]


async def _form(
    request: web.Request, filled: FilledChange, refused: tuple[RefusedRow, ...] = (), *, known: bool = False
) -> web.Response:
    _ = translator_of(request)
    rooms: list[Room] = await request.app[DATABASE].run(rooms_on, today())
    wrong = bool(filled.mistakes or refused or known)
    return await render(
        request,
        "rooms/change.html",
        status=422 if wrong else 200,
        act=request.match_info["act"],
        values=defaultdict(str, filled.values),
        mistakes={name: _(text) for name, text in filled.mistakes.items()},
        refused=refused,
        known=known,
        units=[label_of(room) for room in rooms if room.level is not RoomLevel.PROVINCE],
        types=TYPES,
        most_units=UNITS,
        most_parts=PARTS,
    )


async def _file_page(request: web.Request, *, mistake: str = "", status: int = 200) -> web.Response:
    return await render(
        request, "rooms/changes.html", status=status, mistake=mistake, columns=COLUMNS, required=REQUIRED
    )
