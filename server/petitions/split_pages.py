"""Splitting a petition with several contents: one form with a part for each, saved all at once or not at all."""

from __future__ import annotations

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.filled import Filled
from server.petitions.history import author_of
from server.petitions.lists import LISTS
from server.petitions.queries import PetitionView
from server.petitions.record_page import WORDS, editable, to_record
from server.petitions.rules import may_edit
from server.petitions.sentences import said
from server.petitions.splitting import NothingToSplit, parts_of, read_parts, split
from server.petitions.tables import Petition, PetitionKind
from server.web.keys import DATABASE
from server.web.shell import language_of, render, require, translator_of


def add_routes(app: web.Application) -> None:
    app.router.add_get(r"/petitions/{id:\d{1,9}}/split", ask, name="petition_split")
    app.router.add_post(r"/petitions/{id:\d{1,9}}/split", run)


@require(Right.WRITE_PETITIONS)
async def ask(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    view = await editable(request, account)
    kinds = await request.app[DATABASE].run(_kinds, view.id)
    if view.audited and kinds:
        await request.app[DATABASE].run(_note_reading, account, view.id)
    values = {f"{name}-{kind}": "" for kind in kinds for name in ("summary", "content", "request", "field")}
    values |= {f"unit_in_charge-{kind}": view.unit_in_charge for kind in kinds}
    return await _form(request, view, kinds, Filled(values))


@require(Right.WRITE_PETITIONS)
async def run(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    view = await editable(request, account)
    kinds = await request.app[DATABASE].run(_kinds, view.id)
    names = [view.petitioner_name, *view.representatives.splitlines()]
    lists = request.app[LISTS]
    filled, parts = read_parts(await request.post(), kinds, names, lists, view.received_on)
    if filled.mistakes:
        return await _form(request, view, kinds, filled, status=422)

    def work(session: Session) -> None:
        petition = session.get(Petition, view.id)
        if petition is None:
            raise web.HTTPNotFound
        if not may_edit(account.role, petition.kind, petition.confidentiality):
            raise web.HTTPForbidden
        made = split(session, petition, parts, author_of(account))
        detail = {"into": [each.id for each in made]}
        audit.record(session, subject_of(account), "petition_split", f"petition:{view.id}", detail)
        for each in made:
            audit.record(
                session, subject_of(account), "petition_created", f"petition:{each.id}", {"kind": each.kind}
            )

    try:
        await request.app[DATABASE].run(work)
    except NothingToSplit:
        return await _form(request, view, [], filled, status=409)
    raise to_record(request, view.id, "record")


def _kinds(session: Session, petition_id: int) -> list[PetitionKind]:
    petition = session.get(Petition, petition_id)
    return [] if petition is None else parts_of(petition)


def _note_reading(session: Session, account: Account, petition_id: int) -> None:
    audit.record(session, subject_of(account), "petition_read", f"petition:{petition_id}")


async def _form(
    request: web.Request, view: PetitionView, kinds: list[PetitionKind], filled: Filled, status: int = 200
) -> web.Response:
    _ = translator_of(request)
    lists, language = request.app[LISTS], language_of(request)
    return await render(
        request,
        "petitions/split.html",
        status=status,
        petition=view,
        kinds=kinds,
        values=filled.values,
        mistakes={name: said(_, sentence) for name, sentence in filled.mistakes.items()},
        fields={
            kind: {field.code: field.said(language) for field in lists.fields_for(kind, view.received_on)}
            for kind in kinds
        },
        **WORDS,
    )
