"""Which petitions have a deadline that is near or over, for the start page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aiohttp import web
from sqlmodel import Session

from server.deadlines.computing import State
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.due_queries import deadlines_of_all
from server.petitions.heard import HEARINGS
from server.petitions.standing import TERMS
from server.web.keys import DATABASE, Reminder
from server.web.languages import N_, today

_WORDS = {State.OVERDUE: N_("Petitions with an overdue deadline"), State.SOON: N_("Petitions due soon")}


async def reminders(request: web.Request) -> Sequence[Reminder]:
    account = await account_in(request)
    if not account.rights & {Right.WRITE_PETITIONS, Right.FOLLOW_TASKS}:
        return ()
    hearings, terms = request.app[HEARINGS], request.app[TERMS]

    def work(session: Session) -> Counter[State]:
        return deadlines_of_all(session, account.role, hearings, terms, today())

    counts = await request.app[DATABASE].run(work)
    list_ = request.app.router["petitions"].url_for()
    return [
        Reminder(words, counts[state], str(list_.with_query(deadline=state)), late=state is State.OVERDUE)
        for state, words in _WORDS.items()
    ]
