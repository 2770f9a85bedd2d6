"""The form of a petition: what it offers to choose from, how it is read, and how it is shown again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date

from aiohttp import web

from server.csv_text import day_in
from server.people.sessions import account_in
from server.petitions import forms
from server.petitions.filled import Filled
from server.petitions.linked import Similar, earlier_id
from server.petitions.lists import LISTS
from server.petitions.places import Places, place_label
from server.petitions.queries import PetitionView
from server.petitions.record_page import WORDS
from server.petitions.register import Entry
from server.petitions.rules import KIND_WORDS, may_create, may_edit
from server.petitions.sentences import said
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import language_of, render, translator_of
from server.web.stamp import stamp_of, stamp_to_show

KINDS = tuple(kind for kind in PetitionKind if kind != PetitionKind.DENUNCIATION)


def stamp_of_record(record: Petition | PetitionView) -> str:
    return stamp_of({field.name: getattr(record, field.name) for field in fields(Entry)})


async def communes_of(request: web.Request, day: date | None = None) -> list[Room]:
    """Of the day the petition came in, because codes are used again; today's where the registry begins later."""
    for asked in (day, today()):
        rooms = [] if asked is None else await request.app[DATABASE].run(rooms_on, asked)
        communes = [room for room in rooms if room.level == RoomLevel.COMMUNE]
        if communes:
            return communes
    return []


async def read_form(request: web.Request, denunciation: bool, view: PetitionView | None = None) -> Filled:
    post = await request.post()
    form = {**post, **{name: " ".join(map(str, post.getall(name, []))) for name in forms.SEVERAL}}
    lists = request.app[LISTS]
    if denunciation:
        return forms.read_denunciation(form, forms.Asked(Places(()), lists, today()))
    account = await account_in(request)
    code, but = str(form.get("earlier", "")).strip(), None if view is None else view.id
    number = await request.app[DATABASE].run(earlier_id, account.role, code, but) if code else None
    earlier = {} if number is None else {code: number}
    places = Places(await communes_of(request, day_in(str(form.get("received_on", "")).strip())))
    return forms.read(form, forms.Asked(places, lists, today(), earlier))


async def show_form(
    request: web.Request,
    filled: Filled,
    denunciation: bool,
    view: PetitionView | None = None,
    *,
    status: int = 200,
    found: Sequence[Similar] = (),
) -> web.Response:
    account = await account_in(request)
    _ = translator_of(request)
    communes = [] if denunciation else await communes_of(request, None if view is None else view.received_on)
    lists, language = request.app[LISTS], language_of(request)
    kinds = (PetitionKind.DENUNCIATION,) if denunciation else KINDS
    present = "" if view is None else stamp_of_record(view)
    return await render(
        request,
        "petitions/denunciation_form.html" if denunciation else "petitions/form.html",
        status=status,
        values=filled.values,
        mistakes={name: said(_, sentence) for name, sentence in filled.mistakes.items()},
        petition=view,
        stamp=stamp_to_show(await request.post(), filled.mistakes, present),
        found=found,
        looked=bool(found),
        places=[place_label(room) for room in communes],
        kinds=KINDS,
        kinds_beside={kind: KIND_WORDS[kind] for kind in KINDS},
        fields={field.code: field.said(language) for field in lists.fields if not field.kinds.isdisjoint(kinds)},
        representative_rules=[
            rule for rule in lists.rules if rule.valid_from <= today() <= (rule.valid_to or date.max)
        ],
        may_denounce=may_create(account.role, PetitionKind.DENUNCIATION),
        may_classify=may_edit(account.role, KINDS[0], Confidentiality.CONFIDENTIAL),
        **WORDS,
    )
