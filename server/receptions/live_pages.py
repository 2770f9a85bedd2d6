"""The pages of a running reception: the host's console, the desk's camera, the room's screen."""

from __future__ import annotations

from aiohttp import web

from server.people.rights import Right
from server.receptions.tables import Reception
from server.rooms.enrol_page import renew_cookie
from server.web.keys import DATABASE, STATICS
from server.web.shell import render, require
from signaling.software import software


def add_routes(app: web.Application) -> None:
    app.router.add_get(r"/receptions/{id:\d{1,9}}/console", console, name="console")
    app.router.add_get("/desk/camera", camera, name="camera")
    app.router.add_get("/room", room, name="room")


@require(Right.SEE_CONSOLE)
async def console(request: web.Request) -> web.StreamResponse:
    number = int(request.match_info["id"])
    reception = await request.app[DATABASE].run(lambda session: session.get(Reception, number))
    if reception is None:
        raise web.HTTPNotFound
    return await render(request, "receptions/console.html", reception=reception)


@require(Right.PUBLISH_DESK)
async def camera(request: web.Request) -> web.StreamResponse:
    return await render(request, "receptions/camera.html")


async def room(request: web.Request) -> web.StreamResponse:
    """Open to everybody: the room's key is in the address's fragment, which never reaches the server, and what an
    enrolled device's cookie opens is asked when it connects."""
    page = request.app[STATICS].room_page
    response = await render(request, "room/room.html", software=software("page"), page=page)
    renew_cookie(request, response)
    return response
