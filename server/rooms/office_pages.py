"""The offices of one account, of units and of departments: entered, ended, withdrawn by whoever keeps the
accounts."""

from __future__ import annotations

from datetime import date

from aiohttp import web
from sqlmodel import Session

from server.csv_text import day_in
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.rooms.change_forms import label_of, unit_named
from server.rooms.departments import DEPARTMENTS, Department, Departments
from server.rooms.offices import (
    OFFICE_WORDS,
    Holding,
    OfficeRefused,
    end,
    enter,
    is_of_departments,
    offices_of,
    withdraw,
)
from server.rooms.queries import rooms_on
from server.rooms.tables import Office, OfficeHeld, Room
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, require, translator_of

_FIELDS = ("office", "unit", "first_day", "last_day", "document")


def add_routes(app: web.Application) -> None:
    router = app.router
    router.add_get(r"/accounts/{id:\d{1,9}}/offices", show, name="offices")
    router.add_post(r"/accounts/{id:\d{1,9}}/offices", add)
    router.add_post(r"/accounts/{id:\d{1,9}}/offices/{number:\d{1,9}}/end", finish, name="office_end")
    router.add_post(r"/accounts/{id:\d{1,9}}/offices/{number:\d{1,9}}/withdraw", take_back, name="office_withdraw")


@require(Right.KEEP_ACCOUNTS)
async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, dict.fromkeys(_FIELDS, ""), None)


@require(Right.KEEP_ACCOUNTS)
async def add(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    values = {name: " ".join(str(form.get(name, "")).split())[:300] for name in _FIELDS}
    actor = subject_of(await account_in(request))
    first, last = day_in(values["first_day"]), day_in(values["last_day"])
    days = (None, None) if values["last_day"] and last is None else (first, last)

    departments = request.app[DEPARTMENTS]

    def work(session: Session) -> None:
        account = _account(session, request)
        office = Office(values["office"]) if values["office"] in set(Office) else None
        place = _place(session, departments, office, values["unit"], days[0] or today())
        enter(session, account, office, place, days, values["document"], actor=actor)

    try:
        await request.app[DATABASE].run(work)
    except OfficeRefused as refused:
        return await _page(request, values, refused)
    raise web.HTTPSeeOther(request.path)


@require(Right.KEEP_ACCOUNTS)
async def finish(request: web.Request) -> web.StreamResponse:
    last = day_in(str((await request.post()).get("last_day", "")).strip())
    actor = subject_of(await account_in(request))
    try:
        await request.app[DATABASE].run(lambda session: end(session, _row(session, request), last, actor=actor))
    except OfficeRefused as refused:
        return await _page(request, dict.fromkeys(_FIELDS, ""), refused)
    raise _back(request)


@require(Right.KEEP_ACCOUNTS)
async def take_back(request: web.Request) -> web.StreamResponse:
    actor = subject_of(await account_in(request))
    await request.app[DATABASE].run(lambda session: withdraw(session, _row(session, request), actor=actor))
    raise _back(request)


def _back(request: web.Request) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(request.app.router["offices"].url_for(id=request.match_info["id"]))


def _account(session: Session, request: web.Request) -> Account:
    account = session.get(Account, int(request.match_info["id"]))
    if account is None:
        raise web.HTTPNotFound
    return account


def _place(
    session: Session, departments: Departments, office: Office | None, text: str, day: date
) -> Room | Department | None:
    if office is not None and is_of_departments(office):
        return departments.named(text, day)
    return unit_named(text, rooms_on(session, day), with_desk=True)


def _row(session: Session, request: web.Request) -> OfficeHeld:
    row = session.get(OfficeHeld, int(request.match_info["number"]))
    if row is None or row.account_id != int(request.match_info["id"]):
        raise web.HTTPNotFound
    return row


async def _page(request: web.Request, values: dict[str, str], refused: OfficeRefused | None) -> web.Response:
    def work(session: Session) -> tuple[Account, list[Holding], list[Room]]:
        account = _account(session, request)
        return account, offices_of(session, account.id or 0), rooms_on(session, today())

    account, held, rooms = await request.app[DATABASE].run(work)
    _ = translator_of(request)
    mistakes = {} if refused is None else {refused.field: _(refused.sentence, **refused.values)}
    return await render(
        request,
        "rooms/offices.html",
        status=422 if mistakes else 200,
        kept=account,
        held=held,
        units=[label_of(room) for room in rooms],
        departments=request.app[DEPARTMENTS].on(today()),
        values=values,
        mistakes=mistakes,
        offices=OFFICE_WORDS,
        today=today(),
    )
