"""Planning a reception, changing the plan, and saying who received in fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.receptions import agenda, cancel_pages, summoning
from server.receptions.asking import planned_reception, reception_in, to_reception
from server.receptions.conductor import CONDUCTOR
from server.receptions.plan_forms import FIELDS, FilledForm, plan_values, read_plan, read_receiver
from server.receptions.tables import Receiver, Reception, ReceptionMode, ReceptionState
from server.receptions.titles import moved, title_by
from server.rooms.offices import head_of_province
from server.web.keys import DATABASE
from server.web.languages import HERE, today
from server.web.shell import render, require, translator_of
from server.web.stamp import CHANGED_MEANWHILE, FIELD, changed_meanwhile, stamp_of, stamp_to_show


def add_routes(app: web.Application) -> None:
    app.router.add_get("/receptions/new", new, name="reception_new")
    app.router.add_post("/receptions/new", create)
    app.router.add_get(r"/receptions/{id:\d{1,9}}/plan", edit, name="reception_plan")
    app.router.add_post(r"/receptions/{id:\d{1,9}}/plan", change)
    app.router.add_get(r"/receptions/{id:\d{1,9}}/receiver", receiver, name="reception_receiver")
    app.router.add_post(r"/receptions/{id:\d{1,9}}/receiver", set_receiver)
    cancel_pages.add_routes(app)


@require(Right.PLAN_RECEPTIONS)
async def new(request: web.Request) -> web.StreamResponse:
    day = today() + timedelta(days=1)
    head = await request.app[DATABASE].run(head_of_province, day)
    values = {
        "mode": str(ReceptionMode.PERIODIC),
        "received_by": str(Receiver.HEAD),
        "host_name": "" if head is None else head.display_name,
        "day": day.isoformat(),
        "clock": time(8).isoformat("minutes"),
    }
    return await _form(request, FilledForm(dict.fromkeys(FIELDS, "") | values))


@require(Right.PLAN_RECEPTIONS)
async def create(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    filled, plan = read_plan(await request.post(), datetime.now(HERE))
    if plan is None:
        return await _form(request, filled, status=422)
    title = plan.title or title_by(plan.mode, plan.planned_at, translator_of(request))

    def work(session: Session) -> int:
        reception = agenda.create_reception(session, replace(plan, title=title))
        audit.record(session, subject_of(account), "reception_planned", f"reception:{reception.id}")
        return reception.id or 0

    raise to_reception(request, await request.app[DATABASE].run(work))


@require(Right.PLAN_RECEPTIONS)
async def edit(request: web.Request) -> web.StreamResponse:
    reception = await planned_reception(request)
    return await _form(request, FilledForm(plan_values(reception)), reception)


@require(Right.PLAN_RECEPTIONS)
async def change(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception = await planned_reception(request)
    form = await request.post()
    filled, plan = read_plan(form, datetime.now(HERE))
    if plan is None:
        return await _form(request, filled, reception, status=422)
    title = plan.title or title_by(plan.mode, plan.planned_at, translator_of(request))
    if title == reception.title:  # left as it was, which may name the day
        title = moved(title, reception.planned_at, plan.planned_at)

    def work(session: Session) -> bool:
        changed = session.get_one(Reception, reception.id)
        if changed_meanwhile(form, stamp_of(plan_values(changed))):
            return False
        former = changed.planned_at
        agenda.change_plan(session, reception.id or 0, replace(plan, title=title))
        summoning.hour_changed(session, changed, former, subject_of(account), datetime.now(HERE))
        audit.record(session, subject_of(account), "reception_plan_changed", f"reception:{reception.id}")
        return True

    if not await request.app[DATABASE].run(work):
        filled.mistakes[FIELD] = CHANGED_MEANWHILE
        return await _form(request, filled, await planned_reception(request), status=409)
    await request.app[CONDUCTOR].look_again()
    raise to_reception(request, reception.id or 0)


@require(Right.PLAN_RECEPTIONS)
async def receiver(request: web.Request) -> web.StreamResponse:
    reception = await _held(request)
    return await _receiver_form(request, FilledForm(plan_values(reception)), reception)


@require(Right.PLAN_RECEPTIONS)
async def set_receiver(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception = await _held(request)
    filled = read_receiver(await request.post())
    chosen = filled.receiver
    if filled.mistakes or chosen is None:
        return await _receiver_form(request, filled, reception, status=422)

    def work(session: Session) -> None:
        values = filled.values
        agenda.change_receiver(session, reception.id or 0, chosen, values["host_name"], values["composition"])
        detail = {"from": reception.received_by, "to": chosen}
        audit.record(session, subject_of(account), "reception_receiver_set", f"reception:{reception.id}", detail)

    await request.app[DATABASE].run(work)
    raise to_reception(request, reception.id or 0)


async def _held(request: web.Request) -> Reception:
    return await reception_in(request, ReceptionState.OPEN, ReceptionState.ENDED)


async def _form(
    request: web.Request, filled: FilledForm, reception: Reception | None = None, *, status: int = 200
) -> web.Response:
    _ = translator_of(request)
    present = "" if reception is None else stamp_of(plan_values(reception))
    stamp = stamp_to_show(await request.post(), filled.mistakes, present)
    return await render(
        request,
        "receptions/plan.html",
        status=status,
        values=filled.values,
        mistakes={name: _(said) for name, said in filled.mistakes.items()},
        reception=reception,
        stamp=stamp,
        modes=list(ReceptionMode),
        receivers=list(Receiver),
        today=today(),
    )


async def _receiver_form(
    request: web.Request, filled: FilledForm, reception: Reception, *, status: int = 200
) -> web.Response:
    _ = translator_of(request)
    return await render(
        request,
        "receptions/receiver.html",
        status=status,
        values=filled.values,
        mistakes={name: _(said) for name, said in filled.mistakes.items()},
        reception=reception,
        receivers=list(Receiver),
    )
