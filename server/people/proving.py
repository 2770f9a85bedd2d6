"""Proving who one is: password and, where the account has one, the code; throttled in one place for all pages.

Nobody learns which of them was wrong, nor whether there is such an account: the answer is the same, and every way
to it does the same work.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session

from server.data.columns import now
from server.people import audit, second_factor
from server.people.accounts import account_by_login, subject_of
from server.people.passwords import PasswordChecker, is_outdated
from server.people.second_factor import Keys
from server.people.tables import Account
from server.people.throttle import LoginThrottle
from server.web.keys import DATABASE, SECRET

KEYS = web.AppKey("KEYS", Keys)
_CHECKER = web.AppKey("_CHECKER", PasswordChecker)
_THROTTLE = web.AppKey("_THROTTLE", LoginThrottle)


@dataclass(frozen=True, slots=True)
class Proof:
    """`account` is None where something was wrong, or came too soon. `wait_s`: until the next try, if at all."""

    account: Account | None
    wait_s: int = 0


def set_up(app: web.Application) -> None:
    app[KEYS] = Keys(app[SECRET])
    app[_CHECKER] = PasswordChecker()
    app.on_cleanup.append(_close_checker)
    app[_THROTTLE] = LoginThrottle()


async def prove(request: web.Request, login: str, password: str, code: str | None) -> Proof:
    """`code` None: the password alone is asked for, of somebody who is logged in."""
    throttle, address = request.app[_THROTTLE], request.remote or ""
    wait_s = math.ceil(throttle.wait_s(login, address, time.monotonic()))
    if wait_s > 0:
        return Proof(None, wait_s)
    # Counted before it is checked: tries sent all at once must not all find the counter empty.
    throttle.failed(login, address, time.monotonic())
    database, keys = request.app[DATABASE], request.app[KEYS]
    account = await database.run(account_by_login, login)
    known_hash = account.password_hash if account is not None else None
    right = await request.app[_CHECKER].matches(known_hash, password)
    right = right and account is not None and account.disabled_at is None
    renewed = None
    if right and account is not None and is_outdated(account.password_hash):
        renewed = await request.app[_CHECKER].rehash(password)

    def judge(session: Session) -> Account | None:
        kept = None if account is None else session.get(Account, account.id)
        passed = right
        if code is not None:
            passed = second_factor.passes(session, kept, keys, code, now(), password_right=right)
        if kept is None or not passed:
            subject = "" if kept is None else subject_of(kept)
            audit.record(session, "system", "login_failed", subject, {"second_factor": True} if right else {})
            return None
        if renewed is not None:
            kept.password_hash = renewed
            session.add(kept)
        return kept

    proved = await database.run(judge)
    if proved is None:
        return Proof(None, math.ceil(throttle.wait_s(login, address, time.monotonic())))
    throttle.succeeded(login, address)
    return Proof(proved)


async def _close_checker(app: web.Application) -> None:
    app[_CHECKER].close()
