"""The list of recordings, and the search over all of them: each result opens at its moment."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.people.rights import OF_UNITS, Right
from server.people.sessions import account_in
from server.petitions.rules import Reading, reading
from server.petitions.tables import Confidentiality, PetitionKind
from server.receptions.schedule_pages import day_in
from server.review.clocks import clock
from server.review.searching import MOST, FoundIn, Wanted, moments, recordings, rooms_that_spoke
from server.review.units import reader_of
from server.web.keys import DATABASE
from server.web.languages import N_, today
from server.web.shell import render, require, translator_of

MOST_LETTERS = 200
FOUND_IN_WORDS: dict[FoundIn, str] = {
    FoundIn.PETITION: N_("the petition"),
    FoundIn.CONCLUSION: N_("the conclusion"),
    FoundIn.DOCUMENT: N_("the minutes"),
    FoundIn.NOTE: N_("a note"),
    FoundIn.CAPTION: N_("what was said"),
    FoundIn.ROOM: N_("Room that spoke"),
}


def add_routes(app: web.Application) -> None:
    app.router.add_get("/recordings", search, name="recordings")


@require(Right.WATCH_RECORDINGS)
async def search(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    query, _ = request.query, translator_of(request)
    wanted = Wanted(
        text=query.get("q", "")[:MOST_LETTERS].strip(),
        since=day_in(query.get("from", "")),
        until=day_in(query.get("to", "")),
        room_code=query.get("room", "")[:5],
    )

    def work(session: Session) -> dict[str, Any]:
        asked, reader = wanted.asks_moments, reader_of(session, account, today())
        return {
            "moments": moments(session, reader, wanted, _) if asked else [],
            "recordings": [] if asked else recordings(session, reader, wanted),
            "rooms": rooms_that_spoke(session, reader),
        }

    return await render(
        request,
        "review/search.html",
        wanted=wanted,
        filtered=bool(wanted.text or wanted.since or wanted.until or wanted.room_code),
        most=MOST,
        clock=clock,
        found_in_words=FOUND_IN_WORDS,
        of_unit=account.role in OF_UNITS,
        names=reading(account.role, PetitionKind.COMPLAINT, Confidentiality.NORMAL) >= Reading.FULL,
        **await request.app[DATABASE].run(work),
    )
