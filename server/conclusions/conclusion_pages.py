"""The conclusion of one agenda item: reading it, drafting it while it is heard, issuing and correcting it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.conclusions import versions
from server.conclusions.asking import FOLLOW_UP, note_reading, readable_ground, today_in
from server.conclusions.assignees import label_of, units_of
from server.conclusions.conclusion_view import conclusion_view
from server.conclusions.drafting import MOST_TASKS, Draft, wrong_in
from server.conclusions.forms import (
    DRAFT_MOVED_ON,
    FilledDraft,
    read_draft,
    sentences,
    shown_draft,
)
from server.conclusions.ground import ItemGround
from server.conclusions.rules import may_draft, may_issue
from server.data.columns import now
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.history import author_of
from server.petitions.standing import TERMS
from server.petitions.standing_forms import NOT_CONFIRMED
from server.rooms.queries import rooms_on
from server.rooms.tables import Room
from server.web.keys import DATABASE
from server.web.shell import render, require, translator_of

_ITEM = r"/receptions/{id:\d{1,9}}/items/{item:\d{1,9}}/conclusion"
_FROM_THE_PAGE = "HX-Request"
"""The header of a saving that the page does by itself while somebody writes."""


def add_routes(app: web.Application) -> None:
    router = app.router
    router.add_get(_ITEM, show, name="conclusion")
    router.add_get(_ITEM + "/draft", edit, name="conclusion_draft")
    router.add_post(_ITEM + "/draft", save)
    router.add_post(_ITEM + "/correct", correct, name="conclusion_correct")
    router.add_post(_ITEM + "/discard", discard, name="conclusion_discard")
    router.add_post(_ITEM + "/issue", issue, name="conclusion_issue")


@require(Right.READ_TASKS)
async def show(request: web.Request) -> web.StreamResponse:
    return await _show(request, opened=True)


async def _show(
    request: web.Request, *, opened: bool = False, mistakes: dict[str, str] | None = None
) -> web.Response:
    account = await account_in(request)
    calendar, day = request.app[TERMS].calendar, today_in(request)

    def work(session: Session) -> Any:
        ground = _ground(request, session, account)
        if opened:
            note_reading(session, account, ground, "conclusion_read", _subject(ground))
        return conclusion_view(session, ground, account.role, calendar, day)

    view = await request.app[DATABASE].run(work)
    _ = translator_of(request)
    return await render(
        request,
        "conclusions/conclusion.html",
        status=422 if mistakes else 200,
        view=view,
        today=day.day,
        mistakes={name: _(said) for name, said in (mistakes or {}).items()},
        missing={name: _(said) for name, said in sentences(view.missing).items()},
    )


@require(Right.DRAFT_CONCLUSIONS)
async def edit(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)

    def work(session: Session) -> tuple[ItemGround, FilledDraft, set[str], list[Room]]:
        ground = _writable(request, session, account)
        known = versions.versions_of(session, ground.item_id)
        draft = versions.draft_in(known)
        if known and draft is None:  # it is issued: the way to change it is a correction
            raise _to(request, "conclusion")
        note_reading(session, account, ground, "conclusion_read", _subject(ground))
        units = _units(session, ground)
        kept = versions.as_draft(session, draft) if draft else Draft()
        over = versions.confirmed_numbers(session, ground.item_id)
        return ground, shown_draft(kept, versions.stamp_of(known), units), over, units

    ground, filled, over, units = await request.app[DATABASE].run(work)
    return await _form(request, ground, filled, units, over)


@require(Right.DRAFT_CONCLUSIONS)
async def save(request: web.Request) -> web.StreamResponse:
    """A form with `add` goes on with another task; without, to the conclusion as it would be issued. What the page
    saves by itself is answered with the form, of which it takes the line that says so."""
    account = await account_in(request)
    form = await request.post()
    by_itself = _FROM_THE_PAGE in request.headers

    def work(session: Session) -> tuple[ItemGround, FilledDraft, list[Room], set[str], str]:
        ground = _writable(request, session, account)
        units, over = _units(session, ground), versions.confirmed_numbers(session, ground.item_id)
        filled = read_draft(form, units, request.app[FOLLOW_UP].departments.on(ground.held_on))
        known = versions.versions_of(session, ground.item_id)
        judged = versions.judged_by(ground, known)
        filled.faults = {**wrong_in(filled.draft, judged), **filled.faults}
        if filled.faults:
            return ground, filled, units, over, ""
        before = versions.draft_in(known)
        was_mine = before is not None and before.written_by == subject_of(account)
        try:
            row = versions.save_draft(session, ground, filled.draft, filled.stamp, author_of(account))
        except versions.DraftRefused as refused:
            filled.faults = dict(refused.faults)
            return ground, filled, units, over, ""
        except versions.MovedOn:
            return ground, filled, units, over, DRAFT_MOVED_ON
        if not (by_itself and was_mine):
            detail = {"version": row.number, "tasks": len(filled.draft.tasks)}
            audit.record(session, subject_of(account), "conclusion_draft_saved", _subject(ground), detail)
        filled.stamp = versions.stamp_of([row])
        return ground, filled, units, over, ""

    ground, filled, units, over, moved_on = await request.app[DATABASE].run(work)
    if moved_on or filled.faults or by_itself:
        return await _form(request, ground, filled, units, over, moved_on=moved_on, saved=by_itself)
    raise _to(request, "conclusion_draft", "last-task") if form.get("add") else _to(request, "conclusion")


@require(Right.DRAFT_CONCLUSIONS)
async def correct(request: web.Request) -> web.StreamResponse:
    def work(session: Session, ground: ItemGround, account: Account) -> None:
        row = versions.begin_correction(session, ground, author_of(account))
        detail = {"version": row.number}
        audit.record(session, subject_of(account), "conclusion_correction_begun", _subject(ground), detail)

    await _with_item(request, work)
    raise _to(request, "conclusion_draft")


@require(Right.DRAFT_CONCLUSIONS)
async def discard(request: web.Request) -> web.StreamResponse:
    stamp = str((await request.post()).get("stamp", ""))

    def work(session: Session, ground: ItemGround, account: Account) -> None:
        versions.discard_draft(session, ground, stamp)
        audit.record(session, subject_of(account), "conclusion_draft_discarded", _subject(ground))

    await _with_item(request, work)
    raise _to(request, "conclusion")


@require(Right.ISSUE_CONCLUSIONS)
async def issue(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    if form.get("confirmed") != "yes":
        return await _show(request, mistakes={"confirmed": NOT_CONFIRMED})

    def work(session: Session, ground: ItemGround, account: Account) -> None:
        if not may_issue(account.role, ground.guards):
            raise web.HTTPForbidden
        row = versions.issue(session, ground, str(form.get("stamp", "")), author_of(account), now())
        detail = {"version": row.number, "tasks": len(versions.rows_of(session, row.id or 0))}
        audit.record(session, subject_of(account), "conclusion_issued", _subject(ground), detail)

    try:
        await _with_item(request, work)
    except versions.DraftRefused:  # the page says what is missing
        return await _show(request, mistakes={"issue": ""})
    raise _to(request, "conclusion")


# --- shared ----------------------------------------------------------------------------------------


async def _with_item(request: web.Request, work: Callable[[Session, ItemGround, Account], None]) -> None:
    """Who was overtaken by somebody else is shown what there is now."""
    account = await account_in(request)

    def unit(session: Session) -> None:
        work(session, _writable(request, session, account), account)

    try:
        await request.app[DATABASE].run(unit)
    except versions.MovedOn:
        raise _to(request, "conclusion") from None


def _ground(request: web.Request, session: Session, account: Account) -> ItemGround:
    reception_id, item_id = int(request.match_info["id"]), int(request.match_info["item"])
    return readable_ground(session, account, item_id, reception_id)


def _writable(request: web.Request, session: Session, account: Account) -> ItemGround:
    ground = _ground(request, session, account)
    if not may_draft(account.role, ground.guards):
        raise web.HTTPForbidden
    if not ground.called:
        raise web.HTTPNotFound
    return ground


def _units(session: Session, ground: ItemGround) -> list[Room]:
    return units_of(rooms_on(session, ground.held_on))


def _subject(ground: ItemGround) -> str:
    return f"item:{ground.item_id}"


def _to(request: web.Request, route: str, part: str | None = None) -> web.HTTPSeeOther:
    info = request.match_info
    address = request.app.router[route].url_for(id=info["id"], item=info["item"])
    return web.HTTPSeeOther(str(address.with_fragment(part)))


async def _form(
    request: web.Request,
    ground: ItemGround,
    filled: FilledDraft,
    units: list[Room],
    over: set[str],
    *,
    moved_on: str = "",
    saved: bool = False,
) -> web.Response:
    _ = translator_of(request)
    wrong = bool(filled.faults or moved_on)
    blank = {"content": "", "assignee": "", "due_on": "", "person": "", "report_to": "", "number": ""}
    kept = [task for task in filled.tasks if task["number"] not in over]
    rows = [*kept, blank] if len(kept) < MOST_TASKS else kept
    return await render(
        request,
        "conclusions/draft.html",
        status=422 if wrong and _FROM_THE_PAGE not in request.headers else 200,
        ground=ground,
        stamp=filled.stamp,
        values=filled.values,
        rows=rows,
        over=len(over),
        corrects=not filled.stamp.startswith(("0", "1.")),
        mistakes={name: _(said) for name, said in sentences(filled.faults).items()},
        moved_on=_(moved_on) if moved_on else "",
        saved=saved and not wrong,
        labels=[label_of(unit) for unit in units],
        departments=request.app[FOLLOW_UP].departments.on(ground.held_on),
    )
