"""Whether the person behind a long connection may still be there: a login checked at the handshake ages.

A page is refused at the next click when an account is disabled or logged out everywhere; a socket has no
click, so its account is looked at again from time to time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from aiohttp import web
from sqlmodel import Session, col, select

from server.people.sessions import account_of
from server.people.substitution import in_force
from server.people.tables import Account, Acting, Role
from server.web.languages import today

CHECK_EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Standing:
    account: int
    role: Role
    epoch: int
    language: str
    acting: Acting | None = None  # the role is that of somebody the account acts for

    def over(self, day: date) -> bool:
        """Its days are over, though the connection goes on."""
        return self.acting is not None and self.acting.last_day < day

    @property
    def actor(self) -> str:
        return f"account:{self.account}"


async def standing_of(request: web.Request) -> Standing | None:
    """Who is logged in where this request came from; None: nobody."""
    account = await account_of(request)
    if account is None or account.id is None:
        return None
    return Standing(account.id, Role(account.role), account.session_epoch, account.language, account.acting)


def fallen(session: Session, standings: Iterable[Standing]) -> set[Standing]:
    """Those that no longer hold: disabled, logged out everywhere, of another role now, or no longer
    acting for the one whose role it was."""
    asked = set(standings)
    accounts = {
        account.id: account
        for account in session.exec(select(Account).where(col(Account.id).in_({one.account for one in asked})))
    }
    return {one for one in asked if not _holds(session, one, accounts.get(one.account))}


def _holds(session: Session, standing: Standing, account: Account | None) -> bool:
    if account is None or account.disabled_at is not None or account.session_epoch != standing.epoch:
        return False
    if standing.acting is None:
        return account.own_role == standing.role
    return in_force(session, standing.account, standing.acting.substitution_id, today()) == standing.acting
