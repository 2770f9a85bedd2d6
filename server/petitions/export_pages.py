"""The filtered register as a file, XLSX or CSV; that somebody took it along is noted in the audit log."""

from __future__ import annotations

import asyncio

from aiohttp import web

from server.data.parts import in_parts
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.columns import Vocabulary
from server.petitions.exporting import (
    MOST,
    TooMany,
    Words,
    chosen_ids,
    columns_for,
    note,
    read_views,
)
from server.petitions.heard import HEARINGS
from server.petitions.lists import LISTS
from server.petitions.queries import PetitionView
from server.petitions.rules import STATUS_WORDS
from server.petitions.standing import TERMS
from server.petitions.wanted import wanted_in
from server.spreadsheets import XLSX, Value, as_csv, as_xlsx
from server.web.downloads import attachment
from server.web.keys import CATALOGS, DATABASE
from server.web.languages import today
from server.web.shell import language_of, render, require, translator_of

_NARROW, _WIDE = 18, 50
_LONG = ("summary", "content", "request")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/petitions/export.{format:xlsx|csv}", export, name="petition_export")


@require(Right.READ_PETITIONS)
async def export(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    wanted, format_ = wanted_in(request.query), request.match_info["format"]
    database = request.app[DATABASE]
    try:
        ids = await database.run(
            chosen_ids, account.role, wanted, request.app[HEARINGS], request.app[TERMS], today()
        )
    except TooMany as found:
        return await render(request, "petitions/too_many.html", status=422, came=found.came, most=MOST)
    views: list[PetitionView] = []
    for part in in_parts(ids):  # other pages need not wait long for the database between two of them
        views += await database.run(read_views, account.role, part)
    # Noted before anything is handed out: what is not noted is not read.
    await database.run(note, subject_of(account), wanted, format_, views)
    _, language = translator_of(request), language_of(request)
    columns = columns_for(account.role)
    words = Words(
        Vocabulary(request.app[CATALOGS].gettext, request.app[LISTS]),
        {str(status): _(word) for status, word in STATUS_WORDS.items()},
        language,
    )
    head: list[Value] = [
        _("Status") if name == "status" else words.vocabulary.heading(name, language) for name in columns
    ]
    rows = [head, *(words.row(view, columns) for view in views)]
    widths = [_WIDE if name in _LONG else _NARROW for name in columns]
    if format_ == "csv":
        content, kind = await asyncio.to_thread(as_csv, rows), "text/csv"
    else:
        content, kind = await asyncio.to_thread(as_xlsx, (_("Petitions"), widths, rows)), XLSX
    name = f"so-don-{today().isoformat()}.{format_}"
    return attachment(content, name, kind)
