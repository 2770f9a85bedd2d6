"""Attaching a file to a petition, handing it out, and withdrawing it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web
from sqlmodel import Session

from server.attachments.file_types import TYPES
from server.attachments.forms import sentences
from server.attachments.queries import (
    Attached,
    TooMany,
    attach,
    attached_to,
    attachment_of,
    destroy_all,
    files_in_use,
    withdraw,
)
from server.attachments.rules import (
    FORM_WORDS,
    WITHDRAWAL_WORDS,
    AttachmentFault,
    Faults,
    may_read,
    may_write,
    reading_is_noted,
    wrong_in,
)
from server.attachments.shelf import DiskFull, Incoming, Shelf
from server.attachments.tables import Attachment, Withdrawal
from server.attachments.upload import Upload, read_upload
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.dossier import Part, add_part
from server.petitions.history import author_of
from server.petitions.record_page import editable, show_record, to_record
from server.petitions.standing_forms import Filled
from server.petitions.tables import Petition, PetitionKind
from server.web.keys import DATABASE
from server.web.languages import N_
from server.web.nul import streamed
from server.web.shell import require, translator_of, wants_page

NAME = "attachments"
_PETITION = r"/petitions/{id:\d{1,9}}/attachments"
_ONE = _PETITION + r"/{number:\d{1,4}}"
_NO_SCRIPT = "default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the template of the part gets."""

    attached: Attached
    most_bytes: int
    form_words: dict[Any, str]
    withdrawal_words: dict[Any, str]

    @property
    def count(self) -> int:
        return self.attached.count


@dataclass(frozen=True, slots=True)
class Attachments:
    """`most_bytes`: of one file."""

    shelf: Shelf
    most_bytes: int

    def read(self, session: Session, petition: Petition, account: Account) -> _Shown:
        if petition.kind == PetitionKind.DENUNCIATION:
            found = Attached([], 0, may_add=False, may_add_confidential=False, denunciation=True)
        else:
            found = attached_to(session, petition, account.role)
        return _Shown(found, self.most_bytes, FORM_WORDS, WITHDRAWAL_WORDS)

    def destroy(self, session: Session, petition_id: int) -> None:
        """The petition is a denunciation now: nothing that was attached to it stays."""
        destroy_all(session, petition_id, self.shelf)


ATTACHMENTS = web.AppKey("ATTACHMENTS", Attachments)


def add_routes(app: web.Application, attachments: Attachments) -> None:
    app[ATTACHMENTS] = attachments
    app.on_startup.append(_sweep)
    app.router.add_post(_PETITION, add, name="attachment_add")
    app.router.add_get(_ONE, file, name="attachment")
    app.router.add_post(_ONE + "/withdraw", withdraw_one, name="attachment_withdraw")
    add_part(
        app,
        Part(
            name=NAME,
            title=N_("Attachments"),
            template="attachments/of_petition.html",
            read=attachments.read,
            styles=("attachments/attachments.css",),
            scripts=("attachments/attachments.js",),
        ),
    )


async def _sweep(app: web.Application) -> None:
    """What an interrupted upload, or an interrupted destruction, has left."""
    kept = await app[DATABASE].run(files_in_use)
    await asyncio.to_thread(app[ATTACHMENTS].shelf.sweep, kept)


