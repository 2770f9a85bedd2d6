"""The documents of one reception, and drawing up a new one; and all pages of documents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from aiohttp import web
from sqlmodel import Session

from server.conclusions.asking import FOLLOW_UP, readable_ground, today_in
from server.conclusions.tables import Task
from server.data.columns import now
from server.documents import document_pages, dossier_part, issuing_pages
from server.documents.drawing_up import draw_up
from server.documents.filling import Filling
from server.documents.fonts import FACES
from server.documents.ground import Ground, ground_of_task, may_begin_now, needs_own_slips
from server.documents.kinds import OF_AN_ITEM
from server.documents.letterheads import Letterheads
from server.documents.listing import ReceptionDocuments, documents_of
from server.documents.rules import drafts
from server.documents.tables import DocumentKind, OfficialDocument
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.history import author_of
from server.petitions.standing import TERMS
from server.receptions.offices import OFFICES
from server.receptions.queries import recording_of
from server.receptions.recorded_time import RECORDINGS_DIRECTORY, RecordedTime, read_recorded_time
from server.receptions.tables import Reception
from server.web.asked import whole
from server.web.keys import CATALOGS, DATABASE
from server.web.shell import render, require
from server.web.statics import FrontEndMissing

_Find = Callable[[Session, Account], Ground]
LETTERHEADS = web.AppKey("LETTERHEADS", Letterheads)
"""The composition root reads them at start."""


def add_routes(app: web.Application, letterheads: Letterheads) -> None:
    """Needs TERMS and RECORDINGS_DIRECTORY in `app` when a page is asked for. Raises FrontEndMissing where the
    font of the documents is not installed."""
    if not all(path.is_file() for path in FACES.values()):
        raise FrontEndMissing("The font of the documents is not installed: run `make install` first.")
    app[LETTERHEADS] = letterheads
    router = app.router
    router.add_get(r"/receptions/{id:\d{1,9}}/documents", table, name="reception_documents")
    router.add_post(r"/receptions/{id:\d{1,9}}/documents", of_reception)
    router.add_post(r"/receptions/{id:\d{1,9}}/items/{item:\d{1,9}}/documents", of_item, name="item_documents")
    router.add_post(r"/tasks/{id:\d{1,9}}/documents", of_task, name="task_documents")
    document_pages.add_routes(app)
    issuing_pages.add_routes(app)
    dossier_part.add_to_dossier(app)


@require(Right.READ_DOCUMENTS)
async def table(request: web.Request) -> web.StreamResponse:
    account, today = await account_in(request), today_in(request)

    def work(session: Session) -> ReceptionDocuments | None:
        return documents_of(session, int(request.match_info["id"]), account.role, today)

    found = await request.app[DATABASE].run(work)
    if found is None:
        raise web.HTTPNotFound
    return await render(
        request, "documents/reception.html", shown=found, reception=found.reception, today=today.day
    )


@require(Right.DRAFT_DOCUMENTS)
async def of_reception(request: web.Request) -> web.StreamResponse:
    def find(session: Session, account: Account) -> Ground:
        reception = session.get(Reception, int(request.match_info["id"]))
        if reception is None:
            raise web.HTTPNotFound
        return Ground(reception)

    return await _draw_up(request, find, (DocumentKind.NOBODY_CAME,))


@require(Right.DRAFT_DOCUMENTS)
async def of_item(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    own = whole(str(form.get("petition", "")), 9) if form.get("kind") == DocumentKind.APPOINTMENT else None

    def find(session: Session, account: Account) -> Ground:
        info = request.match_info
        item = readable_ground(session, account, int(info["item"]), int(info["id"]))
        if own is not None and own not in item.petition_ids:
            raise web.HTTPNotFound
        return Ground(item.reception, item, petition_id=own if needs_own_slips(item) else None)

    return await _draw_up(request, find, OF_AN_ITEM)


@require(Right.DRAFT_DOCUMENTS)
async def of_task(request: web.Request) -> web.StreamResponse:
    def find(session: Session, account: Account) -> Ground:
        task = session.get(Task, int(request.match_info["id"]))
        if task is None:
            raise web.HTTPNotFound
        readable_ground(session, account, task.item_id)
        return ground_of_task(session, task)

    return await _draw_up(request, find, (DocumentKind.URGING,))


async def _draw_up(request: web.Request, find: _Find, kinds: tuple[DocumentKind, ...]) -> web.StreamResponse:
    """Goes on to the draft of what was drawn up, or to the document that was there already."""
    account, today = await account_in(request), today_in(request)
    came = (await request.post()).get("kind")
    kind = next((kind for kind in kinds if kind == came), None)
    if kind is None:
        raise web.HTTPBadRequest
    filling = Filling(
        request.app[LETTERHEADS].on(today.day),
        today.day,
        account.display_name,
        request.app[CATALOGS].translator("vi"),
        lambda code: request.app[OFFICES].name(code, "vi"),
        request.app[FOLLOW_UP].reply_due_on(today.day, request.app[TERMS].calendar),
    )
    signature = account.acting.signature | {"signer": account.display_name} if account.acting is not None else {}
    reception_id = await request.app[DATABASE].run(lambda session: find(session, account).reception.id or 0)
    recorded = await _recorded(request, reception_id)

    def work(session: Session) -> tuple[OfficialDocument, bool]:
        ground = find(session, account)
        if not drafts(account.role, kind, ground.guards):
            raise web.HTTPForbidden
        if not may_begin_now(session, kind, ground, today):
            raise web.HTTPNotFound
        author = author_of(account)
        document, new = draw_up(session, kind, ground, filling, recorded, author, today, now(), signature)
        if new:
            detail = {"kind": kind, "about": ground.subject, "ordinal": document.ordinal}
            audit.record(session, subject_of(account), "document_drawn_up", f"document:{document.id}", detail)
        return document, new

    document, new = await request.app[DATABASE].run(work)
    route = "document_draft" if new else "document"
    raise web.HTTPSeeOther(str(request.app.router[route].url_for(id=str(document.id))))


async def _recorded(request: web.Request, reception_id: int) -> RecordedTime | None:
    """What the manifest says; None where nothing was recorded."""
    recording = await request.app[DATABASE].run(recording_of, reception_id)
    if recording is None:
        return None
    folder: Path = request.app[RECORDINGS_DIRECTORY] / recording.folder
    return await asyncio.to_thread(read_recorded_time, folder)
