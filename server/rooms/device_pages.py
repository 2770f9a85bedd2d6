"""Pages about the devices of rooms: a code for one room, a sheet of codes for many, revoking.

A code is in the answer to the request that made it and nowhere else: no address shows it again, and no browser
keeps the page.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup
from sqlmodel import Session

from server.data.columns import now
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.rooms.connected import tell_revoked
from server.rooms.device_rules import VALID_FOR, shown_code
from server.rooms.device_tables import RoomDevice, RoomEnrolment
from server.rooms.devices import devices_of, make_code, open_codes, revoke, rooms_with_devices
from server.rooms.enrolment import has_address
from server.rooms.queries import rooms_on
from server.rooms.tables import Room
from server.web.keys import DATABASE, SECRET
from server.web.languages import today
from server.web.qr import drawn
from server.web.shell import render, require

_MASK = 3  # any: see `drawn`


@dataclass(frozen=True, slots=True)
class RoomDevices:
    """What a room's page tells of them."""

    counting: tuple[RoomDevice, ...]
    revoked: tuple[RoomDevice, ...]
    open_code: RoomEnrolment | None
    may_enrol: bool  # a room that exists on this day, and not the desk


@dataclass(frozen=True, slots=True)
class Slip:
    room: Room
    code: str  # as it is read out
    picture: Markup


def add_routes(app: web.Application) -> None:
    router = app.router
    router.add_post(r"/rooms/{id:\d{1,9}}/code", run_code, name="room_code")
    router.add_get("/rooms/codes", ask_codes, name="rooms_codes")
    router.add_post("/rooms/codes", run_codes)
    router.add_get(r"/rooms/{id:\d{1,9}}/devices/{device:\d{1,9}}/revoke", ask_revoke, name="room_device_revoke")
    router.add_post(r"/rooms/{id:\d{1,9}}/devices/{device:\d{1,9}}/revoke", run_revoke)


def room_devices(session: Session, room: Room) -> RoomDevices:
    found = devices_of(session, room.id or 0)
    codes = open_codes(session, {room.id or 0}, now())
    return RoomDevices(
        counting=tuple(device for device in found if device.revoked_at is None),
        revoked=tuple(device for device in found if device.revoked_at is not None),
        open_code=codes[0] if codes else None,
        may_enrol=_may_enrol(room),
    )


@require(Right.KEEP_ROOMS)
async def run_code(request: web.Request) -> web.StreamResponse:
    origin = await _origin(request)
    actor, secret, at = subject_of(await account_in(request)), request.app[SECRET], now()

    def work(session: Session) -> tuple[Room, str]:
        room = session.get(Room, int(request.match_info["id"]))
        if room is None or not _may_enrol(room):
            raise web.HTTPNotFound
        return room, make_code(session, secret, room, actor=actor, at=at)

    room, code = await request.app[DATABASE].run(work)
    slips = await asyncio.to_thread(_slips, [(room, code)], origin)
    return await render(request, "rooms/code.html", slip=slips[0], origin=origin, until=at + VALID_FOR, room=room)


@require(Right.KEEP_ROOMS)
async def ask_codes(request: web.Request) -> web.StreamResponse:
    search = request.query.get("q", "")[:100]

    def work(session: Session) -> tuple[int, int, int]:
        rooms = _enrollable(session, search)
        ids = {room.id or 0 for room in rooms}
        return len(rooms), len(ids & rooms_with_devices(session)), len(open_codes(session, ids, now()))

    rooms, enrolled, replaced = await request.app[DATABASE].run(work)
    return await render(
        request, "rooms/codes.html", rooms=rooms, enrolled=enrolled, replaced=replaced, search=search
    )


@require(Right.KEEP_ROOMS)
async def run_codes(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    search, origin = str(form.get("q", ""))[:100], await _origin(request)
    actor, secret, at = subject_of(await account_in(request)), request.app[SECRET], now()

    def work(session: Session) -> list[tuple[Room, str]]:
        there = rooms_with_devices(session) if form.get("without") else set()
        rooms = [room for room in _enrollable(session, search) if room.id not in there]
        return [(room, make_code(session, secret, room, actor=actor, at=at)) for room in rooms]

    made = await request.app[DATABASE].run(work)
    slips = await asyncio.to_thread(_slips, made, origin, _MASK)
    return await render(
        request, "rooms/codes_sheet.html", slips=slips, origin=origin, until=at + VALID_FOR, search=search
    )


@require(Right.KEEP_ROOMS)
async def ask_revoke(request: web.Request) -> web.StreamResponse:
    room, device = await request.app[DATABASE].run(_room_and_device, request)
    return await render(request, "rooms/device_revoke.html", room=room, device=device)


@require(Right.KEEP_ROOMS)
async def run_revoke(request: web.Request) -> web.StreamResponse:
    actor = subject_of(await account_in(request))

    def work(session: Session) -> int:
        room, device = _room_and_device(session, request)
        revoke(session, room, device, actor=actor, at=now())
        return device.id or 0

    tell_revoked(request.app, [await request.app[DATABASE].run(work)])
    back = request.app.router["room_history"].url_for(id=request.match_info["id"])
    raise web.HTTPSeeOther(back.with_query(revoked="1").with_fragment("devices"))


def _room_and_device(session: Session, request: web.Request) -> tuple[Room, RoomDevice]:
    device = session.get(RoomDevice, int(request.match_info["device"]))
    if device is None or device.room_id != int(request.match_info["id"]):
        raise web.HTTPNotFound
    return session.get_one(Room, device.room_id), device


def _enrollable(session: Session, search: str) -> list[Room]:
    return [room for room in rooms_on(session, today(), search) if has_address(room)]


def _may_enrol(room: Room) -> bool:
    return has_address(room) and room.exists_on(today())


def _slips(made: list[tuple[Room, str]], origin: str, mask: int | None = None) -> list[Slip]:
    """In a thread: a sheet of all rooms takes a second."""
    return [Slip(room, shown_code(code), drawn(f"{origin}/room#ma={code}", mask)) for room, code in made]


async def _origin(request: web.Request) -> str:
    """How browsers reach this server, for the pictures: as the page's script said, which sees whether a proxy
    stands in between; if it was another host, or nothing was said, as the request came."""
    said = str((await request.post()).get("origin", ""))
    ours = {f"{scheme}://{request.host}" for scheme in ("http", "https")}
    return said if said in ours else str(request.url.origin())
