"""Entering a supervision remark, answering it once, and the list of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from server.conclusions.ground import ground_of
from server.conclusions.tables import Task
from server.conclusions.task_pages import show_task
from server.data.columns import now
from server.people import audit
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.history import author_of
from server.petitions.record_page import show_record, to_record
from server.petitions.standing_forms import Filled
from server.petitions.tables import Petition
from server.supervision.forms import read_answer, read_remark, say
from server.supervision.parts import NAME, add_to_pages
from server.supervision.queries import (
    Asked,
    RemarkPage,
    Subject,
    count_open,
    said_on,
    search,
    subject_behind,
    subject_of_petition,
    subject_of_task,
)
from server.supervision.rules import Remark, RemarkFault, answer_faults, may_answer, may_remark, remark_faults
from server.supervision.tables import SupervisionRemark
from server.web.asked import page_in
from server.web.keys import DATABASE, HOME_REMINDERS, Reminder
from server.web.languages import N_, today
from server.web.shell import render, require

ASKED_WORDS: dict[Asked, str] = {
    Asked.OPEN: N_("Without an answer"),
    Asked.ANSWERED: N_("Answered"),
    Asked.ALL: N_("All remarks"),
}


def add_routes(app: web.Application) -> None:
    """After those of petitions and conclusions, on whose pages remarks stand."""
    app.router.add_get("/supervision", table, name="supervision")
    app.router.add_post(r"/petitions/{id:\d{1,9}}/remarks", of_petition, name="petition_remark")
    app.router.add_post(r"/tasks/{id:\d{1,9}}/remarks", of_task, name="task_remark")
    app.router.add_post(
        r"/petitions/{id:\d{1,9}}/remarks/{remark:\d{1,9}}", answer_of_petition, name="petition_answer"
    )
    app.router.add_post(r"/tasks/{id:\d{1,9}}/remarks/{remark:\d{1,9}}", answer_of_task, name="task_answer")
    add_to_pages(app)
    app[HOME_REMINDERS].append(reminders)


@require(Right.READ_TASKS)
async def table(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    asked = next((each for each in Asked if each == request.query.get("asked")), Asked.OPEN)
    page: RemarkPage = await request.app[DATABASE].run(
        search, account.role, asked, page_in(request.query.get("page", ""))
    )
    return await render(
        request,
        "supervision/list.html",
        page=page,
        asked=asked,
        asked_words=ASKED_WORDS,
        today=today(),
        address=lambda **changed: "?" + urlencode({"asked": str(asked), **changed}),
    )


@require(Right.REMARK)
async def of_petition(request: web.Request) -> web.StreamResponse:
    return await _remark(request, _petition)


@require(Right.REMARK)
async def of_task(request: web.Request) -> web.StreamResponse:
    return await _remark(request, _task)


@require(Right.ANSWER_REMARKS)
async def answer_of_petition(request: web.Request) -> web.StreamResponse:
    return await _answer(request, of_task=False)


@require(Right.ANSWER_REMARKS)
async def answer_of_task(request: web.Request) -> web.StreamResponse:
    return await _answer(request, of_task=True)


def _petition(session: Session, number: int) -> Subject:
    petition = session.get(Petition, number)
    if petition is None:
        raise web.HTTPNotFound
    return subject_of_petition(petition)


def _task(session: Session, number: int) -> Subject:
    task = session.get(Task, number)
    ground = None if task is None else ground_of(session, task.item_id)
    if task is None or ground is None:
        raise web.HTTPNotFound
    return subject_of_task(task, ground)


async def _remark(request: web.Request, find: Callable[[Session, int], Subject]) -> web.StreamResponse:
    account = await account_in(request)
    filled, wanted = read_remark(await request.post())

    def work(session: Session) -> Subject:
        subject = find(session, int(request.match_info["id"]))
        if not may_remark(account.role, subject.guards):
            raise web.HTTPForbidden
        say(filled, remark_faults(wanted, subject.since, today(), subject.names, said_on(session, subject)))
        if not filled.mistakes and wanted.made_on is not None:
            _write(session, account, subject, wanted, wanted.made_on)
        return subject

    subject = await request.app[DATABASE].run(work)
    return await _back(request, account, subject, filled)


def _write(session: Session, account: Account, subject: Subject, wanted: Remark, made_on: date) -> None:
    author = author_of(account)
    row = SupervisionRemark(
        petition_id=subject.petition_id,
        task_id=subject.task_id,
        made_on=made_on,
        addressee=wanted.addressee,
        words=wanted.words,
        document=wanted.document,
        recorded_by=author.actor,
        unit=author.unit,
    )
    session.add(row)
    session.flush()
    detail = {"remark": row.id, "made_on": str(made_on)}
    audit.record(session, author.actor, "supervision_remarked", _audited(subject), detail)


async def _answer(request: web.Request, *, of_task: bool) -> web.StreamResponse:
    """`remark` in the address is one of the petition or task that stands there."""
    account = await account_in(request)
    number = int(request.match_info["remark"])
    filled, wanted = read_answer(await request.post(), number)

    def work(session: Session) -> Subject:
        row = session.get(SupervisionRemark, number)
        subject = None if row is None else subject_behind(session, row)
        of_page = None if row is None else row.task_id if of_task else row.petition_id
        if row is None or subject is None or of_page != int(request.match_info["id"]):
            raise web.HTTPNotFound
        if not may_answer(account.role, subject.guards):
            raise web.HTTPForbidden
        if row.answered_on is not None:
            say(filled, {"answer": RemarkFault.ANSWERED})
        say(filled, answer_faults(wanted, row.made_on, today(), subject.names))
        if filled.mistakes:
            return subject
        author = author_of(account)
        row.answered_on, row.answer, row.answer_document = wanted.answered_on, wanted.words, wanted.document
        row.answered_at, row.answered_by, row.answering_unit = now(), author.actor, author.unit
        session.add(row)
        detail = {"remark": row.id, "answered_on": str(wanted.answered_on)}
        audit.record(session, author.actor, "supervision_answered", _audited(subject), detail)
        return subject

    subject = await request.app[DATABASE].run(work)
    return await _back(request, account, subject, filled)


async def _back(request: web.Request, account: Account, subject: Subject, filled: Filled) -> web.StreamResponse:
    """To the page on which the remark stands; with mistakes, as it was filled in."""
    if not filled.mistakes:
        if subject.petition_id is not None:
            raise to_record(request, subject.petition_id, NAME)
        raise web.HTTPSeeOther(f"{request.app.router['task'].url_for(id=str(subject.task_id))}#{NAME}")
    if subject.petition_id is None:
        return await show_task(request, filled=filled)
    return await show_record(request, account, subject.petition_id, filled=filled)


def _audited(subject: Subject) -> str:
    return f"task:{subject.task_id}" if subject.petition_id is None else f"petition:{subject.petition_id}"


async def reminders(request: web.Request) -> Sequence[Reminder]:
    """For who answers; a supervisor has the list."""
    account = await account_in(request)
    if Right.ANSWER_REMARKS not in account.rights:
        return ()
    count = await request.app[DATABASE].run(count_open, account.role)
    address = str(request.app.router["supervision"].url_for())
    return [Reminder(N_("Supervision remarks without an answer"), count, address)]
