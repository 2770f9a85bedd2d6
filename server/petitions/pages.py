"""The register: the table with its filters in the address, and one record."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from server.deadlines.computing import State
from server.people.rights import Right
from server.petitions import form_pages, standing_pages
from server.petitions.due_queries import search_with_duties
from server.petitions.duties import Duty
from server.petitions.heard import HEARINGS
from server.petitions.queries import Page, Wanted
from server.petitions.record_page import WORDS, account_in, show_record
from server.petitions.standing import DUTY_WORDS, TERMS
from server.petitions.tables import PetitionKind, PetitionStatus
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, require

W = TypeVar("W", bound=StrEnum)
DEADLINE_FILTERS = (State.OVERDUE, State.SOON)


def add_routes(app: web.Application) -> None:
    """Needs in `app` when a page is asked for: HEARINGS, which `server.receptions.pages.add_routes` gives, and
    TERMS, which the composition root reads."""
    app.router.add_get("/petitions", table, name="petitions")
    app.router.add_get(r"/petitions/{id:\d{1,9}}", record, name="petition")
    form_pages.add_routes(app)
    standing_pages.add_routes(app)


@require(Right.READ_PETITIONS)
async def table(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    query = request.query
    page = query.get("page", "")
    wanted = Wanted(
        text=query.get("q", "")[:200].strip(),
        kind=_word(PetitionKind, query.get("kind", "")),
        status=_word(PetitionStatus, query.get("status", "")),
        district_code=query.get("district", "")[:3],
        deadline=next((state for state in DEADLINE_FILTERS if state == query.get("deadline")), None),
        page=int(page) if page.isdecimal() and len(page) < 7 else 1,
    )
    hearings, terms = request.app[HEARINGS], request.app[TERMS]

    def work(session: Session) -> tuple[Page, dict[int, Duty], dict[int, int], list[Room]]:
        found, duties = search_with_duties(session, account.role, wanted, hearings, terms, today())
        counts = hearings.counts(session, [petition.id for petition in found.petitions])
        districts = [room for room in rooms_on(session, today()) if room.level == RoomLevel.DISTRICT]
        return found, duties, counts, districts

    found, duties, counts, districts = await request.app[DATABASE].run(work)
    kept = {name: query[name] for name in ("q", "kind", "status", "district", "deadline") if query.get(name)}

    def address(number: int) -> str:
        return "?" + urlencode({**kept, "page": number})

    return await render(
        request,
        "petitions/list.html",
        page=found,
        wanted=wanted,
        filtered=bool(kept),
        counts=counts,
        duties=duties,
        deadline_filters=DEADLINE_FILTERS,
        districts=districts,
        address=address,
        may_create=Right.WRITE_PETITIONS in account.rights,
        duty_words=DUTY_WORDS,
        **WORDS,
    )


def _word(words: type[W], value: str) -> W | None:
    return words(value) if value in set(words) else None


@require(Right.READ_PETITIONS)
async def record(request: web.Request) -> web.StreamResponse:
    return await show_record(request, await account_in(request), int(request.match_info["id"]), opened=True)
