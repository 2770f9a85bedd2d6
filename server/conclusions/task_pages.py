"""One task with its history, and recording what became of it: by the office, or by an officer of its unit.

That officer is shown what the task itself says, and is told of no other: what is not the unit's is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel import Session, select

from server.conclusions.acts import TaskFacts, asks_document, asks_words, next_acts
from server.conclusions.asking import note_reading, readable_ground, today_in
from server.conclusions.following import ActRefused, events_of, facts_of, record_act
from server.conclusions.forms import TASK_MOVED_ON, read_act, read_reply, sentences
from server.conclusions.ground import ItemGround, ground_of
from server.conclusions.own_units import OwnUnit, account_behind, author_in, own_tasks, said_by_unit
from server.conclusions.queries import TaskView, views_of
from server.conclusions.rules import ACT_WORDS, may_read, may_record
from server.conclusions.standing import DAY_WARNINGS, day_warning
from server.conclusions.tables import Conclusion, ConclusionTask, Task, TaskAct, TaskEvent, Urging
from server.conclusions.task_parts import TASK_PARTS, FilledTaskPart, filled_parts
from server.conclusions.urging import record_reply, reply_faults
from server.people import audit
from server.people.accounts import names_of_accounts, subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.history_lines import Line
from server.petitions.standing import TERMS
from server.petitions.standing_forms import Filled
from server.rooms.departments import DEPARTMENTS
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, require, translator_of


def add_routes(app: web.Application) -> None:
    app.router.add_get(r"/tasks/{id:\d{1,9}}", show, name="task")
    app.router.add_post(r"/tasks/{id:\d{1,9}}/acts", record, name="task_act")
    app.router.add_post(r"/tasks/{id:\d{1,9}}/letters/{letter:\d{1,9}}/reply", note_reply, name="letter_reply")


@dataclass(frozen=True, slots=True)
class _Shown:
    task: TaskView
    wording: ConclusionTask
    document: str  # number of the conclusion it stands in
    ground: ItemGround
    facts: TaskFacts
    events: list[tuple[TaskEvent, str]]  # with the name of who wrote it; newest first
    acts: list[TaskAct]
    own: bool  # whoever looks is of the unit, and sees no more than this page
    parts: list[FilledTaskPart]

    @property
    def history(self) -> list[tuple[TaskEvent | Line, str]]:
        """The events and what other features say, each with who wrote it; the newest first."""
        lines = [(line, line.by) for filled in self.parts for line in filled.part.history(filled.content)]
        return sorted([*self.events, *lines], key=lambda each: each[0].recorded_at, reverse=True)


@require(Right.READ_TASKS, Right.ANSWER_TASKS)
async def show(request: web.Request) -> web.StreamResponse:
    return await show_task(request, opened=True)


@require(Right.FOLLOW_TASKS, Right.ANSWER_TASKS)
async def record(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    filled, wanted = read_act(await request.post())

    def work(session: Session) -> None:
        task, ground, unit = _task(request, session, account)
        if wanted.act is not None and not may_record(account.role, wanted.act, ground.guards):
            raise web.HTTPForbidden
        if filled.values["after"] != str(len(events_of(session, [task.id or 0]))):
            filled.mistakes = {"act": TASK_MOVED_ON}
        if filled.mistakes:
            return
        before = task.state
        record_act(session, task, ground, wanted, author_in(account, unit), today())
        detail = {"act": wanted.act, "from": before, "to": task.state, "holds_on": str(wanted.holds_on)}
        if wanted.due_on is not None:
            detail["due_on"] = str(wanted.due_on)
        if unit is not None:
            detail["unit"] = unit.code or unit.name
        audit.record(session, subject_of(account), "task_recorded", f"task:{task.id}", detail)

    try:
        await request.app[DATABASE].run(work)
    except ActRefused as refused:
        filled.mistakes = sentences(refused.faults)
    if filled.mistakes:
        return await show_task(request, filled=filled)
    raise web.HTTPSeeOther(str(request.app.router["task"].url_for(id=request.match_info["id"])))


@require(Right.FOLLOW_TASKS, Right.ANSWER_TASKS)
async def note_reply(request: web.Request) -> web.StreamResponse:
    """The unit replied to an urging letter, which `letter` in the address names by its document."""
    account = await account_in(request)
    filled, replied_on, document = read_reply(await request.post(), request.match_info["letter"])

    def work(session: Session) -> None:
        task, _ground, unit = _task(request, session, account)
        wanted = select(Urging).where(Urging.task_id == task.id)
        row = session.exec(wanted.where(Urging.document_id == int(request.match_info["letter"]))).first()
        if row is None:
            raise web.HTTPNotFound
        filled.mistakes |= sentences(reply_faults(row, replied_on, document, today()))
        if filled.mistakes or replied_on is None or row.replied_on is not None:  # it was entered meanwhile
            return
        record_reply(session, row, replied_on, document, author_in(account, unit))
        detail = {"document": row.document_id, "replied_on": str(replied_on)}
        if unit is not None:
            detail["unit"] = unit.code or unit.name
        audit.record(session, subject_of(account), "urging_replied", f"task:{task.id}", detail)

    await request.app[DATABASE].run(work)
    if filled.mistakes:
        return await show_task(request, filled=filled)
    raise web.HTTPSeeOther(f"{request.app.router['task'].url_for(id=request.match_info['id'])}#letters")


def _task(request: web.Request, session: Session, account: Account) -> tuple[Task, ItemGround, OwnUnit | None]:
    """With the unit for which the account speaks; None where it does for the office."""
    task = session.get(Task, int(request.match_info["id"]))
    if task is None:
        raise web.HTTPNotFound
    own = own_tasks(session, account, request.app[DEPARTMENTS], today())
    if own is None:
        return task, readable_ground(session, account, task.item_id), None
    unit, ground = own.get(task.id or 0), ground_of(session, task.item_id)
    if unit is None or ground is None or not may_read(account.role, ground.guards):
        raise web.HTTPNotFound
    return task, ground, unit


async def show_task(request: web.Request, *, opened: bool = False, filled: Filled | None = None) -> web.Response:
    """The task that the address names; `filled`: a form of the page with its mistakes."""
    account = await account_in(request)
    day = today_in(request)

    def work(session: Session) -> _Shown:
        task, ground, unit = _task(request, session, account)
        if opened:
            note_reading(session, account, ground, "task_read", f"task:{task.id}")
        names = names_of_accounts(session)
        events = events_of(session, [task.id or 0])
        facts = facts_of(session, task, ground)
        wording = session.get_one(ConclusionTask, task.wording_id)
        return _Shown(
            task=views_of(session, [task], day)[0],
            wording=wording,
            document=session.get_one(Conclusion, wording.conclusion_id).document,
            ground=ground,
            facts=facts,
            events=[(event, names.get(account_behind(event.recorded_by), "")) for event in reversed(events)],
            acts=[act for act in next_acts(facts) if may_record(account.role, act, ground.guards)],
            own=unit is not None,
            parts=filled_parts(request.app[TASK_PARTS], session, task, ground, account),
        )

    shown = await request.app[DATABASE].run(work)
    warning = day_warning(request.app[TERMS].calendar, shown.task.due_on)
    return await render(
        request,
        "conclusions/task.html",
        status=422 if filled else 200,
        shown=shown,
        today=day.day,
        warning=DAY_WARNINGS[warning] if warning else "",
        act_words=ACT_WORDS,
        said_by_unit=said_by_unit,
        may_follow=not account.rights.isdisjoint({Right.FOLLOW_TASKS, Right.ANSWER_TASKS}),
        **_asked(shown),
        **_mistakes(request, filled),
    )


def _asked(shown: _Shown) -> dict[str, Any]:
    return {
        "with_words": {act for act in shown.acts if asks_words(act, shown.facts)},
        "with_document": {act for act in shown.acts if asks_document(act, shown.facts)},
    }


def _mistakes(request: web.Request, filled: Filled | None) -> dict[str, Any]:
    _ = translator_of(request)
    return {
        "filled_form": filled.form if filled else "",
        "filled_values": filled.values if filled else {},
        "mistakes": {name: _(said) for name, said in filled.mistakes.items()} if filled else {},
    }
