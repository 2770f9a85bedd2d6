"""Forged requests: another site's page can send our cookie, but cannot read the token that must go with it.

The token lives in the encrypted session and is the same for all pages of a session, so that several tabs
and the back button keep working. WHIP and WHEP (bearer tokens) and Socket.IO (whose server checks the
origin) do not act on the cookie of a form and are left out; so is enrolling a room's browser, which has no session
yet: `refuse_other_sites`, and what a room kept, which it hands over without a page: `server.late.pages` asks for
the origin.

A form with a large file is read piece by piece by its own handler, which asks for the token before the file: see
`nul.streamed`.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from aiohttp_session import Session

from server.web.cookie import session_of
from server.web.nul import FORMS, reads_itself

HEADER = "X-CSRF-Token"
FIELD = "csrf"
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_EXEMPT = ("/whip", "/whep", "/socket.io", "/room/enrol", "/room/late")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Forged(web.HTTPForbidden):
    """The token is missing or not this session's: another site's form, or a page from before the login."""


def token_of(session: Session) -> str:
    """The session's token, made when first asked for."""
    token = session.get(FIELD)
    if not isinstance(token, str):
        token = secrets.token_urlsafe(24)
        session[FIELD] = token
    return token


async def refuse_if_forged(request: web.Request, came: str) -> None:
    """Raises Forged."""
    expected = (await session_of(request)).get(FIELD)
    if not isinstance(expected, str) or not hmac.compare_digest(came.encode(), expected.encode()):
        raise Forged


def refuse_other_sites(request: web.Request) -> None:
    """For what our own script sends without a token: JSON, which no form of another site can send unasked, and
    from a page of this host where the browser says from which. Raises Forged."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get(hdrs.ORIGIN)
    elsewhere = origin is not None and origin.partition("://")[2] != request.host
    if site != "same-origin" or elsewhere or request.content_type != "application/json":
        raise Forged


@web.middleware
async def refuse_forgeries(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method in _CHANGING and not _exempt(request.path):
        came = request.headers.get(HEADER, "")
        if not came and reads_itself(request):  # the token is the form's first field, and the handler asks for it
            return await handler(request)
        if not came and request.content_type in FORMS:
            field = (await request.post()).get(FIELD, "")
            came = field if isinstance(field, str) else ""
        await refuse_if_forged(request, came)
    return await handler(request)


def _exempt(path: str) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in _EXEMPT)
