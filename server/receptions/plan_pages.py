"""Planning a reception, changing the plan, calling it off."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.receptions import agenda
from server.receptions.asking import account_in
from server.receptions.tables import Reception, ReceptionMode, ReceptionState
from server.web.keys import DATABASE
from server.web.languages import HERE, N_, today
from server.web.shell import render, require, translator_of

NO_TITLE = N_("Give the reception a title, for instance the kind and the date.")
BAD_MOMENT = N_("Enter day and time at which the reception begins.")
PAST_MOMENT = N_("This moment has passed. A reception is planned for today or later.")
BAD_MODE = N_("Choose one of the list.")
TOO_LONG = N_("This text is too long. Shorten it.")
LENGTHS = {"title": 200, "place": 200, "host_name": 120}
FIELDS = ("title", "mode", "place", "host_name", "day", "clock")


@dataclass(slots=True)
class FilledPlan:
    """The form as it came; `plan` only where there is no mistake."""

    values: dict[str, str]
    mistakes: dict[str, str] = field(default_factory=dict)
    plan: agenda.Plan | None = None


def read_plan(form: Mapping[str, object], now: datetime) -> FilledPlan:
    values = {}
    for name in FIELDS:
        value = form.get(name, "")
        text = value if isinstance(value, str) else ""
        values[name] = " ".join(unicodedata.normalize("NFC", text).split())
    filled = FilledPlan(values)
    for name, limit in LENGTHS.items():
        if len(values[name]) > limit:
            filled.mistakes[name] = TOO_LONG
    if not values["title"]:
        filled.mistakes["title"] = NO_TITLE
    if values["mode"] not in set(ReceptionMode):
        filled.mistakes["mode"] = BAD_MODE
    try:
        planned_at = datetime.fromisoformat(f"{values['day']}T{values['clock']}").replace(tzinfo=HERE)
    except ValueError:
        filled.mistakes["day"] = BAD_MOMENT
        return filled
    if planned_at.date() < now.astimezone(HERE).date():
        filled.mistakes["day"] = PAST_MOMENT
    if not filled.mistakes:
        mode = ReceptionMode(values["mode"])
        filled.plan = agenda.Plan(values["title"], mode, values["place"], values["host_name"], planned_at)
    return filled


def add_routes(app: web.Application) -> None:
    app.router.add_get("/receptions/new", new, name="reception_new")
    app.router.add_post("/receptions/new", create)
    app.router.add_get(r"/receptions/{id:\d{1,9}}/plan", edit, name="reception_plan")
    app.router.add_post(r"/receptions/{id:\d{1,9}}/plan", change)
    app.router.add_post(r"/receptions/{id:\d{1,9}}/cancel", cancel, name="reception_cancel")


@require(Right.PLAN_RECEPTIONS)
async def new(request: web.Request) -> web.StreamResponse:
    _ = translator_of(request)
    day = today() + timedelta(days=1)
    values = {
        "title": _("Periodic citizen reception, %(day)s", day=f"{day:%d/%m/%Y}"),
        "mode": str(ReceptionMode.PERIODIC),
        "place": "",
        "host_name": "",
        "day": day.isoformat(),
        "clock": time(8).isoformat("minutes"),
    }
    return await _form(request, FilledPlan(values))


@require(Right.PLAN_RECEPTIONS)
async def create(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    filled = read_plan(await request.post(), datetime.now(HERE))
    plan = filled.plan
    if plan is None:
        return await _form(request, filled, status=422)

    def work(session: Session) -> int:
        reception = agenda.create_reception(session, plan)
        audit.record(session, subject_of(account), "reception_planned", f"reception:{reception.id}")
        return reception.id or 0

    raise _to_reception(request, await request.app[DATABASE].run(work))


@require(Right.PLAN_RECEPTIONS)
async def edit(request: web.Request) -> web.StreamResponse:
    reception = await _planned(request)
    local = reception.planned_at.astimezone(HERE)
    values = {
        "title": reception.title,
        "mode": str(reception.mode),
        "place": reception.place,
        "host_name": reception.host_name,
        "day": local.date().isoformat(),
        "clock": local.time().isoformat("minutes"),
    }
    return await _form(request, FilledPlan(values), reception)


@require(Right.PLAN_RECEPTIONS)
async def change(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception = await _planned(request)
    filled = read_plan(await request.post(), datetime.now(HERE))
    plan = filled.plan
    if plan is None:
        return await _form(request, filled, reception, status=422)

    def work(session: Session) -> None:
        agenda.change_plan(session, reception.id or 0, plan)
        audit.record(session, subject_of(account), "reception_plan_changed", f"reception:{reception.id}")

    await request.app[DATABASE].run(work)
    raise _to_reception(request, reception.id or 0)


@require(Right.PLAN_RECEPTIONS)
async def cancel(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception_id = int(request.match_info["id"])

    def work(session: Session) -> None:
        agenda.cancel_reception(session, reception_id)
        audit.record(session, subject_of(account), "reception_cancelled", f"reception:{reception_id}")

    await request.app[DATABASE].run(work)
    raise _to_reception(request, reception_id)


async def _planned(request: web.Request) -> Reception:
    reception = await request.app[DATABASE].run(
        lambda session: session.get(Reception, int(request.match_info["id"]))
    )
    if reception is None or reception.state != ReceptionState.PLANNED:
        raise web.HTTPNotFound
    return reception


def _to_reception(request: web.Request, reception_id: int) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(str(request.app.router["reception"].url_for(id=str(reception_id))))


async def _form(
    request: web.Request, filled: FilledPlan, reception: Reception | None = None, *, status: int = 200
) -> web.Response:
    _ = translator_of(request)
    return await render(
        request,
        "receptions/plan.html",
        status=status,
        values=filled.values,
        mistakes={name: _(said) for name, said in filled.mistakes.items()},
        reception=reception,
        modes=list(ReceptionMode),
    )
