"""Who is logged in: an encrypted cookie that names an account and the epoch its sessions belong to.

Nothing of a session is kept on the server. Raising an account's `session_epoch` (new password, disabled)
ends all its sessions at once; a session ends by itself after a working day. Whether somebody acts for another,
with that one's role, is asked of the database again with each request.
"""

from __future__ import annotations

from datetime import date

from aiohttp import web
from sqlmodel import Session

from server.people.substitution import in_force
from server.people.tables import Account
from server.web import cookie
from server.web.cookie import renew_session, session_of
from server.web.csrf import refuse_forgeries
from server.web.keys import DATABASE, SECRET, VISITOR_READER
from server.web.languages import today

_ACCOUNT = web.RequestKey("_ACCOUNT", Account)
_ASKED = web.RequestKey("_ASKED", bool)


def set_up(app: web.Application, *, secure: bool) -> None:
    """Install sessions and the CSRF check; after `application.set_up`, which knows the secret.

    `secure`: send the cookie over HTTPS only.
    """
    cookie.set_up(app, secret=app[SECRET], secure=secure)
    app.middlewares.append(refuse_forgeries)
    app[VISITOR_READER] = account_of


async def account_of(request: web.Request) -> Account | None:
    """The account whose session this request carries, or None. Asked of the database once per request.

    Works on every request of the application, the Socket.IO handshake's included
    (`environ["aiohttp.request"]`).
    """
    if request.get(_ASKED):
        return request.get(_ACCOUNT)
    request[_ASKED] = True
    session = await session_of(request)
    account_id, epoch = session.get("account"), session.get("epoch")
    if not isinstance(account_id, int):
        return None
    account = await request.app[DATABASE].run(_find, account_id, session.get("acting"), today())
    if account is None or account.disabled_at is not None or account.session_epoch != epoch:
        return None
    request[_ACCOUNT] = account
    return account


async def account_in(request: web.Request) -> Account:
    """Who asks, in a handler that `require` guards."""
    account = await account_of(request)
    if account is None:  # the account was disabled between the guard and here
        raise web.HTTPUnauthorized
    return account


async def start(request: web.Request, account: Account) -> None:
    """Log `account` in. The session is a new one: nothing planted before the login survives it."""
    chosen = (await session_of(request)).get("language")
    session = await renew_session(request)
    session["account"] = account.id
    session["epoch"] = account.session_epoch
    session["language"] = chosen or account.language
    request[_ASKED] = True
    request[_ACCOUNT] = account


async def end(request: web.Request) -> None:
    """Log out; the chosen language stays."""
    chosen = (await session_of(request)).get("language")
    session = await renew_session(request)
    if chosen:
        session["language"] = chosen
    request[_ASKED] = True
    request.pop(_ACCOUNT, None)


async def begin_acting(request: web.Request, substitution_id: int) -> None:
    """From the next request on, as long as the substitution is in force."""
    (await session_of(request))["acting"] = substitution_id


async def end_acting(request: web.Request) -> None:
    (await session_of(request)).pop("acting", None)


def _find(session: Session, account_id: int, chosen: object, day: date) -> Account | None:
    """With the rights of whom it acts for, if that was chosen and is in force on this very day."""
    account = session.get(Account, account_id)
    acting = in_force(session, account_id, chosen, day) if isinstance(chosen, int) else None
    if account is not None and acting is not None:
        account.act(acting)
    return account
