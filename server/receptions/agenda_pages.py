"""Making the agenda: put petitions on it, order it, choose who may receive each item."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any, Literal, TypeVar

from aiohttp import web
from sqlmodel import Session

from server.data.columns import now
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.queries import search
from server.petitions.rules import Reading
from server.petitions.tables import Petition
from server.petitions.wanted import Wanted
from server.receptions import agenda, summoning
from server.receptions.agenda_view import shown_agenda
from server.receptions.conductor import CONDUCTOR
from server.receptions.queries import AgendaLine, agenda_line, agenda_of
from server.receptions.tables import AHEAD, AgendaItem, Audience, ItemState, Reception
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.web.keys import DATABASE
from server.web.languages import HERE, N_
from server.web.shell import asking, refuse, render, require, translator_of, wants_page
from server.web.wording import sentence, status
from signaling.refusals import RefusalCode, Refused

AGENDA_LIMIT = web.AppKey("AGENDA_LIMIT", int)
"""Given by the composition root: `Settings.agenda_limit`."""

CHOOSE_ROOMS = N_("Choose at least one room, or another audience.")
CHOOSE_PETITIONS = N_("Choose at least one petition.")
ON_AGENDA = N_("On this agenda already, so nothing was added: %(codes)s.")
T = TypeVar("T")
_ITEM = r"/receptions/{id:\d{1,9}}/items/{item:\d{1,9}}"


def add_routes(app: web.Application) -> None:
    """Needs AGENDA_LIMIT in `app` when petitions are chosen and when an item is added."""
    router = app.router
    router.add_get(r"/receptions/{id:\d{1,9}}/items/new", choose, name="item_new")
    router.add_post(r"/receptions/{id:\d{1,9}}/items/new", add)
    router.add_post(_ITEM + r"/{direction:up|down}", move, name="item_move")
    router.add_post(_ITEM + "/remove", remove, name="item_remove")
    router.add_get(_ITEM + "/audience", audience, name="item_audience")
    router.add_post(_ITEM + "/audience", set_audience)


# --- putting petitions on it -----------------------------------------------------------------------


@require(Right.PLAN_RECEPTIONS)
async def choose(request: web.Request) -> web.StreamResponse:
    return await _choose(request)


async def _choose(request: web.Request, mistake: str = "", code: int = 200) -> web.Response:
    account = await account_in(request)
    reception_id = int(request.match_info["id"])
    text = request.query.get("q", "")[:200].strip()

    def work(session: Session) -> tuple[Reception | None, Any, list[AgendaLine]]:
        reception = session.get(Reception, reception_id)
        found = search(session, account.role, Wanted(text=text))
        return reception, found, agenda_of(session, reception_id)

    reception, found, lines = await request.app[DATABASE].run(work)
    if reception is None or reception.state not in AHEAD:
        raise web.HTTPNotFound
    return await render(
        request,
        "receptions/add_item.html",
        status=code,
        reception=reception,
        page=found,
        on_it={petition.id for line in lines for petition in line.petitions},
        full=len(lines) >= request.app[AGENDA_LIMIT],
        text=text,
        mistake=mistake,
        Reading=Reading,
    )


@require(Right.PLAN_RECEPTIONS)
async def add(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception_id = int(request.match_info["id"])
    chosen = _numbers(await request.post(), "petition")
    if not chosen:
        return await _choose(request, translator_of(request)(CHOOSE_PETITIONS), 422)
    limit = request.app[AGENDA_LIMIT]

    def work(session: Session) -> None:
        item = agenda.add_item(session, reception_id, chosen, limit=limit)
        detail = {"item": item.id, "petitions": chosen, "audience": str(item.audience)}
        audit.record(session, subject_of(account), "item_added", f"reception:{reception_id}", detail)
        summoning.agenda_changed(session, reception_id, subject_of(account), now())

    try:
        await request.app[DATABASE].run(work)
    except agenda.OnAgenda as there:
        said = translator_of(request)(ON_AGENDA, codes=", ".join(there.codes))
        return await _choose(request, said, 409)
    except Refused as refused:
        return await _refused(request, refused)
    await request.app[CONDUCTOR].look_again()
    raise _to_agenda(request)


async def _refused(request: web.Request, refused: Refused) -> web.Response:
    """As every refusal, with the way back to the reception, where there is one."""
    reception_id = int(request.match_info["id"])
    reception = await request.app[DATABASE].run(lambda session: session.get(Reception, reception_id))
    if reception is None or not wants_page(request):
        return await refuse(request, refused)
    return await render(
        request,
        "receptions/refusal.html",
        status=status(refused.code),
        sentence=sentence(refused.refusal, (await asking(request)).language),
        code=str(refused.code),
        reception=reception,
    )


# --- order -----------------------------------------------------------------------------------------


@require(Right.PLAN_RECEPTIONS)
async def move(request: web.Request) -> web.StreamResponse:
    direction: Literal["up", "down"] = "up" if request.match_info["direction"] == "up" else "down"
    await _with_item(request, lambda session, item, _account: agenda.move_item(session, item.id or 0, direction))
    raise _to_agenda(request)


@require(Right.PLAN_RECEPTIONS)
async def remove(request: web.Request) -> web.StreamResponse:
    def work(session: Session, item: AgendaItem, account: Account) -> None:
        detail = {"item": item.id}
        audit.record(session, subject_of(account), "item_removed", f"reception:{item.reception_id}", detail)
        reception_id = item.reception_id
        agenda.remove_item(session, item.id or 0)
        summoning.agenda_changed(session, reception_id, subject_of(account), now())

    await _with_item(request, work)
    await request.app[CONDUCTOR].look_again()
    raise _to_agenda(request)


# --- audience --------------------------------------------------------------------------------------


@require(Right.PLAN_RECEPTIONS)
async def audience(request: web.Request) -> web.StreamResponse:
    return await _audience(request)


async def _audience(
    request: web.Request,
    mistake: str = "",
    chosen: tuple[Audience, set[int]] | None = None,
    status: int = 200,
) -> web.Response:
    def work(session: Session, item: AgendaItem, account: Account) -> dict[str, Any]:
        line = agenda_line(session, item.id or 0)
        reception = session.get(Reception, item.reception_id)
        if line is None or reception is None or item.state != ItemState.WAITING:
            raise web.HTTPNotFound
        petitions = [session.get_one(Petition, petition.id) for petition in line.petitions]
        kept = chosen or (item.audience, set(line.room_ids))
        return {
            "reception": reception,
            "line": shown_agenda([line], account.role)[0],
            "allowed": agenda.allowed_audiences(petitions),
            "chosen": kept[0],
            "chosen_rooms": kept[1],
            "concerned": set(agenda.rooms_concerned(session, petitions, reception.planned_at)),
            "districts": _by_district(rooms_on(session, reception.planned_at.astimezone(HERE).date())),
        }

    found = await _with_item(request, work)
    return await render(request, "receptions/audience.html", status=status, mistake=mistake, **found)


@require(Right.PLAN_RECEPTIONS)
async def set_audience(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    wanted = form.get("audience", "")
    if not isinstance(wanted, str) or wanted not in set(Audience):
        raise Refused(RefusalCode.BAD_MESSAGE, allowed=", ".join(Audience))
    chosen, rooms = Audience(wanted), _numbers(form, "room")
    if chosen == Audience.ROOMS and not rooms:
        mistake = translator_of(request)(CHOOSE_ROOMS)
        return await _audience(request, mistake, (chosen, set()), status=422)

    def work(session: Session, item: AgendaItem, account: Account) -> None:
        agenda.set_audience(session, item.id or 0, chosen, rooms)
        detail = {"item": item.id, "audience": str(chosen), "rooms": len(rooms)}
        audit.record(session, subject_of(account), "audience_set", f"reception:{item.reception_id}", detail)
        summoning.agenda_changed(session, item.reception_id, subject_of(account), now())

    await _with_item(request, work)
    await request.app[CONDUCTOR].look_again()
    raise _to_agenda(request)


def _by_district(rooms: list[Room]) -> list[tuple[str, list[Room]]]:
    """District by district, its own room first."""
    below = sorted(
        (room for room in rooms if room.level != RoomLevel.PROVINCE),
        key=lambda room: (room.district_code, room.level != RoomLevel.DISTRICT, room.code),
    )
    groups = groupby(below, key=lambda room: (room.district_code, room.district))
    return [(name, list(of_it)) for (_code, name), of_it in groups]


# --- shared ----------------------------------------------------------------------------------------


async def _with_item(request: web.Request, work: Callable[[Session, AgendaItem, Account], T]) -> T:
    """Run `work` on the item of the address, which must belong to the reception of the address."""
    account = await account_in(request)
    reception_id, item_id = int(request.match_info["id"]), int(request.match_info["item"])

    def unit(session: Session) -> T:
        item = session.get(AgendaItem, item_id)
        if item is None or item.reception_id != reception_id:
            raise Refused(RefusalCode.UNKNOWN_ITEM, str(item_id))
        return work(session, item, account)

    return await request.app[DATABASE].run(unit)


def _numbers(form: Any, name: str) -> list[int]:
    return [int(value) for value in form.getall(name, []) if isinstance(value, str) and value.isdecimal()]


def _to_agenda(request: web.Request) -> web.HTTPSeeOther:
    address = request.app.router["reception"].url_for(id=request.match_info["id"])
    return web.HTTPSeeOther(f"{address}#agenda")
