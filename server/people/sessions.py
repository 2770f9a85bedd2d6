"""Who is logged in: an encrypted cookie that names an account and the epoch its sessions belong to.

Nothing of a session is kept on the server. Raising an account's `session_epoch` (new password, disabled)
ends all its sessions at once; a session ends by itself after a working day, and when nobody did anything in it
for a while. Whether somebody acts for another, with that one's role, is asked of the database again with each
request.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import date

from aiohttp import web
from aiohttp_session import Session
from sqlmodel import Session as DatabaseSession

from server.people.second_factor import factor_of
from server.people.substitution import in_force
from server.people.tables import Account, Role
from server.web import cookie
from server.web.cookie import SESSION_SECONDS, renew_session, session_of
from server.web.csrf import refuse_forgeries
from server.web.keys import DATABASE, SECRET, VISITOR_READER
from server.web.languages import today

LONGEST_S = SESSION_SECONDS
IDLE_S = 2 * 3600
"""A console that is open through a long hearing says by itself that somebody sits before it (`alive.js`)."""
_SEEN_EVERY_S = 300
"""The cookie is sent again so often, not with every answer."""
SECOND_FACTOR_ROLES: web.AppKey[Collection[Role]] = web.AppKey("SECOND_FACTOR_ROLES")
clock = time.time
_ACCOUNT = web.RequestKey("_ACCOUNT", Account)
_LACKS_FACTOR = web.RequestKey("_LACKS_FACTOR", bool)
_ASKED = web.RequestKey("_ASKED", bool)


def set_up(app: web.Application, *, secure: bool) -> None:
    """Install sessions and the CSRF check; after `application.set_up`, which knows the secret.

    `secure`: send the cookie over HTTPS only.
    """
    cookie.set_up(app, secret=app[SECRET], secure=secure)
    app.middlewares.append(refuse_forgeries)
    app[VISITOR_READER] = account_of


async def account_of(request: web.Request) -> Account | None:
    """The account whose session this request carries, or None. Asked of the database once per request. An account
    that has to have a second factor and has none yet is nobody, but for the pages that add one.

    Works on every request of the application, the Socket.IO handshake's included
    (`environ["aiohttp.request"]`).
    """
    account = await logged_in(request)
    return None if request.get(_LACKS_FACTOR) else account


async def logged_in(request: web.Request) -> Account | None:
    """The same, whether a second factor is missing or not."""
    if request.get(_ASKED):
        return request.get(_ACCOUNT)
    request[_ASKED] = True
    session = await session_of(request)
    account_id, epoch = session.get("account"), session.get("epoch")
    if not isinstance(account_id, int) or not _goes_on(session):
        return None
    account, lacks_factor = await request.app[DATABASE].run(
        _find, account_id, session.get("acting"), today(), request.app.get(SECOND_FACTOR_ROLES, ())
    )
    if account is None or account.disabled_at is not None or account.session_epoch != epoch:
        return None
    request[_ACCOUNT], request[_LACKS_FACTOR] = account, lacks_factor
    return account


def must_have_second_factor(request: web.Request, account: Account) -> bool:
    return _must_have(account, request.app.get(SECOND_FACTOR_ROLES, ()))


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
    session["began"] = session["seen"] = int(clock())
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
    request.pop(_LACKS_FACTOR, None)


async def begin_acting(request: web.Request, substitution_id: int) -> None:
    """From the next request on, as long as the substitution is in force."""
    (await session_of(request))["acting"] = substitution_id


async def end_acting(request: web.Request) -> None:
    (await session_of(request)).pop("acting", None)


def _goes_on(session: Session) -> bool:
    """Neither too old nor left alone for too long; whoever comes is seen."""
    began, seen, now_s = session.get("began"), session.get("seen"), int(clock())
    if not isinstance(began, int) or not isinstance(seen, int):
        return False
    if now_s - began >= LONGEST_S or now_s - seen >= IDLE_S:
        return False
    if now_s - seen >= _SEEN_EVERY_S:
        session["seen"] = now_s
    return True


def _find(
    session: DatabaseSession, account_id: int, chosen: object, day: date, second_factor: Collection[Role]
) -> tuple[Account | None, bool]:
    """With the rights of whom it acts for, if that was chosen and is in force on this very day; and whether a
    second factor is missing, which either role may ask for."""
    account = session.get(Account, account_id)
    if account is None:
        return None, False
    acting = in_force(session, account_id, chosen, day) if isinstance(chosen, int) else None
    if acting is not None:
        account.act(acting)
    return account, _must_have(account, second_factor) and factor_of(session, account) is None


def _must_have(account: Account, second_factor: Collection[Role]) -> bool:
    return account.role in second_factor or account.own_role in second_factor
