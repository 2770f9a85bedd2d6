"""Reported days of a level as a file with the columns of the import, so that it can be taken in again."""

from __future__ import annotations

import asyncio
from datetime import date

from aiohttp import web
from sqlmodel import Session

from server.duty.asking import all_units, departments_in, last_whole_month, month_asked
from server.duty.columns import COLUMN_NAMES, Vocabulary
from server.duty.forms import month_in
from server.duty.import_pages import vocabulary_of
from server.duty.queries import Rows, rows_between
from server.duty.units import DutyLevel, DutyUnit
from server.people.rights import Right
from server.receptions.duty import last_of
from server.spreadsheets import XLSX, Value, as_csv, as_xlsx
from server.web.downloads import attachment
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import language_of, require

_WIDTHS = [36, 14, 24, 14, 14, 10, 10]


def add_routes(app: web.Application) -> None:
    app.router.add_get("/receptions/duty/export.{format:xlsx|csv}", export, name="duty_export")


@require(Right.READ_RECEPTIONS)
async def export(request: web.Request) -> web.StreamResponse:
    """`month`, from that month on with `from`; of `level`, or of all."""
    departments, language, vocabulary = departments_in(request), language_of(request), vocabulary_of(request)
    last = month_asked(request, last_whole_month(today()))
    first = min(month_in(request.query.get("from", "")) or last, last)
    levels = {level for level in DutyLevel if request.query.get("level", level) == level}

    def work(session: Session) -> tuple[Rows, dict[str, DutyUnit]]:
        units = {unit.key: unit for unit in all_units(session, departments).all() if unit.level in levels}
        return rows_between(session, first, last_of(last)), units

    rows, units = await request.app[DATABASE].run(work)
    lines = _lines(rows, units, vocabulary, language)
    if request.match_info["format"] == "csv":
        return attachment(await asyncio.to_thread(as_csv, lines), "ngay-tiep-cong-dan.csv", "text/csv")
    content = await asyncio.to_thread(as_xlsx, ("1", _WIDTHS, lines))
    return attachment(content, "ngay-tiep-cong-dan.xlsx", XLSX)


def _lines(rows: Rows, units: dict[str, DutyUnit], vocabulary: Vocabulary, language: str) -> list[list[Value]]:
    """Unit by unit; of a month that is told whole a line with the month stands before its days."""

    def said(name: str, word: str) -> str:
        return vocabulary.said(name, word, language)

    found: list[tuple[str, date, list[Value]]] = [
        (units[row.unit].label, row.month, [row.month.strftime("%m/%Y"), "", "", "", None, None])
        for row in rows.months
        if row.unit in units
    ]
    for row in rows.days:
        if row.unit in units:
            nobody = said("nobody", "yes") if row.nobody_came else ""
            told: list[Value] = [row.day, said("receiver", row.receiver), said("mode", row.mode), nobody]
            found.append((units[row.unit].label, row.day, [*told, row.visits, row.persons]))
    head: list[Value] = [vocabulary.heading(name, language) for name in COLUMN_NAMES]
    return [head, *([label, *cells] for label, _, cells in sorted(found, key=lambda each: each[:2]))]
