"""Which tasks wait for the Board, or for the unit of whoever looks, for the start page."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from sqlmodel import Session

from server.conclusions.asking import today_in
from server.conclusions.own_units import own_tasks
from server.conclusions.queries import TaskPage, Wanted, search
from server.conclusions.standing import Asked
from server.people.rights import Right
from server.people.sessions import account_in
from server.rooms.departments import DEPARTMENTS
from server.web.keys import DATABASE, Reminder
from server.web.languages import N_

_WORDS = {
    Asked.OVERDUE: N_("Overdue tasks"),
    Asked.OBSTRUCTED: N_("Obstructed tasks"),
    Asked.SOON: N_("Tasks due soon"),
    Asked.REPORTED: N_("Tasks reported done, to be confirmed"),
}
_WORDS_OF_UNITS = {
    Asked.OVERDUE: N_("Overdue tasks"),
    Asked.URGED: N_("Tasks urged by a letter without a reply"),
    Asked.SOON: N_("Tasks due soon"),
}


async def reminders(request: web.Request) -> Sequence[Reminder]:
    account = await account_in(request)
    if account.rights.isdisjoint({Right.FOLLOW_TASKS, Right.ANSWER_TASKS}):
        return ()
    shown, day = _WORDS if Right.FOLLOW_TASKS in account.rights else _WORDS_OF_UNITS, today_in(request)

    def work(session: Session) -> TaskPage:
        return search(
            session, account.role, Wanted(), day, own_tasks(session, account, request.app[DEPARTMENTS], day.day)
        )

    page = await request.app[DATABASE].run(work)
    list_ = request.app.router["tasks"].url_for()
    return [
        Reminder(words, page.counts[asked], str(list_.with_query(asked=asked)), late=asked is Asked.OVERDUE)
        for asked, words in shown.items()
    ]
