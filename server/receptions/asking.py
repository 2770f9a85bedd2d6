"""Who asks, and for which reception, on the receptions' office pages."""

from __future__ import annotations

from aiohttp import web

from server.receptions.tables import Reception, ReceptionState
from server.web.keys import DATABASE


async def reception_in(request: web.Request, *states: ReceptionState) -> Reception:
    """The reception of the address. Raises HTTPNotFound for one that is not there, or in another state."""
    reception_id = int(request.match_info["id"])
    reception = await request.app[DATABASE].run(lambda session: session.get(Reception, reception_id))
    if reception is None or reception.state not in states:
        raise web.HTTPNotFound
    return reception


async def planned_reception(request: web.Request) -> Reception:
    return await reception_in(request, ReceptionState.PLANNED)


def to_reception(request: web.Request, reception_id: int) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(str(request.app.router["reception"].url_for(id=str(reception_id))))
