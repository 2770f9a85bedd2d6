"""The session cookie: encrypted and signed, read when first asked for, sent again only when it changed.

aiohttp-session keeps it; its middleware is replaced by the one below, which also saves the session of an
answer that was raised, and leaves streams and sockets alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp_session import Session
from aiohttp_session.cookie_storage import EncryptedCookieStorage
from cryptography.fernet import Fernet

COOKIE = "tiepdan_session"
SESSION_SECONDS = 12 * 3600  # a working day; counted from the last change, in effect from the login

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECURE = web.AppKey("SECURE", bool)
"""Whether cookies are sent over HTTPS only."""
_STORAGE = web.AppKey("_STORAGE", EncryptedCookieStorage)
_SESSION = web.RequestKey("_SESSION", Session)


def set_up(app: web.Application, *, secret: bytes, secure: bool) -> None:
    """`secure`: send the cookie over HTTPS only. Outside of all other middlewares: error pages use the session."""
    app[SECURE] = secure
    key = base64.urlsafe_b64encode(hmac.digest(secret, b"tiepdan session cookie", hashlib.sha256))
    app[_STORAGE] = EncryptedCookieStorage(
        Fernet(key),
        cookie_name=COOKIE,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )
    app.middlewares.insert(0, keep_session)


async def session_of(request: web.Request) -> Session:
    """The request's session; an empty one where the cookie is missing, outlived or not ours."""
    session = request.get(_SESSION)
    if session is None:
        session = await request.app[_STORAGE].load_session(request)
        request[_SESSION] = session
    return session


async def renew_session(request: web.Request) -> Session:
    """Begin an empty session in the place of the present one."""
    session: Session = await request.app[_STORAGE].new_session()
    session.changed()
    request[_SESSION] = session
    return session


@web.middleware
async def keep_session(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as raised:
        await _save(request, raised)
        raise
    await _save(request, response)
    return response


async def _save(request: web.Request, response: web.StreamResponse) -> None:
    session = request.get(_SESSION)
    # `_changed` is what the library's own middleware asks; a started stream has sent its headers already.
    if session is not None and session._changed and not response.prepared:
        await request.app[_STORAGE].save_session(request, response, session)
