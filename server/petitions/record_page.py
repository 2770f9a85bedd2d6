"""One record with every time it was heard: the page, as the reader's role may see it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from server.people.sessions import account_of
from server.people.tables import Account
from server.petitions.heard import Heard
from server.petitions.queries import PetitionView
from server.petitions.rules import (
    CHANNEL_WORDS,
    KIND_WORDS,
    STATUS_WORDS,
    Reading,
    may_create,
    may_edit,
)
from server.petitions.tables import PetitionKind
from server.web.shell import render

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


async def show_record(
    request: web.Request, view: PetitionView, heard: list[Heard], mistake: str = ""
) -> web.Response:
    """`mistake`: the sentence beside the form that makes it a denunciation, empty if there is none."""
    account = await account_in(request)
    editable = may_edit(account.role, view.kind, view.confidentiality)
    denouncing = may_create(account.role, PetitionKind.DENUNCIATION)
    return await render(
        request,
        "petitions/detail.html",
        status=422 if mistake else 200,
        petition=view,
        heard=heard,
        may_edit=editable,
        may_reclassify=editable and denouncing and view.kind != PetitionKind.DENUNCIATION,
        mistake=mistake,
        **WORDS,
    )
