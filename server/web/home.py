"""The start page: what is on today, and the one next step for whoever looks."""

from __future__ import annotations

from aiohttp import web

from server.data.columns import now
from server.web.keys import TODAY_READER
from server.web.shell import render, require


@require()
async def home(request: web.Request) -> web.StreamResponse:
    reader = request.app.get(TODAY_READER)
    receptions = await reader(request) if reader is not None else ()
    return await render(request, "web/home.html", receptions=receptions, now=now())


def add_routes(app: web.Application) -> None:
    app.router.add_get("/", home, name="home")
