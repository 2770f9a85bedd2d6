"""Who asked to be received and has no answer yet, for the start page."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from server.people.rights import Right
from server.people.sessions import account_in
from server.registrations.queries import waiting
from server.registrations.tables import RegistrationState
from server.web.keys import DATABASE, Reminder
from server.web.languages import N_


async def reminders(request: web.Request) -> Sequence[Reminder]:
    account = await account_in(request)
    if Right.WRITE_VISITS not in account.rights:
        return ()
    count = await request.app[DATABASE].run(waiting)
    address = request.app.router["registrations"].url_for().with_query(state=RegistrationState.WAITING)
    return [Reminder(N_("Registrations that wait for an answer"), count, str(address))]
