"""The registry's pages: the list of a day with each room's address, one room's history, the sheets to hand out,
withdrawing, importing. What merges, renames and splits units: `server.rooms.change_pages`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aiohttp import web
from sqlmodel import Session

from server.csv_text import day_in
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_of
from server.rooms import change_pages, device_pages, enrol_page, office_pages
from server.rooms.connected import tell_revoked
from server.rooms.device_pages import RoomDevices, room_devices
from server.rooms.enrolment import address_of, has_address, withdraw_key
from server.rooms.history import RoomHistory, days_of_change, history_of
from server.rooms.importing import ImportReport, import_rooms
from server.rooms.planned import PLANNED, NoReceptions, PlannedItem
from server.rooms.queries import room_by_id, rooms_on
from server.rooms.registry_file import COLUMNS, REQUIRED
from server.rooms.tables import Room
from server.web.asked import whole
from server.web.keys import DATABASE, SECRET
from server.web.languages import today
from server.web.shell import render, require
from server.web.uploads import uploaded


@dataclass(frozen=True)
class RoomLine:
    """A room as the pages show it; `address` is the path of its page, empty for the desk and for what is over."""

    room: Room
    address: str


def add_routes(app: web.Application) -> None:
    app.router.add_get("/rooms", show_rooms, name="rooms")
    app.router.add_get("/rooms/sheet", show_sheet, name="rooms-sheet")
    app.router.add_get("/rooms/import", show_import, name="rooms-importing")
    app.router.add_post("/rooms/import", run_import)
    app.router.add_get(r"/rooms/{id:\d{1,9}}", show_room, name="room_history")
    app.router.add_get(r"/rooms/{id:\d{1,9}}/withdraw", ask_withdraw, name="room-withdraw")
    app.router.add_post(r"/rooms/{id:\d{1,9}}/withdraw", run_withdraw)
    change_pages.add_routes(app)
    office_pages.add_routes(app)
    device_pages.add_routes(app)
    enrol_page.add_routes(app)


@require(Right.KEEP_ROOMS)
async def show_rooms(request: web.Request) -> web.StreamResponse:
    search = request.query.get("q", "")[:100]
    asked = request.query.get("day", "")[:10]
    day = day_in(asked) or today()
    receptions = request.app.get(PLANNED) or NoReceptions()

    def work(session: Session) -> tuple[list[Room], list[date], list[PlannedItem]]:
        return rooms_on(session, day, search), days_of_change(session), receptions.outlived(session)

    ended, begun = (whole(request.query.get(name, ""), 4) for name in ("ended", "begun"))
    rooms, days, outlived = await request.app[DATABASE].run(work)
    return await render(
        request,
        "rooms/list.html",
        lines=_lines(request, rooms),
        search=search,
        day=day,
        today=today(),
        not_a_day=bool(asked) and day_in(asked) is None,
        days=days,
        outlived=outlived,
        withdrawn=request.query.get("withdrawn", ""),
        changed=(ended, begun) if ended is not None and begun is not None else None,
        origin=_origin(request),
    )


@require(Right.KEEP_ROOMS)
async def show_room(request: web.Request) -> web.StreamResponse:
    def work(session: Session) -> tuple[RoomHistory, RoomDevices]:
        history = history_of(session, int(request.match_info["id"]))
        if history is None:
            raise web.HTTPNotFound
        return history, room_devices(session, history.room)

    history, devices = await request.app[DATABASE].run(work)
    return await render(
        request,
        "rooms/room.html",
        history=history,
        line=_lines(request, [history.room])[0],
        devices=devices,
        revoked="revoked" in request.query,
        today=today(),
        origin=_origin(request),
    )


@require(Right.KEEP_ROOMS)
async def show_sheet(request: web.Request) -> web.StreamResponse:
    """All addresses of a day to print, one slip per room, so that new rooms have theirs before they begin. That
    somebody took them along is noted in the audit log."""
    account = await account_of(request)
    search = request.query.get("q", "")[:100]
    actor = subject_of(account) if account is not None else "system"
    day = day_in(request.query.get("day", "")[:10]) or today()
    rooms = await request.app[DATABASE].run(_rooms_for_sheet, day, search, actor)
    lines = [line for line in _lines(request, rooms) if line.address]
    return await render(request, "rooms/sheet.html", lines=lines, search=search, origin=_origin(request))


@require(Right.KEEP_ROOMS)
async def ask_withdraw(request: web.Request) -> web.StreamResponse:
    room = await _room(request)
    return await render(request, "rooms/withdraw.html", room=room)


@require(Right.KEEP_ROOMS)
async def run_withdraw(request: web.Request) -> web.StreamResponse:
    room = await _room(request)
    account = await account_of(request)
    actor = subject_of(account) if account is not None else "system"
    tell_revoked(request.app, await request.app[DATABASE].run(withdraw_key, room, actor=actor))
    raise web.HTTPSeeOther(
        request.app.router["rooms"].url_for().with_query({"q": room.code, "withdrawn": room.code})
    )


@require(Right.IMPORT_ROOMS)
async def show_import(request: web.Request) -> web.StreamResponse:
    return await _import_page(request)


@require(Right.IMPORT_ROOMS)
async def run_import(request: web.Request) -> web.StreamResponse:
    form, content = await request.post(), await uploaded(request)
    if content is None:
        return await _import_page(request, mistake="file", status=400)
    try:
        valid_from = _day(form.get("valid_from"))
    except ValueError:
        return await _import_page(request, mistake="valid_from", status=400)
    account = await account_of(request)
    actor = subject_of(account) if account is not None else "system"
    report = await request.app[DATABASE].run(import_rooms, content, actor=actor, valid_from=valid_from)
    return await _import_page(request, report=report)


async def _import_page(
    request: web.Request, *, report: ImportReport | None = None, mistake: str = "", status: int = 200
) -> web.Response:
    return await render(
        request,
        "rooms/import.html",
        status=status,
        report=report,
        mistake=mistake,
        columns=COLUMNS,
        required=REQUIRED,
    )


async def _room(request: web.Request) -> Room:
    room = await request.app[DATABASE].run(room_by_id, int(request.match_info["id"]))
    if room is None or not has_address(room) or _is_over(room):
        raise web.HTTPNotFound
    return room


def _rooms_for_sheet(session: Session, day: date, search: str, actor: str) -> list[Room]:
    rooms = rooms_on(session, day, search)
    audit.record(session, actor, "room_addresses_printed", "", {"rooms": len(rooms)})
    return rooms


def _lines(request: web.Request, rooms: list[Room]) -> list[RoomLine]:
    secret = request.app[SECRET]
    return [
        RoomLine(room, address_of(secret, room) if has_address(room) and not _is_over(room) else "")
        for room in rooms
    ]


def _is_over(room: Room) -> bool:
    return room.valid_to is not None and room.valid_to < today()


def _origin(request: web.Request) -> str:
    """How this server was reached; behind a proxy the page's script puts in what the browser sees."""
    return str(request.url.origin())


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None
