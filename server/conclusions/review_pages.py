"""The review meeting: what is outstanding, overdue and obstructed, unit by unit; and noting that one was held."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.conclusions import reviewing
from server.conclusions.asking import FOLLOW_UP, today_in
from server.conclusions.following import events_of
from server.conclusions.forms import MEETING_TWICE, SENTENCES, read_meeting
from server.conclusions.queries import open_tasks
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.history import author_of
from server.petitions.standing_forms import Filled
from server.petitions.transitions import Fault, day_fault, document_fault
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, require, translator_of

LONGEST_NOTE = 300


def add_routes(app: web.Application) -> None:
    app.router.add_get("/tasks/review", show, name="tasks_review")
    app.router.add_post("/tasks/review", record)


@require(Right.READ_TASKS)
async def show(request: web.Request) -> web.StreamResponse:
    return await _show(request)


@require(Right.FOLLOW_TASKS)
async def record(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    filled = read_meeting(await request.post())
    held_on, document, note = filled.day("held_on"), filled.values["document"], filled.values["note"]
    found: dict[str, Fault | None] = {
        "held_on": day_fault(held_on, held_on or today(), today()),
        "document": document_fault(document, needed=False),
        "note": Fault.TOO_LONG if len(note) > LONGEST_NOTE else None,
    }
    filled.mistakes |= {name: SENTENCES[fault] for name, fault in found.items() if fault is not None}
    if filled.mistakes or held_on is None:
        return await _show(request, filled)

    def work(session: Session) -> None:
        meeting = reviewing.record_meeting(session, held_on, document, note, author_of(account))
        subject, detail = f"review_meeting:{meeting.id}", {"held_on": str(held_on)}
        audit.record(session, subject_of(account), "review_meeting_recorded", subject, detail)

    try:
        await request.app[DATABASE].run(work)
    except reviewing.AlreadyRecorded:
        filled.mistakes = {"held_on": MEETING_TWICE}
        return await _show(request, filled)
    raise web.HTTPSeeOther(str(request.app.router["tasks_review"].url_for()) + "#meetings")


async def _show(request: web.Request, filled: Filled | None = None) -> web.Response:
    account = await account_in(request)
    day, follow_up = today_in(request), request.app[FOLLOW_UP]
    last_month = reviewing.month_before(day.day)

    def work(session: Session) -> dict[str, Any]:
        tasks = open_tasks(session, account.role, day)
        told = events_of(session, [task.id for task in tasks if not task.guarded])
        held = reviewing.meetings_since(session, last_month.replace(day=1))
        return {
            "units": reviewing.by_unit(tasks, follow_up.departments, day.day),
            "told": reviewing.last_words(told),
            "meetings": reviewing.latest_meetings(session),
            "this_month": reviewing.month_count(follow_up, held, day.day),
            "month_before": reviewing.month_count(follow_up, held, last_month),
        }

    _ = translator_of(request)
    return await render(
        request,
        "conclusions/review.html",
        status=422 if filled else 200,
        today=day.day,
        may_record=Right.FOLLOW_TASKS in account.rights,
        filled_values=filled.values if filled else {},
        mistakes={name: _(said) for name, said in filled.mistakes.items()} if filled else {},
        **await request.app[DATABASE].run(work),
    )
