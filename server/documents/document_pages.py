"""One document: its versions, writing the draft, and correcting what was issued."""

from __future__ import annotations

from aiohttp import web
from sqlmodel import Session

from server.documents import versions
from server.documents.asking import id_in, subject_of_document, to_page, with_document, writable
from server.documents.document_view import Shown, shown_to
from server.documents.forms import DRAFT_MOVED_ON, Filled, read_form, sentences
from server.documents.ground import Ground, note_reading, readable
from server.documents.kinds import KINDS
from server.documents.rules import reply_due_in
from server.documents.tables import OfficialDocument
from server.documents.vietnamese import short_day
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.history import author_of
from server.web.keys import DATABASE
from server.web.shell import render, require, translator_of

_DOCUMENT = r"/documents/{id:\d{1,9}}"
_FROM_THE_PAGE = "HX-Request"
"""The header of a saving that the page does by itself while somebody writes."""


def add_routes(app: web.Application) -> None:
    router = app.router
    router.add_get(_DOCUMENT, show, name="document")
    router.add_get(_DOCUMENT + "/draft", edit, name="document_draft")
    router.add_post(_DOCUMENT + "/draft", save)
    router.add_post(_DOCUMENT + "/correct", correct, name="document_correct")
    router.add_post(_DOCUMENT + "/discard", discard, name="document_discard")


@require(Right.READ_DOCUMENTS)
async def show(request: web.Request) -> web.StreamResponse:
    return await show_document(request, opened=True)


async def show_document(request: web.Request, *, opened: bool = False, mistake: str = "") -> web.Response:
    account = await account_in(request)

    def work(session: Session) -> Shown:
        document, ground = readable(session, account, id_in(request))
        found = shown_to(session, account, document, ground)
        if opened:
            note_reading(session, account, ground, document)
        return found

    shown = await request.app[DATABASE].run(work)
    _ = translator_of(request)
    return await render(
        request,
        "documents/document.html",
        status=422 if mistake else 200,
        shown=shown,
        rule=KINDS[shown.document.kind],
        stamp=versions.stamp_of(shown.draft) if shown.draft else "",
        missing={name: _(said) for name, said in sentences(shown.missing).items()},
        mistakes={"confirmed": _(mistake)} if mistake else {},
    )


# --- the draft -------------------------------------------------------------------------------------


@require(Right.DRAFT_DOCUMENTS)
async def edit(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)

    def work(session: Session) -> tuple[OfficialDocument, Ground, Filled]:
        document, ground = writable(request, session, account)
        draft = versions.draft_in(versions.versions_of(session, document.id or 0))
        if draft is None:  # it is issued: the way to change it is a correction
            raise to_page(request, "document")
        note_reading(session, account, ground, document)
        content = versions.content_of(draft)
        return document, ground, Filled(versions.stamp_of(draft), draft.symbol, draft.reason, content, {})

    document, ground, filled = await request.app[DATABASE].run(work)
    return await _form(request, document, ground, filled)


@require(Right.DRAFT_DOCUMENTS)
async def save(request: web.Request) -> web.StreamResponse:
    """What the page saves by itself is answered with the form, of which it takes the line that says so."""
    account = await account_in(request)
    form = await request.post()
    by_itself = _FROM_THE_PAGE in request.headers

    def work(session: Session) -> tuple[OfficialDocument, Ground, Filled, str]:
        document, ground = writable(request, session, account)
        filled = read_form(document.kind, form, ground.names)
        if filled.faults:
            return document, ground, filled, ""
        _follow_the_day(session, document, filled.content)
        try:
            row = versions.save(
                session,
                document,
                filled.symbol,
                filled.content,
                filled.reason,
                filled.stamp,
                author_of(account),
            )
        except versions.MovedOn:
            return document, ground, filled, DRAFT_MOVED_ON
        if not by_itself:
            detail = {"version": row.number}
            audit.record(
                session, subject_of(account), "document_draft_saved", subject_of_document(document), detail
            )
        filled.stamp = versions.stamp_of(row)
        return document, ground, filled, ""

    document, ground, filled, moved_on = await request.app[DATABASE].run(work)
    if moved_on or filled.faults or by_itself:
        return await _form(request, document, ground, filled, moved_on=moved_on, saved=by_itself)
    raise to_page(request, "document")


def _follow_the_day(session: Session, document: OfficialDocument, content: dict[str, str]) -> None:
    """Another day of reply was chosen: where the text still names the former one it names the new one."""
    draft = versions.draft_in(versions.versions_of(session, document.id or 0))
    former = None if draft is None else reply_due_in(versions.content_of(draft))
    chosen = reply_due_in(content)
    if former is not None and chosen is not None and former != chosen:
        content["demand"] = content["demand"].replace(short_day(former), short_day(chosen))


async def _form(
    request: web.Request,
    document: OfficialDocument,
    ground: Ground,
    filled: Filled,
    *,
    moved_on: str = "",
    saved: bool = False,
) -> web.Response:
    _ = translator_of(request)
    wrong = bool(filled.faults or moved_on)
    return await render(
        request,
        "documents/draft.html",
        status=422 if wrong and _FROM_THE_PAGE not in request.headers else 200,
        document=document,
        ground=ground,
        rule=KINDS[document.kind],
        filled=filled,
        corrects=not filled.stamp.startswith("1."),
        mistakes={name: _(said) for name, said in sentences(filled.faults).items()},
        moved_on=_(moved_on) if moved_on else "",
        saved=saved and not wrong,
    )


@require(Right.DRAFT_DOCUMENTS)
async def correct(request: web.Request) -> web.StreamResponse:
    def work(session: Session, document: OfficialDocument, account: Account) -> None:
        row = versions.begin_correction(session, document, author_of(account))
        detail = {"version": row.number}
        audit.record(
            session, subject_of(account), "document_correction_begun", subject_of_document(document), detail
        )

    await with_document(request, work)
    raise to_page(request, "document_draft")


@require(Right.DRAFT_DOCUMENTS)
async def discard(request: web.Request) -> web.StreamResponse:
    stamp = str((await request.post()).get("stamp", ""))
    gone_from: list[int] = []

    def work(session: Session, document: OfficialDocument, account: Account) -> None:
        reception_id = document.reception_id
        audit.record(session, subject_of(account), "document_draft_discarded", subject_of_document(document))
        if versions.discard_draft(session, document, stamp):
            gone_from.append(reception_id)

    await with_document(request, work)
    if gone_from:
        address = request.app.router["reception_documents"].url_for(id=str(gone_from[0]))
        raise web.HTTPSeeOther(str(address))
    raise to_page(request, "document")
