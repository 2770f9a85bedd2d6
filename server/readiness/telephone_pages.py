"""The rooms' telephone numbers as a list: taken along, filled in, looked at and taken in again."""

from __future__ import annotations

import asyncio
import time

from aiohttp import web
from sqlmodel import Session

from server.data.parts import in_parts
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.readiness.contacts import write_telephone
from server.readiness.telephones import COLUMNS, MAX_ROWS, REQUIRED, NumberRow, Numbers, read_numbers
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.row_files import refused_book
from server.spreadsheets import XLSX, Value, as_csv, as_xlsx
from server.web.downloads import attachment
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.pending import Pending
from server.web.shell import render, require, translator_of
from server.web.uploads import uploaded

_SHOWN = 50
_REFUSED_SHOWN = 200
_AT_ONCE = 50
"""In one unit of work: so long as it takes, other pages and a live reception wait for the database."""
_PATH = "/rooms/readiness/telephones"
_PENDING: web.AppKey[Pending[Numbers]] = web.AppKey("_PENDING_NUMBERS")


def add_routes(app: web.Application) -> None:
    app[_PENDING] = Pending(time.monotonic)
    app.router.add_get(_PATH, ask, name="telephones")
    app.router.add_post(_PATH, look)
    app.router.add_post(f"{_PATH}/confirm", confirm, name="telephones_confirm")
    app.router.add_get(_PATH + r"/refused/{token:[\w-]{8,40}}", refused_rows, name="telephones_refused")
    app.router.add_get(_PATH + ".{format:xlsx|csv}", export, name="telephones_export")


@require(Right.SEE_LINES)
async def ask(request: web.Request) -> web.StreamResponse:
    return await _page(request)


@require(Right.SEE_LINES)
async def look(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    content = await uploaded(request)
    if content is None:
        return await _page(request, mistake="file", status=422)
    found = await asyncio.to_thread(read_numbers, content, await request.app[DATABASE].run(_rooms))
    token = request.app[_PENDING].keep(account.id or 0, found)
    return await _page(request, found=found, token=token)


@require(Right.SEE_LINES)
async def confirm(request: web.Request) -> web.StreamResponse:
    account, form = await account_in(request), await request.post()
    found = request.app[_PENDING].take(account.id or 0, str(form.get("token", "")))
    if found is None:
        return await _page(request, mistake="over", status=409)

    def write(session: Session, rows: list[NumberRow]) -> None:
        for row in rows:
            write_telephone(session, session.get_one(Room, row.room.id), row.number, subject_of(account))

    for some in in_parts(found.rows, _AT_ONCE):
        await request.app[DATABASE].run(write, list(some))
    kept = Numbers((), found.known, found.empty, found.refused, found.ignored)
    token = request.app[_PENDING].keep(account.id or 0, kept)
    return await _page(request, found=kept, token=token, added=len(found.rows), done=True)


@require(Right.SEE_LINES)
async def refused_rows(request: web.Request) -> web.StreamResponse:
    """The refused rows as a file to be corrected and taken in again, each with what is wrong beside it."""
    account, _ = await account_in(request), translator_of(request)
    found = request.app[_PENDING].get(account.id or 0, request.match_info["token"])
    if found is None or not found.refused:
        raise web.HTTPNotFound

    def heading(name: str) -> str:
        return _(COLUMNS[name])

    content = await asyncio.to_thread(refused_book, list(COLUMNS), found.refused, heading, _, _)
    return attachment(content, "dong-bi-tu-choi.xlsx", XLSX)


@require(Right.SEE_LINES)
async def export(request: web.Request) -> web.StreamResponse:
    """Every room of today, also those without a number: this is the list to fill in."""
    _ = translator_of(request)
    rows: list[list[Value]] = [[_(word) for word in COLUMNS.values()]]
    for room in await request.app[DATABASE].run(_rooms):
        district = room.district if room.level is RoomLevel.COMMUNE else ""
        rows.append([room.code, room.name, district, room.telephone])
    if request.match_info["format"] == "csv":
        return attachment(await asyncio.to_thread(as_csv, rows), "dien-thoai-diem-cau.csv", "text/csv")
    content = await asyncio.to_thread(as_xlsx, ("1", [8, 30, 24, 30], rows))
    return attachment(content, "dien-thoai-diem-cau.xlsx", XLSX)


def _rooms(session: Session) -> list[Room]:
    return [room for room in rooms_on(session, today()) if room.level is not RoomLevel.PROVINCE]


async def _page(
    request: web.Request,
    *,
    found: Numbers | None = None,
    token: str = "",
    added: int = 0,
    done: bool = False,
    mistake: str = "",
    status: int = 200,
) -> web.Response:
    _ = translator_of(request)
    rooms = await request.app[DATABASE].run(_rooms)
    refused = found.refused[:_REFUSED_SHOWN] if found else ()
    return await render(
        request,
        "readiness/telephones.html",
        status=status,
        found=found,
        rows=found.rows[:_SHOWN] if found else (),
        refused=[(row, _(COLUMNS[row.column]) if row.column else "", _(row.allowed)) for row in refused],
        token=token,
        added=added,
        done=done,
        mistake=mistake,
        columns=[(_(word), name in REQUIRED) for name, word in COLUMNS.items()],
        most=MAX_ROWS,
        all_rooms=len(rooms),
        without=sum(not room.telephone for room in rooms),
    )