@require(Right.WRITE_PETITIONS)
@streamed
async def add(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    view = await editable(request, account)
    if view.kind == PetitionKind.DENUNCIATION:  # before a byte of it is read
        raise web.HTTPForbidden
    attachments = request.app[ATTACHMENTS]
    with attachments.shelf.receiving() as incoming:
        upload = await read_upload(request, attachments.shelf, incoming, attachments.most_bytes)
        faults = await _keep(request, account, view.id, upload, incoming)
    if not faults:
        if wants_page(request):
            raise to_record(request, view.id, NAME)
        return web.json_response({}, status=201)
    _ = translator_of(request)
    said = {
        name: _(sentence, **inside)
        for name, (sentence, inside) in sentences(faults, attachments.most_bytes).items()
    }
    if wants_page(request):
        return await show_record(request, account, view.id, filled=Filled(NAME, upload.values, said))
    return web.json_response({"mistakes": said}, status=422)


async def _keep(
    request: web.Request, account: Account, petition_id: int, upload: Upload, incoming: Incoming
) -> Faults:
    """Onto the shelf first and into the register then: see `shelf`. What was refused leaves nothing."""
    shelf, described = request.app[ATTACHMENTS].shelf, upload.described

    def look(session: Session) -> Petition:
        return _writable(session, account, petition_id, confidential=described.confidential)

    petition = await request.app[DATABASE].run(look)
    faults = wrong_in(described, petition.names)
    if upload.fault is not None:
        faults["file"] = upload.fault
    found = upload.type
    if faults or found is None:
        return faults

    def work(session: Session) -> None:
        petition = _writable(session, account, petition_id, confidential=described.confidential)
        row = attach(session, petition, described, found, incoming, author_of(account))
        detail = {"number": row.number, "type": row.type, "confidential": row.confidential}
        audit.record(session, subject_of(account), "attachment_added", f"petition:{petition_id}", detail)

    try:
        await asyncio.to_thread(shelf.keep, incoming)
        await request.app[DATABASE].run(work)
    except DiskFull:
        return {"file": AttachmentFault.DISK_FULL}
    except TooMany:
        await asyncio.to_thread(shelf.remove, incoming.name)
        return {"file": AttachmentFault.TOO_MANY}
    except web.HTTPException:  # it became a denunciation while the file came in
        await asyncio.to_thread(shelf.remove, incoming.name)
        raise
    return {}


@require(Right.READ_PETITIONS)
async def file(request: web.Request) -> web.StreamResponse:
    """To be saved, never shown inside this site: whoever brought the file may have put a program into it."""
    account = await account_in(request)

    def work(session: Session) -> tuple[Attachment, str]:
        petition, row = _named(request, session)
        kind, confidentiality = petition.kind, petition.confidentiality
        if not may_read(account.role, kind, confidentiality, confidential=row.confidential):
            raise web.HTTPForbidden
        writes = may_write(account.role, kind, confidentiality, confidential=row.confidential)
        if not row.file or (row.withdrawn_at is not None and not writes):
            raise web.HTTPNotFound
        if reading_is_noted(kind, confidentiality, confidential=row.confidential):
            detail = {"number": row.number}
            audit.record(session, subject_of(account), "attachment_read", f"petition:{petition.id}", detail)
        return row, f"{petition.code}-{row.number}.{TYPES[row.type].ending}"

    row, name = await request.app[DATABASE].run(work)
    return web.FileResponse(
        request.app[ATTACHMENTS].shelf.path(row.file),
        headers={
            hdrs.CONTENT_TYPE: TYPES[row.type].media_type,
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
            hdrs.CACHE_CONTROL: "no-store",
            "Content-Security-Policy": _NO_SCRIPT,
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


@require(Right.WRITE_PETITIONS)
async def withdraw_one(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    came = str((await request.post()).get("because", ""))
    shelf = request.app[ATTACHMENTS].shelf
    if came not in set(Withdrawal):
        raise web.HTTPBadRequest

    def work(session: Session) -> int:
        petition, row = _named(request, session)
        _writable(session, account, petition.id or 0, confidential=row.confidential)
        because = Withdrawal(came)
        if row.withdrawn_at is None or (because is Withdrawal.FORBIDDEN and row.file):  # else it is done already
            withdraw(session, row, because, author_of(account), shelf)
            detail = {"number": row.number, "because": because}
            audit.record(session, subject_of(account), "attachment_withdrawn", f"petition:{petition.id}", detail)
        return petition.id or 0

    raise to_record(request, await request.app[DATABASE].run(work), NAME)


def _named(request: web.Request, session: Session) -> tuple[Petition, Attachment]:
    petition_id, number = int(request.match_info["id"]), int(request.match_info["number"])
    petition, row = session.get(Petition, petition_id), attachment_of(session, petition_id, number)
    if petition is None or row is None:
        raise web.HTTPNotFound
    return petition, row


def _writable(session: Session, account: Account, petition_id: int, *, confidential: bool) -> Petition:
    petition = session.get(Petition, petition_id)
    if petition is None:
        raise web.HTTPNotFound
    if not may_write(account.role, petition.kind, petition.confidentiality, confidential=confidential):
        raise web.HTTPForbidden
    return petition
