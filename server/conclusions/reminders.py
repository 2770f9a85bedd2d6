"""Which tasks wait for the Board, for the start page."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from server.conclusions.asking import today_in
from server.conclusions.queries import Wanted, search
from server.conclusions.standing import Asked
from server.people.rights import Right
from server.people.sessions import account_in
from server.web.keys import DATABASE, Reminder
from server.web.languages import N_

_WORDS = {
    Asked.OVERDUE: N_("Overdue tasks"),
    Asked.OBSTRUCTED: N_("Obstructed tasks"),
    Asked.SOON: N_("Tasks due soon"),
    Asked.REPORTED: N_("Tasks reported done, to be confirmed"),
}


async def reminders(request: web.Request) -> Sequence[Reminder]:
    account = await account_in(request)
    if Right.FOLLOW_TASKS not in account.rights:
        return ()
    page = await request.app[DATABASE].run(search, account.role, Wanted(), today_in(request))
    list_ = request.app.router["tasks"].url_for()
    return [
        Reminder(words, page.counts[asked], str(list_.with_query(asked=asked)), late=asked is Asked.OVERDUE)
        for asked, words in _WORDS.items()
    ]
