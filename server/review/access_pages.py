"""Who watched what: of one recording, and of one person. Reading this is itself noted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from server.data.parts import paged
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.receptions.tables import Reception
from server.review import accesses
from server.review.asking import with_recording
from server.review.clocks import clock
from server.review.isolated import SOURCE_WORDS, source_of
from server.review.late import file_of, room_of
from server.review.reading import Watchable
from server.review.tables import Access
from server.web.asked import page_in
from server.web.keys import DATABASE
from server.web.languages import N_
from server.web.shell import render, require

PAGE = 100
ACT_WORDS: dict[Access, str] = {
    Access.OPENED: N_("opened the player"),
    Access.PLAYED: N_("played"),
    Access.SOUGHT: N_("jumped"),
    Access.SENT: N_("was sent"),
    Access.READ: N_("read the captions"),
    Access.DOWNLOADED: N_("downloaded"),
    Access.EXPORTED: N_("exported a clip"),
    Access.REFUSED: N_("was refused"),
}


def add_routes(app: web.Application) -> None:
    app.router.add_get(r"/recordings/{id:\d{1,9}}/accesses", of_recording, name="recording_accesses")
    app.router.add_get(r"/accounts/{id:\d{1,9}}/accesses", of_person, name="account_accesses")


@require(Right.READ_ACCESSES)
async def of_recording(request: web.Request) -> web.StreamResponse:
    asked = page_in(request.query.get("page", ""))

    def work(session: Session, watched: Watchable, account: Account) -> dict[str, Any]:
        subject = f"recording:{watched.recording.id}"
        audit.record(session, subject_of(account), "accesses_read", subject)
        reception = session.get_one(Reception, watched.recording.reception_id)
        return {"reception": reception, "person": None, **_page(session, asked, reception_id=reception.id)}

    return await _render(request, await with_recording(request, work, whole=True))


@require(Right.READ_ACCESSES)
async def of_person(request: web.Request) -> web.StreamResponse:
    account, person_id = await account_in(request), int(request.match_info["id"])
    asked = page_in(request.query.get("page", ""))

    def work(session: Session) -> dict[str, Any]:
        person = session.get(Account, person_id)
        if person is None:
            raise web.HTTPNotFound
        audit.record(session, subject_of(account), "accesses_read", subject_of(person))
        return {"reception": None, "person": person, **_page(session, asked, account_id=person_id)}

    return await _render(request, await request.app[DATABASE].run(work))


def _page(
    session: Session, asked: int, *, reception_id: int | None = None, account_id: int | None = None
) -> dict[str, Any]:
    _none, total = accesses.lines_of(session, reception_id=reception_id, account_id=account_id, most=0)
    number, pages = paged(total, asked, PAGE)
    lines, _total = accesses.lines_of(
        session, reception_id=reception_id, account_id=account_id, most=PAGE, skip=(number - 1) * PAGE
    )
    sums = accesses.sums_of(session, reception_id=reception_id, account_id=account_id)
    return {"sums": sums, "lines": lines, "number": number, "pages": pages}


async def _render(request: web.Request, found: dict[str, Any]) -> web.Response:
    return await render(
        request,
        "review/accesses.html",
        act_words=ACT_WORDS,
        clock=clock,
        source_of=source_of,
        room_of=room_of,
        file_of=file_of,
        source_words=SOURCE_WORDS,
        address=lambda page: "?" + urlencode({"page": page}),
        **found,
    )
