"""The sign with the number 0: no keyboard has it, SQLite stores it and loses what is behind it, PostgreSQL refuses
the whole statement. So it is refused here, once for all pages and forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_STREAMED = "streamed"


def streamed(handler: Handler) -> Handler:
    """Mark a handler that reads its form itself, piece by piece, because there may be a large file in it. It
    refuses this sign, and forgeries (see `csrf.refuse_if_forged`), by itself."""
    setattr(handler, _STREAMED, True)
    return handler


def reads_itself(request: web.Request) -> bool:
    return getattr(request.match_info.handler, _STREAMED, False)


@web.middleware
async def refuse_nul(request: web.Request, handler: Handler) -> web.StreamResponse:
    came: list[object] = [request.path, *request.query.values()]
    if request.method == "POST" and request.content_type in FORMS and not reads_itself(request):
        came += (await request.post()).values()
    if any(isinstance(value, str) and "\0" in value for value in came):
        raise web.HTTPBadRequest
    return await handler(request)
