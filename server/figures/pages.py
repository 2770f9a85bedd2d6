"""The figures at a glance, and one number for each unit or place beside that of last year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session

from server.figures import form_pages, record_pages
from server.figures.asking import ROWS, asked_period, asked_rows, ground_of, sheets_in
from server.figures.charts import Bars, Trend, bars, trend
from server.figures.counting import Counting, Ground
from server.figures.definitions import DEFINITIONS, OVERVIEW, Definitions, Layout
from server.figures.facts import page_facts
from server.figures.overview import PETITIONS, VISITS, columns_of, overview_by
from server.figures.periods import Period, same_period
from server.figures.rows import By
from server.figures.sheet import Cell, Sheet, Sheets
from server.people.rights import Right
from server.people.sessions import account_in
from server.web.keys import DATABASE
from server.web.shell import render, require, translator_of

_MOST_BARS = 8


@dataclass(frozen=True, slots=True)
class Glance:
    head: Sheet
    tables: Mapping[By, Sheet]
    trends: Mapping[str, Trend]
    kinds: Bars
    units: Bars


def add_routes(app: web.Application, definitions: Definitions) -> None:
    """Needs RECEPTION_RULES, TERMS and LETTERHEADS in `app` when a page is asked for."""
    app[DEFINITIONS] = definitions
    app.router.add_get("/figures", overview, name="figures")
    app.router.add_get("/figures/rows", table, name="figures_rows")
    form_pages.add_routes(app)
    record_pages.add_routes(app)


@require(Right.READ_FIGURES)
async def overview(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    period = asked_period(request)
    layout, ground = request.app[DEFINITIONS].layouts[OVERVIEW], ground_of(request, period.last)
    _ = translator_of(request)

    def work(session: Session) -> Glance:
        sheets = sheets_in(session, ground, account.role)
        tables = {by: _table(sheets, layout, period, by) for by in (By.LEVEL, By.MODE, By.KIND)}
        units = sheets.sheet(columns_of(layout, (PETITIONS,)), period, By.UNIT, compare=False)
        return Glance(
            sheets.sheet(layout, period),
            tables,
            {number: _trend(session, ground, layout, period, number) for number in (VISITS, PETITIONS)},
            bars([(_(row.label), _value(row.cell(PETITIONS))) for row in tables[By.KIND].rows]),
            _largest(units, _),
        )

    glance = await request.app[DATABASE].run(work)
    return await render(
        request,
        "figures/overview.html",
        glance=glance,
        head=glance.head,
        by=By,
        unknown=request.app[DEFINITIONS].unknown_on(period.last),
        **page_facts(request, period),
    )


@require(Right.READ_FIGURES)
async def table(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    period = asked_period(request)
    by = asked_rows(request, ROWS, By.UNIT)
    layout, ground = request.app[DEFINITIONS].layouts[OVERVIEW], ground_of(request, period.last)

    def work(session: Session) -> Sheet:
        return _table(sheets_in(session, ground, account.role), layout, period, by)

    sheet = await request.app[DATABASE].run(work)
    return await render(request, "figures/rows.html", sheet=sheet, rows=ROWS, **page_facts(request, period))


def _table(sheets: Sheets, layout: Layout, period: Period, by: By) -> Sheet:
    return sheets.sheet(overview_by(layout, by), period, by)


def _trend(session: Session, ground: Ground, layout: Layout, period: Period, number: str) -> Trend:
    column = layout.column(number)
    months = Period(period.months()[0][0], period.last)
    values = []
    for each in (months, same_period(months)):
        counts = Counting(session, ground, each).count([] if column is None else column.leaves, By.MONTH)
        values.append([sum(counts.get(first.isoformat(), {}).values()) for first, _last in each.months()])
    labels = [first.strftime("%m/%y") for first, _last in months.months()]
    return trend(list(zip(labels, *values, strict=True)))


def _value(cell: Cell) -> int:
    return 0 if cell.compared is None else cell.compared.value


def _largest(sheet: Sheet, _: Callable[[str], str]) -> Bars:
    """The units with most, and what the others have together."""
    rows = sorted(sheet.rows, key=lambda row: -_value(row.cell(PETITIONS)))
    named = [(_(row.label) if row.translated else row.label, _value(row.cell(PETITIONS))) for row in rows]
    shown, others = named[:_MOST_BARS], sum(value for _name, value in named[_MOST_BARS:])
    return bars([*shown, (_("All others"), others)] if others else shown)
