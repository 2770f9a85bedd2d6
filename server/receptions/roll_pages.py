"""Who is present in an item, by office: as the rooms say, put right and confirmed by the clerk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web
from sqlmodel import Session

from server.data.columns import now
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.receptions.conductor import CONDUCTOR, Conductor
from server.receptions.events import RollWasCalled
from server.receptions.offices import OFFICES, Office, OfficePlace, check_offices
from server.receptions.programme import DESK_CODE, RoomFacts
from server.receptions.reception_facts import read_reception
from server.receptions.roll_queries import ItemAttendance, item_attendance
from server.receptions.roll_tables import AttendanceConfirmation
from server.receptions.rules import audience_of, is_in_audience
from server.receptions.tables import AgendaItem, ItemState, Reception, ReceptionState
from server.web.keys import DATABASE
from server.web.languages import local_day
from server.web.shell import render, require
from signaling.messages import RoomCode
from signaling.refusals import RefusalCode, Refused
from signaling.summons_messages import PresentOffice

_PATH = r"/receptions/{id:\d{1,9}}/items/{item:\d{1,9}}/attendance"
_WRITTEN_WITHIN_S = 5.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Shown:
    reception: Reception
    item: AgendaItem
    attendance: ItemAttendance
    audience: tuple[RoomCode, ...] | None


@dataclass(frozen=True, slots=True)
class _Ticked:
    """One office of the form for one room."""

    office: Office
    present: bool
    deputy: bool


def add_routes(app: web.Application) -> None:
    """Needs CONDUCTOR and OFFICES in `app` when a page is asked for."""
    app.router.add_get(_PATH, attendance, name="item_attendance")
    app.router.add_post(_PATH, call_roll)
    app.router.add_post(_PATH + "/confirm", confirm, name="item_attendance_confirm")


@require(Right.READ_RECEPTIONS)
async def attendance(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    shown = await _with_item(request, _read)
    conductor = request.app[CONDUCTOR]
    heard_now = shown.reception.state == ReceptionState.OPEN and shown.item.state == ItemState.OPEN
    may_call = heard_now and Right.CALL_ROLL in account.rights
    chosen = _room(conductor, request.query.get("room", "")) if may_call else None
    rooms = [
        room
        for code, room in conductor.live.around.rooms.items()
        if code != DESK_CODE and is_in_audience(code, shown.audience)
    ]
    uncalled = [room for room in rooms if not conductor.live.rolls.was_called(room.code)]
    return await render(
        request,
        "receptions/item_attendance.html",
        reception=shown.reception,
        item=shown.item,
        attendance=shown.attendance,
        offices=request.app[OFFICES],
        uncalled=uncalled if heard_now else [],
        desk=conductor.live.around.rooms.get(DESK_CODE),
        chosen=chosen,
        ticked=_ticked(request, chosen.code) if chosen is not None else [],
        may_call=may_call,
        may_confirm=Right.CALL_ROLL in account.rights and shown.item.state != ItemState.WAITING,
    )


@require(Right.CALL_ROLL)
async def call_roll(request: web.Request) -> web.StreamResponse:
    """What the form says of one room holds from now on, for this item and the next ones."""
    account, form = await account_in(request), await request.post()
    shown = await _with_item(request, _read)
    conductor = request.app[CONDUCTOR]
    room = _room(conductor, str(form.get("room", "")))
    if room is None:
        raise Refused(RefusalCode.UNKNOWN_ROOM, allowed="a room that exists today")
    if not is_in_audience(room.code, shown.audience):
        raise Refused(RefusalCode.ROOM_NOT_IN_AUDIENCE, came=room.code)
    deputies = set(form.getall("deputy", []))
    named = [str(code) for code in form.getall("office", [])]
    allowed = [office.code for office in _offices(request, room.code)]
    if not set(named) <= set(allowed):
        raise Refused(RefusalCode.BAD_MESSAGE, allowed=", ".join(allowed))
    present = tuple(PresentOffice(office=code, deputy=code in deputies) for code in named)
    check_offices(present, allowed)
    await conductor.ask(RollWasCalled(room.code, present, subject_of(account), shown.reception.id))
    await conductor.rows.drained(_WRITTEN_WITHIN_S)
    raise _back(request)


@require(Right.CALL_ROLL)
async def confirm(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)

    def work(session: Session, item: AgendaItem) -> None:
        if item.state == ItemState.WAITING:
            raise Refused(RefusalCode.NO_OPEN_ITEM, came=str(item.id))
        confirmed = session.get(AttendanceConfirmation, item.id)
        if confirmed is None:
            confirmed = AttendanceConfirmation(item_id=item.id or 0, confirmed_at=now(), confirmed_by="")
        confirmed.confirmed_at, confirmed.confirmed_by = now(), subject_of(account)
        session.add(confirmed)
        found = item_attendance(session, item)
        detail = {
            "item": item.id,
            "rooms": len(found.rooms),
            "offices": sum(len(each.offices) for each in found.rooms),
        }
        audit.record(
            session, subject_of(account), "attendance_confirmed", f"reception:{item.reception_id}", detail
        )

    await _with_item(request, work)
    raise _back(request)


def _read(session: Session, item: AgendaItem) -> _Shown:
    facts = read_reception(session, item.reception_id)
    of_item = next((each for each in facts.items if each.id == item.id), None) if facts is not None else None
    return _Shown(
        reception=session.get_one(Reception, item.reception_id),
        item=item,
        attendance=item_attendance(session, item),
        audience=() if of_item is None else audience_of(of_item, of_item.closed),
    )


def _room(conductor: Conductor, code: str) -> RoomFacts | None:
    return conductor.live.around.rooms.get(code)


def _offices(request: web.Request, code: RoomCode) -> tuple[Office, ...]:
    place = OfficePlace.DESK if code == DESK_CODE else OfficePlace.ROOM
    return request.app[OFFICES].on(local_day(request.app[CONDUCTOR].now), place)


def _ticked(request: web.Request, code: RoomCode) -> list[_Ticked]:
    """As it was called last; before that as the room answered its summons."""
    live = request.app[CONDUCTOR].live
    present = {each.office: each.deputy for each in live.rolls.of(code)}
    if not live.rolls.was_called(code) and live.facts is not None:
        present = dict.fromkeys(live.around.summonses.coming(code, live.facts.id), False)
    return [
        _Ticked(office, office.code in present, present.get(office.code, False))
        for office in _offices(request, code)
    ]


async def _with_item(request: web.Request, work: Callable[[Session, AgendaItem], T]) -> T:
    reception_id, item_id = int(request.match_info["id"]), int(request.match_info["item"])

    def unit(session: Session) -> T:
        item = session.get(AgendaItem, item_id)
        if item is None or item.reception_id != reception_id:
            raise Refused(RefusalCode.UNKNOWN_ITEM, str(item_id))
        return work(session, item)

    return await request.app[DATABASE].run(unit)


def _back(request: web.Request) -> web.HTTPSeeOther:
    route = request.app.router["item_attendance"]
    return web.HTTPSeeOther(str(route.url_for(id=request.match_info["id"], item=request.match_info["item"])))
