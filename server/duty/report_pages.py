"""Entering what one unit tells of a month, a line for each day; and taking a day or a whole month back."""

from __future__ import annotations

from typing import TypeVar

from aiohttp import web
from sqlmodel import Session

from server.duty import recording
from server.duty.asking import all_units, departments_in, last_whole_month, month_asked, unit_in
from server.duty.columns import MODE_WORDS, RECEIVER_WORDS
from server.duty.forms import LINES, FilledReport, empty_values, month_in, read_report, say_otherwise
from server.duty.tables import ReportedDay, ReportedMonth
from server.duty.units import DutyUnit, DutyUnits
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.history import author_of
from server.receptions.duty import last_of
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, require, translator_of

R = TypeVar("R", ReportedDay, ReportedMonth)


def add_routes(app: web.Application) -> None:
    app.router.add_get("/receptions/duty/report", ask, name="duty_report")
    app.router.add_post("/receptions/duty/report", record)
    app.router.add_post(r"/receptions/duty/days/{id:\d{1,9}}/withdraw", withdraw_day, name="duty_day_withdraw")
    app.router.add_post(
        r"/receptions/duty/months/{id:\d{1,9}}/withdraw", withdraw_month, name="duty_month_withdraw"
    )


@require(Right.PLAN_RECEPTIONS)
async def ask(request: web.Request) -> web.StreamResponse:
    """With `saved`, the key of a unit, the page says first what stands of that unit's month now."""
    departments = departments_in(request)
    month = month_asked(request, last_whole_month(today()))
    key, saved = request.query.get("unit", ""), request.query.get("saved", "")

    def work(session: Session) -> tuple[str, DutyUnit | None]:
        label = unit_in(session, departments, key).label if key else ""
        return label, unit_in(session, departments, saved) if saved else None

    label, unit = await request.app[DATABASE].run(work)
    return await _page(request, FilledReport(empty_values(label, month, today())), saved=unit)


@require(Right.PLAN_RECEPTIONS)
async def record(request: web.Request) -> web.StreamResponse:
    account, form = await account_in(request), await request.post()
    departments, author = departments_in(request), author_of(account)

    def work(session: Session) -> FilledReport:
        filled = read_report(form, all_units(session, departments), today())
        if filled.told is not None:
            try:
                recording.record(session, filled.told, author)
            except recording.OtherwiseReported as otherwise:
                say_otherwise(filled, otherwise.days)
        return filled

    filled = await request.app[DATABASE].run(work)
    if filled.mistakes or filled.told is None:
        return await _page(request, filled, status=422)
    address = request.app.router["duty_report"].url_for()
    month = filled.values["month"]
    raise web.HTTPSeeOther(str(address.with_query(month=month, saved=filled.told.unit.key)))


@require(Right.PLAN_RECEPTIONS)
async def withdraw_day(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)

    def work(session: Session) -> str:
        row = _standing(session, ReportedDay, request)
        recording.withdraw_day(session, row, author_of(account))
        return row.unit

    raise _to_unit(request, await request.app[DATABASE].run(work))


@require(Right.PLAN_RECEPTIONS)
async def withdraw_month(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)

    def work(session: Session) -> str:
        row = _standing(session, ReportedMonth, request)
        recording.withdraw_month(session, row, author_of(account))
        return row.unit

    raise _to_unit(request, await request.app[DATABASE].run(work))


def _standing(session: Session, table: type[R], request: web.Request) -> R:
    """Raises HTTPNotFound for a row that is not there, or was withdrawn."""
    row = session.get(table, int(request.match_info["id"]))
    if row is None or row.withdrawn_at is not None:
        raise web.HTTPNotFound
    return row


def _to_unit(request: web.Request, unit: str) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(str(request.app.router["duty_unit"].url_for().with_query(unit=unit)))


async def _page(
    request: web.Request, filled: FilledReport, *, saved: DutyUnit | None = None, status: int = 200
) -> web.Response:
    departments = departments_in(request)
    month = month_in(filled.values["month"]) or today().replace(day=1)

    def units(session: Session) -> DutyUnits:
        return all_units(session, departments)

    known = await request.app[DATABASE].run(units)
    there = [unit for unit in known.all() if unit.exists_in(month, last_of(month))]
    _ = translator_of(request)
    return await render(
        request,
        "duty/report.html",
        status=status,
        values=filled.values,
        mistakes={name: _(said) for name, said in filled.mistakes.items()},
        lines=range(LINES),
        labels=sorted(unit.label for unit in there),
        month=month,
        saved=saved,
        receiver_words=RECEIVER_WORDS,
        mode_words=MODE_WORDS,
    )
