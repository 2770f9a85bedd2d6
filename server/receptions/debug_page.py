"""What every long-lived object of control and media is now, for the administrator; that it was read is noted.

Counts and states only: no names, no SDP, no addresses.
"""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.receptions.conductor import CONDUCTOR
from server.receptions.signalling import Signalling
from server.web.keys import DATABASE
from server.web.languages import N_
from server.web.shell import render, require, translator_of, wants_page

MEDIA_SILENT = N_(
    "The media process does not answer. It is started again by itself; if this stays, look at the log of media."
)
_SIGNALLING = web.AppKey("_SIGNALLING", Signalling)
Snapshots = dict[str, Mapping[str, object]]


def add_routes(app: web.Application, *, signalling: Signalling) -> None:
    """Needs CONDUCTOR and DATABASE in the application."""
    app[_SIGNALLING] = signalling
    app.router.add_get("/administration/debug", show, name="debug")


@require(Right.INSPECT)
async def show(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    await request.app[DATABASE].run(audit.record, subject_of(account), "debug_read")
    found = await request.app[CONDUCTOR].media.debug()
    control = control_snapshots(request.app)
    media = found.objects if found is not None else None
    silent = translator_of(request)(MEDIA_SILENT)
    if not wants_page(request):
        return web.json_response({"control": control, "media": media if media is not None else silent})
    return await render(request, "receptions/debug.html", control=control, media=media, silent=silent)


def control_snapshots(app: web.Application) -> Snapshots:
    conductor = app[CONDUCTOR]
    around = conductor.live.around
    return {
        "conductor": conductor.debug_snapshot(),
        "live": conductor.live.debug_snapshot(),
        "link book": around.links.debug_snapshot(),
        "line qualities": around.lines.debug_snapshot(),
        "row writer": conductor.rows.debug_snapshot(),
        "media client": conductor.media.debug_snapshot(),
        "recorder client": conductor.recorder.debug_snapshot(),
        "measured": conductor.measured.debug_snapshot(),
        **app[_SIGNALLING].debug_snapshots(),
    }
