"""A report form on the screen, as a workbook and as PDF."""

from __future__ import annotations

import asyncio
from functools import partial

from aiohttp import web
from sqlmodel import Session

from server.data.columns import now
from server.documents.pages import LETTERHEADS
from server.figures.asking import OF_FORMS, asked_form, asked_period, asked_rows, ground_of, sheets_in
from server.figures.definitions import DEFINITIONS, Form
from server.figures.facts import page_facts
from server.figures.heads import head_rows
from server.figures.periods import Period
from server.figures.printed import Printed
from server.figures.rows import By
from server.figures.sheet import Sheet
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.spreadsheets import XLSX
from server.web.downloads import attachment
from server.web.keys import CATALOGS, DATABASE
from server.web.languages import today
from server.web.shell import language_of, render, require


def add_routes(app: web.Application) -> None:
    app.router.add_get("/figures/form", form_page, name="figures_form")
    app.router.add_get("/figures/form/export.{format:xlsx|pdf}", export, name="figures_export")


@require(Right.READ_FIGURES)
async def form_page(request: web.Request) -> web.StreamResponse:
    period = asked_period(request)
    form, by = asked_form(request, period), asked_rows(request, OF_FORMS, By.UNIT)
    sheet = await _sheet(request, form, period, by)
    definitions, language = request.app[DEFINITIONS], language_of(request)
    return await render(
        request,
        "figures/form.html",
        sheet=sheet,
        form=form,
        forms=definitions.known,
        in_force=form.holds(period.last),
        unknown=definitions.unknown_on(period.last),
        head=head_rows([column.said(language) for column in sheet.layout.columns]),
        rows=OF_FORMS,
        by=by,
        **page_facts(request, period),
    )


@require(Right.READ_FIGURES)
async def export(request: web.Request) -> web.StreamResponse:
    """In Vietnamese, whatever language the page is in: it is an official form."""
    account = await account_in(request)
    period = asked_period(request)
    form, by = asked_form(request, period), asked_rows(request, OF_FORMS, By.UNIT)
    kind = request.match_info["format"]
    sheet = await _sheet(request, form, period, by)
    letterhead = request.app[LETTERHEADS].on(today())
    printed = Printed(form, sheet, letterhead, today(), partial(request.app[CATALOGS].gettext, "vi"))
    content = await asyncio.to_thread(_file, printed, kind)
    media_type = XLSX if kind == "xlsx" else "application/pdf"
    detail = {"form": form.key, "from": period.first.isoformat(), "to": period.last.isoformat(), "format": kind}
    await request.app[DATABASE].run(audit.record, subject_of(account), "figures_exported", "", detail)
    name = f"bieu-{form.key.replace('đ', 'd')}-{period.first:%Y%m%d}-{period.last:%Y%m%d}.{kind}"
    return attachment(content, name, media_type)


def _file(printed: Printed, kind: str) -> bytes:
    # The libraries of both are imported with the first file, and not when the control process starts.
    if kind == "xlsx":
        from server.figures.xlsx_file import xlsx_of

        return xlsx_of(printed)
    from server.figures.pdf_file import pdf_of

    return pdf_of(printed, now())


async def _sheet(request: web.Request, form: Form, period: Period, by: By) -> Sheet:
    account = await account_in(request)
    layout, ground = request.app[DEFINITIONS].layouts[form.layout], ground_of(request, period.last)

    def work(session: Session) -> Sheet:
        return sheets_in(session, ground, account.role).sheet(layout, period, by)

    return await request.app[DATABASE].run(work)
