"""Whether the person behind a long connection may still be there: a login checked at the handshake ages.

A page is refused at the next click when an account is disabled or logged out everywhere; a socket has no
click, so its account is looked at again from time to time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session, col, select

from server.people.sessions import account_of
from server.people.tables import Account, Role

CHECK_EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Standing:
    account: int
    role: Role
    epoch: int
    language: str

    @property
    def actor(self) -> str:
        return f"account:{self.account}"


async def standing_of(request: web.Request) -> Standing | None:
    """Who is logged in where this request came from; None: nobody."""
    account = await account_of(request)
    if account is None or account.id is None:
        return None
    return Standing(account.id, Role(account.role), account.session_epoch, account.language)


def fallen(session: Session, standings: Iterable[Standing]) -> set[Standing]:
    """Those that no longer hold: disabled, logged out everywhere, or of another role now."""
    asked = set(standings)
    accounts = {
        account.id: account
        for account in session.exec(select(Account).where(col(Account.id).in_({one.account for one in asked})))
    }
    return {one for one in asked if not _holds(one, accounts.get(one.account))}


def _holds(standing: Standing, account: Account | None) -> bool:
    return (
        account is not None
        and account.disabled_at is None
        and account.session_epoch == standing.epoch
        and account.role == standing.role
    )
