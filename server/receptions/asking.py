"""Who asks, on the receptions' office pages."""

from __future__ import annotations

from aiohttp import web

from server.people.sessions import account_of
from server.people.tables import Account


async def account_in(request: web.Request) -> Account:
    """Who asks, in a handler that `require` guards."""
    account = await account_of(request)
    if account is None:  # the account was disabled between the guard and here
        raise web.HTTPUnauthorized
    return account
