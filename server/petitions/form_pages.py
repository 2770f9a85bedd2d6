"""Entering and changing a petition, and turning one into a denunciation."""

from __future__ import annotations

from dataclasses import asdict, replace

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions import forms, register
from server.petitions.concluded import CONCLUSIONS
from server.petitions.filled import Filled
from server.petitions.forgetting import forget
from server.petitions.form_view import communes_of, read_form, show_form, stamp_of_record
from server.petitions.heard import HEARINGS, BeingHeard
from server.petitions.history import author_of
from server.petitions.linked import Matter, as_repeated, similar
from server.petitions.lists import LISTS
from server.petitions.places import Places, place_label
from server.petitions.queries import petition_view
from server.petitions.record_page import WORDS, editable, show_record, to_record
from server.petitions.rules import Reading, may_create, may_edit
from server.petitions.sentences import CODE_TAKEN, RECEIVED_TOO_LATE
from server.petitions.tables import Petition, PetitionKind
from server.rooms.queries import room_by_code
from server.web.asked import whole
from server.web.keys import DATABASE
from server.web.languages import N_, today
from server.web.shell import render, require
from server.web.stamp import CHANGED_MEANWHILE, FIELD, changed_meanwhile

BEING_HEARD = N_(
    "This petition is on air now, so nothing was changed. Close the item in the console first, then try again."
)


def add_routes(app: web.Application) -> None:
    router = app.router
    router.add_get("/petitions/new", new, name="petition_new")
    router.add_post("/petitions/new", create)
    router.add_post("/petitions/similar", show_similar, name="petition_similar")
    router.add_get(r"/petitions/{id:\d{1,9}}/edit", edit, name="petition_edit")
    router.add_post(r"/petitions/{id:\d{1,9}}/edit", change)
    router.add_post(r"/petitions/{id:\d{1,9}}/denunciation", reclassify, name="petition_reclassify")


@require(Right.WRITE_PETITIONS)
async def new(request: web.Request) -> web.StreamResponse:
    denunciation = _asks_denunciation(request, await account_in(request))
    values = dict.fromkeys({*forms.FIELDS, *forms.DENUNCIATION_FIELDS}, "")
    values |= {"received_on": today().isoformat(), "channel": "direct"}
    values |= {"petitioner_count": "1", "times_received": "1", "confidentiality": "normal"}
    return await show_form(request, Filled(values), denunciation)


@require(Right.WRITE_PETITIONS)
async def create(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    denunciation = _asks_denunciation(request, account)
    filled = await read_form(request, denunciation)
    post = await request.post()
    if post.get("take_earlier") and not denunciation:
        return await _take_earlier(request, account, filled, str(post["take_earlier"]))
    entry = filled.entry
    if entry is None:
        return await show_form(request, filled, denunciation, status=422)
    if not may_edit(account.role, entry.kind, entry.confidentiality):
        raise web.HTTPForbidden
    if not (denunciation or entry.earlier_id or post.get("looked")):
        matter = Matter(entry.petitioner_name, entry.place_code, entry.summary)
        found = await request.app[DATABASE].run(similar, account.role, matter, today())
        if found:
            return await show_form(request, filled, denunciation, status=409, found=found)

    def work(session: Session) -> int:
        petition = register.create(session, entry, author_of(account))
        subject = f"petition:{petition.id}"
        audit.record(session, subject_of(account), "petition_created", subject, {"kind": petition.kind})
        return petition.id or 0

    try:
        petition_id = await request.app[DATABASE].run(work)
    except register.CodeTaken:
        filled.mistakes["code"] = CODE_TAKEN
        return await show_form(request, filled, denunciation, status=422)
    raise to_record(request, petition_id)


@require(Right.WRITE_PETITIONS)
async def show_similar(request: web.Request) -> web.StreamResponse:
    """While a petition is entered: what may have come in before. What was typed comes in the body: a name."""
    account = await account_in(request)
    post = await request.post()
    places = Places(await communes_of(request))
    matter = Matter(*(str(post.get(name, ""))[:300] for name in ("petitioner_name", "place", "summary")))
    matter = replace(matter, place_code=places.code_of(matter.place_code) or "")
    found = await request.app[DATABASE].run(similar, account.role, matter, today())
    return await render(request, "petitions/similar.html", found=found, **WORDS)


class ChangedMeanwhile(Exception):
    """Somebody saved the record after this form was opened."""


async def _take_earlier(
    request: web.Request, account: Account, filled: Filled, petition_id: str
) -> web.StreamResponse:
    number = whole(petition_id, 9) or 0
    earlier = await request.app[DATABASE].run(petition_view, account.role, number)
    if earlier is None or earlier.kind == PetitionKind.DENUNCIATION or earlier.reading < Reading.FULL:
        raise web.HTTPForbidden
    values = as_repeated(filled.values, earlier)
    return await show_form(request, Filled(values), denunciation=False)


@require(Right.WRITE_PETITIONS)
async def edit(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    view = await editable(request, account)
    if view.audited:
        await request.app[DATABASE].run(_note_reading, account, view.id)
    there = await request.app[DATABASE].run(room_by_code, view.place_code, view.received_on)
    place = view.place_code if there is None else place_label(there)
    filled = Filled(forms.values_of(asdict(view), place))
    if view.earlier_id is not None:
        earlier = await request.app[DATABASE].run(petition_view, account.role, view.earlier_id)
        filled.values["earlier"] = "" if earlier is None else earlier.code
    return await show_form(request, filled, view.kind == PetitionKind.DENUNCIATION, view)


@require(Right.WRITE_PETITIONS)
async def change(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    view = await editable(request, account)
    denunciation = view.kind == PetitionKind.DENUNCIATION
    filled = await read_form(request, denunciation, view)
    if filled.entry is None:
        return await show_form(request, filled, denunciation, view, status=422)
    try:
        await _change(request, account, view.id, filled.entry, "petition_changed")
    except ChangedMeanwhile:
        filled.mistakes[FIELD] = CHANGED_MEANWHILE
        return await show_form(request, filled, denunciation, await editable(request, account), status=409)
    except register.CodeTaken:
        filled.mistakes["code"] = CODE_TAKEN
    except register.ReceivedTooLate:
        filled.mistakes["received_on"] = RECEIVED_TOO_LATE
    except BeingHeard:
        filled.mistakes["confidentiality"] = BEING_HEARD
    else:
        raise to_record(request, view.id)
    return await show_form(request, filled, denunciation, view, status=422)


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
        "other_kinds": " ".join(view.other_kinds),
        "case_age": view.case_age,
        "times_received": str(view.times_received),
        "settled": view.settled,
        "field": "",
    }
    asked = forms.Asked(Places(()), request.app[LISTS], today())
    filled = forms.read_denunciation({**await request.post(), **known}, asked)
    if filled.entry is None:
        mistake = next(iter(filled.mistakes.values()))
    else:
        try:
            await _change(request, account, view.id, filled.entry, "petition_became_denunciation")
        except BeingHeard:
            mistake = BEING_HEARD
        else:
            await forget(request.app[DATABASE])
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
    """Raises ChangedMeanwhile, and what `register.change` does. The audit log learns which fields changed, never
    their contents."""
    hearings, conclusions = request.app[HEARINGS], request.app[CONCLUSIONS]
    form = await request.post()

    def work(session: Session) -> None:
        petition = session.get(Petition, petition_id)
        if petition is None:
            raise web.HTTPNotFound
        if changed_meanwhile(form, stamp_of_record(petition)):
            raise ChangedMeanwhile
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
