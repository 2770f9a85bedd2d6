"""Issuing a document, and handing out its files."""

from __future__ import annotations

import asyncio

from aiohttp import hdrs, web
from sqlmodel import Session

from server.data.columns import now
from server.documents import versions
from server.documents.asking import id_in, subject_of_document, to_page, with_document, writable
from server.documents.document_pages import show_document
from server.documents.document_view import missing_of, shown_to
from server.documents.ground import note_reading, readable
from server.documents.kinds import KINDS
from server.documents.printing import printed
from server.documents.rules import issues
from server.documents.tables import DocumentKind, DocumentVersion, OfficialDocument
from server.documents.versions import Files, note_urging
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.history import author_of
from server.petitions.standing_forms import NOT_CONFIRMED
from server.web.keys import DATABASE
from server.web.shell import require

_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def add_routes(app: web.Application) -> None:
    router = app.router
    router.add_post(r"/documents/{id:\d{1,9}}/issue", issue, name="document_issue")
    for type_ in _TYPES:
        address = r"/documents/{id:\d{1,9}}/versions/{number:\d{1,4}}/" + type_
        router.add_get(address, file, name=f"document_{type_}")


@require(Right.ISSUE_DOCUMENTS)
async def issue(request: web.Request) -> web.StreamResponse:
    """The files are made outside the database's thread; what was saved meanwhile is not issued unseen."""
    account = await account_in(request)
    form = await request.post()
    if form.get("confirmed") != "yes":
        return await show_document(request, mistake=NOT_CONFIRMED)
    stamp, at = str(form.get("stamp", "")), now()

    def look(session: Session) -> tuple[DocumentKind, DocumentVersion] | None:
        document, ground = writable(request, session, account)
        if not issues(account.role, document.kind, ground.guards):
            raise web.HTTPForbidden
        draft = versions.draft_in(versions.versions_of(session, document.id or 0))
        if draft is None or versions.stamp_of(draft) != stamp or missing_of(document.kind, draft, ground):
            return None
        return document.kind, draft

    found = await request.app[DATABASE].run(look)
    if found is None:  # the page says what is missing, or what there is now
        raise to_page(request, "document")
    kind, draft = found
    files = await asyncio.to_thread(printed, kind, draft, at)

    def work(session: Session, document: OfficialDocument, account: Account) -> None:
        row = versions.issue(session, document, stamp, files, author_of(account), at)
        detail = {
            "kind": kind,
            "version": row.number,
            "pdf_sha256": row.pdf_sha256,
            "docx_sha256": row.docx_sha256,
        }
        note_urging(session, document, row)
        audit.record(session, subject_of(account), "document_issued", subject_of_document(document), detail)

    await with_document(request, work)
    raise to_page(request, "document")


@require(Right.READ_DOCUMENTS)
async def file(request: web.Request) -> web.StreamResponse:
    """Of an issued version the bytes that were issued; of a draft what it would be, marked as a draft."""
    account = await account_in(request)
    number, type_ = int(request.match_info["number"]), request.path.rpartition("/")[2]

    def work(session: Session) -> tuple[OfficialDocument, DocumentVersion, Files]:
        document, ground = readable(session, account, id_in(request))
        shown = shown_to(session, account, document, ground)
        offered = [*shown.issued, *([shown.draft] if shown.draft else [])]
        version = next((each for each in offered if each.number == number), None)
        if version is None or not version.content:
            raise web.HTTPNotFound
        note_reading(session, account, ground, document)
        return document, version, versions.files_of(session, version)

    document, version, files = await request.app[DATABASE].run(work)
    if version.issued_at is None:
        files = await asyncio.to_thread(printed, document.kind, version, version.written_at, draft=True)
    name = f"{KINDS[document.kind].slug}-{document.id}-{version.number}.{type_}"
    shown_as = "inline" if type_ == "pdf" else "attachment"
    return web.Response(
        body=files.pdf if type_ == "pdf" else files.docx,
        headers={
            hdrs.CONTENT_TYPE: _TYPES[type_],
            hdrs.CONTENT_DISPOSITION: f'{shown_as}; filename="{name}"',
            hdrs.CACHE_CONTROL: "no-store",
        },
    )
