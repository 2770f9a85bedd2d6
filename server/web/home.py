"""The start page: what is on today, and the one next step for whoever looks."""

from __future__ import annotations

from aiohttp import web

from server.data.columns import now
from server.web.keys import HOME_REMINDERS, HOME_WARNING, TODAY_READER
from server.web.shell import render, require


@require()
async def home(request: web.Request) -> web.StreamResponse:
    reader = request.app.get(TODAY_READER)
    receptions = await reader(request) if reader is not None else ()
    warns = request.app.get(HOME_WARNING)
    warning = await warns(request) if warns is not None else None
    found = [each for reader in request.app[HOME_REMINDERS] for each in await reader(request) if each.count]
    reminders = sorted(found, key=lambda each: not each.late)
    return await render(
        request, "web/home.html", receptions=receptions, warning=warning, reminders=reminders, now=now()
    )


def add_routes(app: web.Application) -> None:
    app.router.add_get("/", home, name="home")
