"""The task list of the whole office, or of the units of whoever looks, with its filters in the address; and all
pages of conclusions and tasks."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from server.conclusions import conclusion_pages, review_pages, task_pages
from server.conclusions.asking import FOLLOW_UP, today_in
from server.conclusions.follow_up import FollowUp
from server.conclusions.item_conclusions import Eraser, ItemConclusions
from server.conclusions.own_units import own_tasks, own_units
from server.conclusions.queries import (
    OfferedUnit,
    TaskPage,
    Wanted,
    receptions_with_tasks,
    search,
    units_with_tasks,
)
from server.conclusions.reminders import reminders
from server.conclusions.standing import ASKED_WORDS, Asked
from server.conclusions.task_parts import TASK_PARTS
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.concluded import CONCLUSIONS
from server.receptions.tables import Reception
from server.rooms.departments import DEPARTMENTS
from server.web.asked import page_in, whole
from server.web.keys import DATABASE, HOME_REMINDERS
from server.web.shell import render, require

_KEPT = ("q", "asked", "unit", "reception")


def add_routes(app: web.Application, follow_up: FollowUp, *erasers: Eraser) -> None:
    """Also gives the register and the receptions their CONCLUSIONS, and offices and duties their DEPARTMENTS;
    `erasers`: who else keeps words that go when a petition becomes a denunciation. Needs TERMS in `app` when a
    page is asked for."""
    app[FOLLOW_UP], app[DEPARTMENTS] = follow_up, follow_up.departments
    app[CONCLUSIONS] = ItemConclusions(follow_up, *erasers)
    app.router.add_get("/tasks", table, name="tasks")
    review_pages.add_routes(app)
    task_pages.add_routes(app)
    conclusion_pages.add_routes(app)
    app[HOME_REMINDERS].append(reminders)
    app[TASK_PARTS] = []


@require(Right.READ_TASKS, Right.ANSWER_TASKS)
async def table(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    query = request.query
    page, reception = query.get("page", ""), query.get("reception", "")
    day, departments = today_in(request), request.app[DEPARTMENTS]
    unit = query.get("unit", "")[:160]
    wanted = Wanted(
        text=query.get("q", "")[:200].strip(),
        asked=next((asked for asked in Asked if asked == query.get("asked")), Asked.OPEN),
        units=departments.names_of(unit, day.day) if unit else (),
        reception_id=whole(reception, 9),
        page=page_in(page),
    )

    def work(session: Session) -> tuple[TaskPage, list[OfferedUnit], Sequence[Reception], list[str] | None]:
        own = own_tasks(session, account, departments, day.day)
        return (
            search(session, account.role, wanted, day, own),
            units_with_tasks(session, account.role, departments, day.day) if own is None else [],
            receptions_with_tasks(session, account.role, own),
            None if own is None else [each.name for each in own_units(session, account, departments, day.day)],
        )

    found, units, receptions, whose = await request.app[DATABASE].run(work)
    kept = {name: query[name] for name in _KEPT if query.get(name)}

    def address(**changed: object) -> str:
        return "?" + urlencode({**kept, **{name: str(value) for name, value in changed.items()}})

    return await render(
        request,
        "conclusions/tasks.html",
        page=found,
        wanted=wanted,
        today=day.day,
        filtered=any(name != "asked" for name in kept),
        asked_words=ASKED_WORDS,
        units=units,
        unit=departments.now_called(unit, day.day),
        own_units=whose,
        receptions=receptions,
        address=address,
    )
