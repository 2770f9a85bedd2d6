"""Importing reported days: a file is looked at, its rows are shown, and only what somebody confirms is written."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import date
from functools import partial

from aiohttp import web
from sqlmodel import Session

from server.data.parts import in_parts
from server.duty import recording
from server.duty.asking import all_units, departments_in
from server.duty.columns import COLUMN_NAMES, REQUIRED, WORDS, Vocabulary
from server.duty.forms import SENTENCES, DayFault
from server.duty.import_file import MAX_ROWS, GoodRow, Reader, told_by_unit
from server.duty.queries import rows_between
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.history import author_of
from server.receptions.duty import last_of
from server.row_files import ImportFile, RefusedRow, refused_book, template_book
from server.spreadsheets import XLSX
from server.web.downloads import attachment
from server.web.keys import CATALOGS, DATABASE
from server.web.languages import today
from server.web.pending import Pending
from server.web.shell import language_of, render, require, translator_of
from server.web.uploads import uploaded

_SHOWN = 20
"""Rows of a preview; the counts are of all."""
_REFUSED_SHOWN = 200
UNITS_AT_ONCE = 50
"""In one unit of work: so long as it takes, other pages and a live reception wait for the database."""
_IMPORT = "/receptions/duty/import"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be taken. `known`: rows that are on the record already."""

    rows: tuple[GoodRow, ...]
    known: int
    refused: tuple[RefusedRow, ...]
    ignored: tuple[str, ...]

    @property
    def units(self) -> int:
        return len({row.unit.key for row in self.rows})


_PENDING: web.AppKey[Pending[Preview]] = web.AppKey("_PENDING_DAYS")


def add_routes(app: web.Application) -> None:
    app[_PENDING] = Pending(time.monotonic)
    router = app.router
    router.add_get(_IMPORT, ask, name="duty_import")
    router.add_post(_IMPORT, look)
    router.add_post(f"{_IMPORT}/confirm", confirm, name="duty_import_confirm")
    router.add_get(_IMPORT + r"/refused/{token:[\w-]{8,40}}", refused_rows, name="duty_import_refused")
    router.add_get(f"{_IMPORT}/template", template, name="duty_import_template")


def vocabulary_of(request: web.Request) -> Vocabulary:
    return Vocabulary(request.app[CATALOGS].gettext)


def preview(session: Session, file: ImportFile[GoodRow]) -> Preview:
    """Rows that are on the record already are left out; those that say something else of a day are refused."""
    days = [row.month for row in file.rows]
    stands = rows_between(session, min(days), last_of(max(days))) if days else None
    there = {(row.unit, row.day): row for row in stands.days} if stands else {}
    whole = {(row.unit, row.month) for row in stands.months} if stands else set()
    rows: list[GoodRow] = []
    refused = list(file.refused)
    known = 0
    for row in file.rows:
        former = there.get((row.unit.key, row.day.day)) if row.day else None
        if former is not None and row.day is not None and not row.day.same_as(former):
            said = SENTENCES[DayFault.OTHERWISE]
            refused.append(RefusedRow(row.line, "day", row.cells["day"], said, row.cells))
        elif former is not None or (row.day is None and (row.unit.key, row.month) in whole):
            known += 1
        else:
            rows.append(row)
    return Preview(tuple(rows), known, tuple(sorted(refused, key=lambda row: row.line)), file.ignored)


@require(Right.PLAN_RECEPTIONS)
async def ask(request: web.Request) -> web.StreamResponse:
    return await _page(request)


@require(Right.PLAN_RECEPTIONS)
async def look(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    content = await uploaded(request)
    if content is None:
        return await _page(request, mistake="file", status=422)
    units = await request.app[DATABASE].run(all_units, departments_in(request))
    reader = Reader(vocabulary_of(request), units, today())
    file = await asyncio.to_thread(reader.read, content)
    found = await request.app[DATABASE].run(preview, file)
    token = request.app[_PENDING].keep(account.id or 0, found)
    return await _page(request, found=found, token=token)


@require(Right.PLAN_RECEPTIONS)
async def confirm(request: web.Request) -> web.StreamResponse:
    """With `whole=yes` the units told all they held of each month that is over and has a row of theirs."""
    account, form = await account_in(request), await request.post()
    found = request.app[_PENDING].take(account.id or 0, str(form.get("token", "")))
    if found is None:
        return await _page(request, mistake="over", status=409)
    whole = form.get("whole") == "yes"
    now = today()

    def is_whole(month: date) -> bool:
        return whole and last_of(month) < now

    told = told_by_unit(found.rows, whole=is_whole)
    added, left_out = 0, list[str]()
    for some in in_parts(told, UNITS_AT_ONCE):
        more, without = await request.app[DATABASE].run(recording.record_many, some, author_of(account))
        added, left_out = added + more, left_out + without
    kept = Preview((), found.known, found.refused, found.ignored)
    token = request.app[_PENDING].keep(account.id or 0, kept)
    return await _page(request, found=kept, token=token, added=added, left_out=left_out, done=True)


@require(Right.PLAN_RECEPTIONS)
async def refused_rows(request: web.Request) -> web.StreamResponse:
    """The refused rows as a file to be corrected and imported again, each with what is wrong beside it."""
    account = await account_in(request)
    found = request.app[_PENDING].get(account.id or 0, request.match_info["token"])
    if found is None or not found.refused:
        raise web.HTTPNotFound
    _, language, vocabulary = translator_of(request), language_of(request), vocabulary_of(request)
    heading = partial(vocabulary.heading, language=language)
    content = await asyncio.to_thread(refused_book, list(COLUMN_NAMES), found.refused, heading, _, _)
    return attachment(content, "dong-bi-tu-choi.xlsx", XLSX)


@require(Right.PLAN_RECEPTIONS)
async def template(request: web.Request) -> web.StreamResponse:
    _, language, vocabulary = translator_of(request), language_of(request), vocabulary_of(request)
    columns = [
        (
            vocabulary.heading(name, language),
            name in REQUIRED,
            "; ".join(vocabulary.offered(name, language)) if name in WORDS else "",
        )
        for name in COLUMN_NAMES
    ]
    content = await asyncio.to_thread(template_book, _("Reported days"), columns, _)
    return attachment(content, "mau-nhap-ngay-tiep.xlsx", XLSX)


async def _page(
    request: web.Request,
    *,
    found: Preview | None = None,
    token: str = "",
    added: int = 0,
    left_out: list[str] | None = None,
    done: bool = False,
    mistake: str = "",
    status: int = 200,
) -> web.Response:
    _, language, vocabulary = translator_of(request), language_of(request), vocabulary_of(request)
    refused = found.refused[:_REFUSED_SHOWN] if found else ()
    return await render(
        request,
        "duty/import.html",
        status=status,
        found=found,
        rows=found.rows[:_SHOWN] if found else (),
        refused=[
            (row, vocabulary.heading(row.column, language) if row.column else "", _(row.allowed))
            for row in refused
        ],
        token=token,
        added=added,
        left_out=left_out or [],
        done=done,
        mistake=mistake,
        columns=[(vocabulary.heading(name, language), name in REQUIRED) for name in COLUMN_NAMES],
        receiver_words=WORDS["receiver"],
        mode_words=WORDS["mode"],
        most=MAX_ROWS,
    )
