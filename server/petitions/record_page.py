"""One record with its history and every time it was heard: the page, as the reader's role may see it."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.sessions import account_of
from server.people.tables import Account
from server.petitions.concluded import CONCLUSIONS, Concluded
from server.petitions.heard import HEARINGS, Heard
from server.petitions.queries import PetitionView, petition_view
from server.petitions.rules import (
    CHANNEL_WORDS,
    KIND_WORDS,
    STATUS_WORDS,
    Reading,
    may_create,
    may_edit,
)
from server.petitions.standing import STANDING_WORDS, TERMS, Standing, standing_of
from server.petitions.standing_forms import Filled
from server.petitions.tables import Petition, PetitionKind
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, translator_of

WORDS: dict[str, Any] = {
    "kind_words": KIND_WORDS,
    "status_words": STATUS_WORDS,
    "channel_words": CHANNEL_WORDS,
    "Reading": Reading,
}


async def account_in(request: web.Request) -> Account:
    """Who asks, in a handler that `require` guards."""
    account = await account_of(request)
    if account is None:  # the account was disabled between the guard and here
        raise web.HTTPUnauthorized
    return account


async def editable(request: web.Request, account: Account) -> PetitionView:
    """The record that the address names, for somebody who may change it."""
    view = await request.app[DATABASE].run(petition_view, account.role, int(request.match_info["id"]))
    if view is None:
        raise web.HTTPNotFound
    if not may_edit(account.role, view.kind, view.confidentiality):
        raise web.HTTPForbidden
    return view


def to_record(request: web.Request, petition_id: int, part: str = "") -> web.HTTPSeeOther:
    address = request.app.router["petition"].url_for(id=str(petition_id))
    return web.HTTPSeeOther(str(address.with_fragment(part or None)))


async def show_record(
    request: web.Request,
    account: Account,
    petition_id: int,
    *,
    opened: bool = False,
    mistake: str = "",
    filled: Filled | None = None,
) -> web.Response:
    """`opened`: somebody came to read it, which is noted where that is asked for. `mistake`: the sentence beside
    the form that makes it a denunciation; `filled`: a form of the history with its mistakes."""
    hearings, terms, conclusions = request.app[HEARINGS], request.app[TERMS], request.app[CONCLUSIONS]

    def work(session: Session) -> tuple[PetitionView, list[Heard], list[Concluded], Standing | None] | None:
        view = petition_view(session, account.role, petition_id)
        petition = session.get(Petition, petition_id)
        if view is None or petition is None:
            return None
        readable = view.reading >= Reading.RECORD
        if opened and view.audited and readable:
            audit.record(session, subject_of(account), "petition_read", f"petition:{view.id}")
        standing = None
        if readable:
            heard_on = hearings.days(session, [petition_id])
            standing = standing_of(session, petition, heard_on, terms, today())
        concluded = conclusions.of_petition(session, petition_id, account.role, terms.calendar, today())
        return view, hearings.of_petition(session, petition_id), concluded, standing

    found = await request.app[DATABASE].run(work)
    if found is None:
        raise web.HTTPNotFound
    view, heard, concluded, standing = found
    _ = translator_of(request)
    allowed = may_edit(account.role, view.kind, view.confidentiality)
    denouncing = may_create(account.role, PetitionKind.DENUNCIATION)
    return await render(
        request,
        "petitions/detail.html",
        status=422 if mistake or filled else 200,
        petition=view,
        heard=heard,
        concluded=concluded,
        standing=standing,
        today=today(),
        may_edit=allowed,
        may_reclassify=allowed and denouncing and view.kind != PetitionKind.DENUNCIATION,
        mistake=mistake,
        filled_form="" if filled is None else filled.form,
        filled_values={} if filled is None else filled.values,
        mistakes={} if filled is None else {name: _(said) for name, said in filled.mistakes.items()},
        **WORDS,
        **STANDING_WORDS,
    )
