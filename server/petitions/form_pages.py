"""Entering and changing a petition, and turning one into a denunciation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.tables import Account
from server.petitions import forms, register
from server.petitions.concluded import CONCLUSIONS
from server.petitions.heard import HEARINGS, BeingHeard
from server.petitions.history import author_of
from server.petitions.queries import PetitionView
from server.petitions.record_page import WORDS, account_in, editable, show_record, to_record
from server.petitions.rules import may_create, may_edit
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.web.keys import DATABASE
from server.web.languages import N_, today
from server.web.shell import render, require, translator_of

BEING_HEARD = N_(
    "This petition is on air now, so nothing was changed. Close the item in the console first, then try again."
)
KINDS = tuple(kind for kind in PetitionKind if kind != PetitionKind.DENUNCIATION)


def add_routes(app: web.Application) -> None:
    router = app.router
    router.add_get("/petitions/new", new, name="petition_new")
    router.add_post("/petitions/new", create)
    router.add_get(r"/petitions/{id:\d{1,9}}/edit", edit, name="petition_edit")
    router.add_post(r"/petitions/{id:\d{1,9}}/edit", change)
    router.add_post(r"/petitions/{id:\d{1,9}}/denunciation", reclassify, name="petition_reclassify")


@require(Right.WRITE_PETITIONS)
async def new(request: web.Request) -> web.StreamResponse:
    denunciation = _asks_denunciation(request, await account_in(request))
    values = dict.fromkeys({*forms.FIELDS, *forms.DENUNCIATION_FIELDS}, "")
    values |= {"received_on": today().isoformat(), "channel": "direct"}
    values |= {"petitioner_count": "1", "confidentiality": "normal"}
    return await _form(request, forms.Filled(values), denunciation)


@require(Right.WRITE_PETITIONS)
async def create(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    denunciation = _asks_denunciation(request, account)
    filled = await _read(request, denunciation)
    entry = filled.entry
    if entry is None:
        return await _form(request, filled, denunciation, status=422)
    if not may_edit(account.role, entry.kind, entry.confidentiality):
        raise web.HTTPForbidden

    def work(session: Session) -> int:
        petition = register.create(session, entry, author_of(account))
        subject = f"petition:{petition.id}"
        audit.record(session, subject_of(account), "petition_created", subject, {"kind": petition.kind})
        return petition.id or 0

    try:
        petition_id = await request.app[DATABASE].run(work)
    except register.CodeTaken:
        filled.mistakes["code"] = forms.CODE_TAKEN
        return await _form(request, filled, denunciation, status=422)
    raise to_record(request, petition_id)


@require(Right.WRITE_PETITIONS)
async def edit(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    view = await editable(request, account)
    if view.audited:
        await request.app[DATABASE].run(_note_reading, account, view.id)
    place = next(
        (forms.place_label(room) for room in await _communes(request, view) if room.code == view.place_code),
        view.place_code,
    )
    filled = forms.Filled(forms.values_of(asdict(view), place))
    return await _form(request, filled, view.kind == PetitionKind.DENUNCIATION, view)


@require(Right.WRITE_PETITIONS)
async def change(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    view = await editable(request, account)
    denunciation = view.kind == PetitionKind.DENUNCIATION
    filled = await _read(request, denunciation, view)
    if filled.entry is None:
        return await _form(request, filled, denunciation, view, status=422)
    try:
        await _change(request, account, view.id, filled.entry, "petition_changed")
    except register.CodeTaken:
        filled.mistakes["code"] = forms.CODE_TAKEN
    except register.ReceivedTooLate:
        filled.mistakes["received_on"] = forms.RECEIVED_TOO_LATE
    except BeingHeard:
        filled.mistakes["confidentiality"] = BEING_HEARD
    else:
        raise to_record(request, view.id)
    return await _form(request, filled, denunciation, view, status=422)


@require(Right.WRITE_PETITIONS)
async def reclassify(request: web.Request) -> web.StreamResponse:
    """The matter turned out to be a denunciation: what names a person is erased here and now."""
    account = await account_in(request)
    view = await editable(request, account)
    if not may_create(account.role, PetitionKind.DENUNCIATION):
        raise web.HTTPForbidden
    known = {
        "code": view.code,
        "received_on": view.received_on.isoformat(),
        "channel": view.channel,
    }
    filled = forms.read_denunciation({**await request.post(), **known}, today())
    if filled.entry is None:
        mistake = next(iter(filled.mistakes.values()))
    else:
        try:
            await _change(request, account, view.id, filled.entry, "petition_became_denunciation")
        except BeingHeard:
            mistake = BEING_HEARD
        else:
            raise to_record(request, view.id)
    return await show_record(request, account, view.id, mistake=mistake)


def _asks_denunciation(request: web.Request, account: Account) -> bool:
    asked = request.query.get("kind") == PetitionKind.DENUNCIATION
    if asked and not may_create(account.role, PetitionKind.DENUNCIATION):
        raise web.HTTPForbidden
    return asked


async def _change(
    request: web.Request, account: Account, petition_id: int, entry: register.Entry, action: str
) -> None:
    """Raises what `register.change` does. The audit log learns which fields changed, never their contents."""
    hearings, conclusions = request.app[HEARINGS], request.app[CONCLUSIONS]

    def work(session: Session) -> None:
        petition = session.get(Petition, petition_id)
        if petition is None:
            raise web.HTTPNotFound
        allowed = may_edit(account.role, petition.kind, petition.confidentiality)
        if not allowed or not may_edit(account.role, entry.kind, entry.confidentiality):
            raise web.HTTPForbidden
        before = petition.model_dump()
        register.change(session, petition, entry, hearings, conclusions)
        fields = sorted(
            name for name, value in petition.model_dump().items() if before[name] != value and name != "search_key"
        )
        audit.record(session, subject_of(account), action, f"petition:{petition_id}", {"fields": fields})

    await request.app[DATABASE].run(work)


def _note_reading(session: Session, account: Account, petition_id: int) -> None:
    audit.record(session, subject_of(account), "petition_read", f"petition:{petition_id}")


async def _communes(request: web.Request, view: PetitionView | None = None) -> list[Room]:
    """Today's; for an older record also those of its day, so that it can be saved without moving its place."""
    rooms = await request.app[DATABASE].run(rooms_on, today())
    if view is not None:
        rooms += await request.app[DATABASE].run(rooms_on, view.received_on)
    return list({room.id: room for room in rooms if room.level == RoomLevel.COMMUNE}.values())


async def _read(request: web.Request, denunciation: bool, view: PetitionView | None = None) -> forms.Filled:
    form: Mapping[str, Any] = await request.post()
    if denunciation:
        return forms.read_denunciation(form, today())
    return forms.read(form, await _communes(request, view), today())


async def _form(
    request: web.Request,
    filled: forms.Filled,
    denunciation: bool,
    view: PetitionView | None = None,
    *,
    status: int = 200,
) -> web.Response:
    account = await account_in(request)
    _ = translator_of(request)
    communes = [] if denunciation else await _communes(request, view)
    return await render(
        request,
        "petitions/denunciation_form.html" if denunciation else "petitions/form.html",
        status=status,
        values=filled.values,
        mistakes={name: _(said) for name, said in filled.mistakes.items()},
        petition=view,
        places=[forms.place_label(room) for room in communes],
        kinds=KINDS,
        may_denounce=may_create(account.role, PetitionKind.DENUNCIATION),
        may_classify=may_edit(account.role, KINDS[0], Confidentiality.CONFIDENTIAL),
        **WORDS,
    )
