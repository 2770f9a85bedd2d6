"""The registrations: the list with its filters in the address, one of them, and the list for the door."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.rules import KIND_WORDS
from server.petitions.tables import PetitionKind
from server.receptions.expected import EXPECTED
from server.receptions.tables import Reception
from server.registrations import deciding_pages, registration_pages
from server.registrations.asking import id_in
from server.registrations.expected import ExpectedCitizens
from server.registrations.queries import (
    NO_SESSION,
    TO_COME,
    Wanted,
    of_reception,
    receptions_to_ask_for,
    search,
)
from server.registrations.reminders import reminders
from server.registrations.rules import STATE_WORDS
from server.registrations.showing import show_registration
from server.registrations.tables import RegistrationState
from server.web.asked import page_in, whole
from server.web.keys import DATABASE, HOME_REMINDERS
from server.web.languages import today
from server.web.shell import render, require

_KEPT = ("q", "reception", "state", "kind")


def add_routes(app: web.Application) -> None:
    """Also gives the receptions EXPECTED. Needs AGENDA_LIMIT in `app` when a page is asked for."""
    app[EXPECTED] = ExpectedCitizens()
    app.router.add_get("/registrations", table, name="registrations")
    app.router.add_get(r"/registrations/{id:\d{1,9}}", detail, name="registration")
    app.router.add_get(r"/receptions/{id:\d{1,9}}/door-list", door_list, name="door_list")
    registration_pages.add_routes(app)
    app[HOME_REMINDERS].append(reminders)
    deciding_pages.add_routes(app)


@require(Right.READ_VISITS)
async def table(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    wanted = _wanted(request)
    kept = {name: request.query[name] for name in _KEPT if request.query.get(name)}

    def work(session: Session) -> dict[str, Any]:
        return {
            "page": search(session, account.role, wanted),
            "receptions": receptions_to_ask_for(session, wanted.reception_id),
        }

    return await render(
        request,
        "registrations/list.html",
        wanted=wanted,
        filtered=bool(kept),
        address=lambda page: "?" + urlencode({**kept, "page": page}),
        no_session=NO_SESSION,
        kind_words=KIND_WORDS,
        state_words=STATE_WORDS,
        may_write=Right.WRITE_VISITS in account.rights,
        **await request.app[DATABASE].run(work),
    )


@require(Right.READ_VISITS)
async def detail(request: web.Request) -> web.StreamResponse:
    return await show_registration(request, opened=True)


@require(Right.READ_VISITS)
async def door_list(request: web.Request) -> web.StreamResponse:
    """Who is to come, in their order: numbers, and names for those who read names. Of guarded ones the number."""
    account = await account_in(request)

    def work(session: Session) -> dict[str, Any] | None:
        reception = session.get(Reception, id_in(request))
        if reception is None:
            return None
        expected = of_reception(session, account.role, reception.id or 0)
        return {
            "reception": reception,
            "registrations": [each for each in expected if each.state in TO_COME],
        }

    found = await request.app[DATABASE].run(work)
    if found is None:
        raise web.HTTPNotFound
    return await render(request, "registrations/door_list.html", today=today(), **found)


def _wanted(request: web.Request) -> Wanted:
    query = request.query
    return Wanted(
        text=query.get("q", "")[:200].strip(),
        state=next((state for state in RegistrationState if state == query.get("state")), None),
        kind=next((kind for kind in PetitionKind if kind == query.get("kind")), None),
        reception_id=whole(query.get("reception", ""), 9),
        page=page_in(query.get("page", "")),
    )
