"""Importing petitions: a file is looked at, its rows are shown, and nothing is written until somebody confirms."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

from aiohttp import web
from sqlmodel import Session, select

from server.data.parts import in_parts
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.columns import COLUMN_NAMES, REQUIRED, Vocabulary
from server.petitions.forms import Asked
from server.petitions.import_file import MAX_ROWS, Reader
from server.petitions.importing import CHUNK, Preview, preview, write
from server.petitions.lists import LISTS
from server.petitions.places import Places
from server.petitions.record_page import WORDS
from server.petitions.sentences import said
from server.rooms.tables import Room
from server.row_files import refused_book, template_book
from server.spreadsheets import XLSX
from server.web.downloads import attachment
from server.web.keys import CATALOGS, DATABASE
from server.web.languages import today
from server.web.pending import Pending
from server.web.shell import language_of, render, require, translator_of
from server.web.uploads import uploaded

_SHOWN = 20
"""Rows of a preview; the counts are of all."""

_PENDING: web.AppKey[Pending[Preview]] = web.AppKey("_PENDING_PETITIONS")


def add_routes(app: web.Application) -> None:
    app[_PENDING] = Pending(time.monotonic)
    router = app.router
    router.add_get("/petitions/import", ask, name="petition_import")
    router.add_post("/petitions/import", look)
    router.add_post("/petitions/import/confirm", confirm, name="petition_import_confirm")
    router.add_get("/petitions/import/refused/{token:[\\w-]{8,40}}", refused_rows, name="petition_import_refused")
    router.add_get("/petitions/import/template", template, name="petition_import_template")


def vocabulary_of(request: web.Request) -> Vocabulary:
    return Vocabulary(request.app[CATALOGS].gettext, request.app[LISTS])


@require(Right.WRITE_PETITIONS)
async def ask(request: web.Request) -> web.StreamResponse:
    return await _page(request)


@require(Right.WRITE_PETITIONS)
async def look(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    content = await uploaded(request)
    if content is None:
        return await _page(request, mistake="file", status=422)
    rooms = await request.app[DATABASE].run(_all_rooms)
    reader = Reader(
        vocabulary_of(request),
        Asked(Places(()), request.app[LISTS], today()),
        _places_by_day(rooms),
        language_of(request),
    )
    file = await asyncio.to_thread(reader.read, content)
    found = await request.app[DATABASE].run(preview, account.role, file)
    token = request.app[_PENDING].keep(account.id or 0, found)
    return await _page(request, found=found, token=token)


@require(Right.WRITE_PETITIONS)
async def confirm(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    token = str((await request.post()).get("token", ""))
    found = request.app[_PENDING].take(account.id or 0, token)
    if found is None:
        return await _page(request, mistake="over", status=409)
    added = left_out = 0
    for rows in in_parts(
        found.rows, CHUNK
    ):  # each a unit of work of its own: the file can be imported again if one fails
        more = await request.app[DATABASE].run(write, account, rows)
        added, left_out = added + more[0], left_out + more[1]
    kept = Preview((), found.known, found.refused, found.ignored)
    token = request.app[_PENDING].keep(account.id or 0, kept)
    return await _page(request, found=kept, token=token, added=added, left_out=left_out, done=True)


@require(Right.WRITE_PETITIONS)
async def refused_rows(request: web.Request) -> web.StreamResponse:
    """The refused rows as a file to be corrected and imported again, each with what is wrong beside it."""
    account = await account_in(request)
    found = request.app[_PENDING].get(account.id or 0, request.match_info["token"])
    if found is None or not found.refused:
        raise web.HTTPNotFound
    _, language, vocabulary = translator_of(request), language_of(request), vocabulary_of(request)
    names = [name for name in COLUMN_NAMES if any(name in row.cells for row in found.refused)]
    names += [name for name in REQUIRED if name not in names]
    heading, allowed = partial(vocabulary.heading, language=language), partial(said, _)
    content = await asyncio.to_thread(refused_book, names, found.refused, heading, allowed, _)
    return attachment(content, "dong-bi-tu-choi.xlsx", XLSX)


@require(Right.WRITE_PETITIONS)
async def template(request: web.Request) -> web.StreamResponse:
    _, language, vocabulary = translator_of(request), language_of(request), vocabulary_of(request)
    columns = [
        (
            vocabulary.heading(name, language),
            name in REQUIRED,
            "; ".join(vocabulary.offered(name, language)) if vocabulary.has_words(name) else "",
        )
        for name in COLUMN_NAMES
    ]
    content = await asyncio.to_thread(template_book, _("Petitions"), columns, _)
    return attachment(content, "mau-nhap-don.xlsx", XLSX)


def _all_rooms(session: Session) -> list[Room]:
    return list(session.exec(select(Room)))


def _places_by_day(rooms: Iterable[Room]) -> Callable[[date], Places]:
    """The communes change a few times in a decade: each state of them is folded once."""
    kept = list(rooms)
    known: dict[tuple[int | None, ...], Places] = {}

    def places(day: date) -> Places:
        there = [room for room in kept if room.valid_from <= day <= (room.valid_to or date.max)]
        state = tuple(room.id for room in there)
        if state not in known:
            known[state] = Places(there)
        return known[state]

    return places


async def _page(
    request: web.Request,
    *,
    found: Preview | None = None,
    token: str = "",
    added: int = 0,
    left_out: int = 0,
    done: bool = False,
    mistake: str = "",
    status: int = 200,
) -> web.Response:
    _, language, vocabulary = translator_of(request), language_of(request), vocabulary_of(request)
    refused = [] if found is None else found.refused[:200]
    return await render(
        request,
        "petitions/import.html",
        status=status,
        found=found,
        rows=[] if found is None else found.rows[:_SHOWN],
        refused=[
            (row, vocabulary.heading(row.column, language) if row.column else "", said(_, row.allowed))
            for row in refused
        ],
        token=token,
        added=added,
        left_out=left_out,
        done=done,
        mistake=mistake,
        columns=[(vocabulary.heading(name, language), name in REQUIRED) for name in COLUMN_NAMES],
        most=MAX_ROWS,
        **WORDS,
    )
