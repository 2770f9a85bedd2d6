"""Calling a reception off or putting it off, and noting when that was published."""

from __future__ import annotations

from datetime import date, datetime

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.standing import TERMS
from server.receptions import cancelling, summoning
from server.receptions.asking import planned_reception, reception_in, to_reception
from server.receptions.cancelling import NoticeCheck
from server.receptions.conductor import CONDUCTOR
from server.receptions.dated_rules import RECEPTION_RULES
from server.receptions.expected import EXPECTED
from server.receptions.plan_forms import NOTICE_FIELDS, FilledForm, read_cancellation, read_notice
from server.receptions.tables import Reception, ReceptionState
from server.web.keys import DATABASE
from server.web.languages import HERE, local_day, today
from server.web.shell import render, require, translator_of

_CANCEL, _NOTICE = "receptions/cancel.html", "receptions/cancel_notice.html"


def add_routes(app: web.Application) -> None:
    """Needs RECEPTION_RULES and TERMS in `app` when a page is asked for."""
    app.router.add_get(r"/receptions/{id:\d{1,9}}/cancel", ask, name="reception_cancel")
    app.router.add_post(r"/receptions/{id:\d{1,9}}/cancel", cancel)
    app.router.add_get(r"/receptions/{id:\d{1,9}}/cancel/notice", notice, name="cancel_notice")
    app.router.add_post(r"/receptions/{id:\d{1,9}}/cancel/notice", set_notice)


@require(Right.PLAN_RECEPTIONS)
async def ask(request: web.Request) -> web.StreamResponse:
    reception = await planned_reception(request)
    clock = reception.planned_at.astimezone(HERE).time().isoformat("minutes")
    values = {"reason": "", "what": "off", "day": "", "clock": clock, "announced_on": "", "announced_where": ""}
    return await _form(request, _CANCEL, FilledForm(values), reception)


@require(Right.PLAN_RECEPTIONS)
async def cancel(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception = await planned_reception(request)
    filled, wanted = read_cancellation(await request.post(), reception, datetime.now(HERE))
    if wanted is None:
        return await _form(request, _CANCEL, filled, reception, status=422)
    number = reception.id or 0

    def work(session: Session) -> None:
        actor = subject_of(account)
        successor = cancelling.cancel(session, number, wanted, actor)
        former = session.get_one(Reception, number)
        summoning.called_off(session, former, successor, actor, datetime.now(HERE))
        moved_to = None if successor is None else successor.id
        request.app[EXPECTED].called_off(session, number, moved_to, account)
        audit.record(session, actor, "reception_cancelled", f"reception:{number}", {"moved_to": moved_to})
        if successor is not None:
            audit.record(session, actor, "reception_planned", f"reception:{moved_to}", {"instead_of": number})

    await request.app[DATABASE].run(work)
    await request.app[CONDUCTOR].look_again()
    raise to_reception(request, number)


@require(Right.PLAN_RECEPTIONS)
async def notice(request: web.Request) -> web.StreamResponse:
    reception = await reception_in(request, ReceptionState.CANCELLED)
    return await _form(request, _NOTICE, FilledForm(dict.fromkeys(NOTICE_FIELDS, "")), reception)


@require(Right.PLAN_RECEPTIONS)
async def set_notice(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception = await reception_in(request, ReceptionState.CANCELLED)
    filled = read_notice(await request.post(), datetime.now(HERE))
    day = filled.day("announced_on")
    if filled.mistakes or day is None:
        return await _form(request, _NOTICE, filled, reception, status=422)

    def work(session: Session) -> bool:
        if not cancelling.announce(session, reception.id or 0, day, filled.values["announced_where"]):
            return False
        detail = {"announced_on": str(day)}
        audit.record(session, subject_of(account), "cancellation_announced", f"reception:{reception.id}", detail)
        return True

    if not await request.app[DATABASE].run(work):
        raise web.HTTPNotFound
    raise to_reception(request, reception.id or 0)


def check_of(app: web.Application, reception: Reception, announced_on: date | None) -> NoticeCheck | None:
    planned_on = local_day(reception.planned_at)
    return cancelling.notice_check(app[RECEPTION_RULES], app[TERMS], planned_on, announced_on)


async def _form(
    request: web.Request, template: str, filled: FilledForm, reception: Reception, *, status: int = 200
) -> web.Response:
    _ = translator_of(request)
    return await render(
        request,
        template,
        status=status,
        values=filled.values,
        mistakes={name: _(said) for name, said in filled.mistakes.items()},
        reception=reception,
        check=check_of(request.app, reception, None),
        today=today(),
    )
