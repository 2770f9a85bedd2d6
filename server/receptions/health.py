"""GET /healthz: whether control can do its work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from server.receptions.conductor import Conductor
from server.receptions.signalling import Signalling
from server.web.keys import DATABASE

TIMEOUT_S = 3.0
INSTANCE = "TIEPDAN_INSTANCE"  # set by whoever started this server, to know it again


def add_routes(
    app: web.Application, *, conductor: Conductor, signalling: Signalling, archive: Callable[[], str]
) -> None:
    """`archive`: how it is with it, in a word. It is nothing that control cannot do without."""

    async def health(request: web.Request) -> web.Response:
        """200 while control can do its work, else 503. Media and recorder come back by themselves."""
        database = await _answers(request)
        control = conductor.healthy and signalling.healthy
        words = {True: "running", False: "not_running"}
        body = {
            "ok": database and control,
            "instance": os.environ.get(INSTANCE, ""),
            "database": "ok" if database else "failed",
            "control": words[control],
            "media": words[conductor.media.running],
            "recorder": words[conductor.recorder.running],
            "archive": archive(),
        }
        status = 200 if database and control else 503
        return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})

    app.router.add_get("/healthz", health)


async def _answers(request: web.Request) -> bool:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await request.app[DATABASE].run(lambda session: session.exec(select(1)).one())
    except (SQLAlchemyError, TimeoutError):
        return False
    return True
