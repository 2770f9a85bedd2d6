"""The records behind a figure, in a list of their own: as many as the figure counts."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from server.figures.asking import ROWS, asked_column, asked_period, asked_rows, ground_of, sheets_in
from server.figures.facts import page_facts
from server.figures.overview import overview_by
from server.figures.records import Records, records_behind
from server.figures.rows import By
from server.people.rights import Right
from server.people.sessions import account_in
from server.visits.rules import OUTCOME_WORDS
from server.web.asked import page_in
from server.web.keys import DATABASE
from server.web.shell import language_of, render, require
from signaling.refusals import RefusalCode, Refused

_KEPT = ("period", "year", "number", "from", "to", "form", "column", "by", "row")
_LONGEST_KEY = 200


def add_routes(app: web.Application) -> None:
    app.router.add_get("/figures/records", records, name="figures_records")


@require(Right.READ_FIGURES)
async def records(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    period, asked = asked_period(request), asked_column(request)
    by = asked_rows(request, ROWS, By.UNIT) if "by" in request.query else None
    key = request.query.get("row", "")[:_LONGEST_KEY]
    page, ground = page_in(request.query.get("page", "")), ground_of(request, period.last)

    def work(session: Session) -> tuple[Records, str, bool]:
        label, translated = "", True
        if by is not None:
            whole = asked.whole if asked.form_name else overview_by(asked.whole, by)
            if whole.column(asked.column.number) is None:
                raise web.HTTPNotFound
            sheet = sheets_in(session, ground, account.role).sheet(whole, period, by)
            row = next((row for row in sheet.rows if row.key == key), None)
            if row is not None:
                label, translated = row.label, row.translated
                if row.cell(asked.column.number).hidden:
                    raise Refused(RefusalCode.NOT_ALLOWED, "a small number about denunciations", _ALLOWED)
        found = records_behind(session, ground, account.role, asked.column, period, by, key, page)
        return found, label, translated

    found, label, translated = await request.app[DATABASE].run(work)
    kept = {name: request.query[name] for name in _KEPT if request.query.get(name)}
    return await render(
        request,
        "figures/records.html",
        found=found,
        title=asked.form_name,
        headings=asked.column.said(language_of(request)),
        label=label,
        translated=translated,
        outcome_words=OUTCOME_WORDS,
        address=lambda page: "?" + urlencode({**kept, "page": page}),
        **page_facts(request, period),
    )


_ALLOWED = "the figure of the province"
