"""Entering a registration, and changing what it says."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.history import author_of
from server.petitions.rules import KIND_WORDS
from server.petitions.tables import Petition, PetitionKind
from server.registrations import recording
from server.registrations.asking import id_in, must_write, note_reading, to_registration, writable
from server.registrations.forms import FilledRegistration, blank, read_registration, values_of
from server.registrations.queries import receptions_to_ask_for
from server.registrations.rules import OPEN, WAY_WORDS
from server.registrations.tables import Registration, RegistrationWay
from server.web.asked import whole
from server.web.keys import DATABASE
from server.web.languages import N_, today
from server.web.shell import render, require, translator_of
from server.web.stamp import CHANGED_MEANWHILE, FIELD, changed_meanwhile, stamp_of, stamp_to_show

SENT_TWICE = N_(
    "A registration that says the same is on the list already. If this is another one, save again; otherwise you"
    " are done."
)
TOO_LATE = N_(
    "Registration for this reception closed before this day. To put them on the list all the same, save again;"
    " or choose another reception."
)
_CONFIRMED = ("late", "looked")
"""What is said once, and goes through when the form is saved again."""


def add_routes(app: web.Application) -> None:
    app.router.add_get("/registrations/new", new, name="registration_new")
    app.router.add_post("/registrations/new", create)
    app.router.add_get("/registrations/new/denunciation", new, name="registration_new_denunciation")
    app.router.add_post("/registrations/new/denunciation", create)
    app.router.add_get(r"/registrations/{id:\d{1,9}}/edit", edit, name="registration_edit")
    app.router.add_post(r"/registrations/{id:\d{1,9}}/edit", change)


@require(Right.WRITE_VISITS)
async def new(request: web.Request) -> web.StreamResponse:
    reception = request.query.get("reception", "")
    values = {
        "made_on": today().isoformat(),
        "way": str(RegistrationWay.IN_PERSON),
        "persons": "1",
        "reception": reception if whole(reception, 9) else "",
    }
    return await _form(request, blank(values), denunciation=_of_denunciation(request))


@require(Right.WRITE_VISITS)
async def create(request: web.Request) -> web.StreamResponse:
    account, form = await account_in(request), await request.post()
    denunciation, author = _of_denunciation(request), author_of(account)

    def work(session: Session) -> tuple[FilledRegistration, int]:
        filled = read_registration(session, form, today(), denunciation=denunciation)
        if filled.mistakes:
            return filled, 0
        must_write(session, account, filled.request)
        if filled.request.too_late and form.get("late") != "yes":
            filled.mistakes["late"] = TOO_LATE
        elif form.get("looked") != "yes" and recording.is_there(session, filled.request):
            filled.mistakes["looked"] = SENT_TWICE
        if filled.mistakes:
            return filled, 0
        return filled, recording.register(session, filled.request, author).id or 0

    filled, number = await request.app[DATABASE].run(work)
    if not number:
        return await _form(request, filled, denunciation=denunciation, status=422)
    raise to_registration(request, number)


@require(Right.WRITE_VISITS)
async def edit(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)

    def work(session: Session) -> tuple[Registration, str]:
        row = _changeable(request, session, account)
        note_reading(session, account, row)
        petition = session.get(Petition, row.petition_id) if row.petition_id else None
        return row, "" if petition is None else petition.code

    row, code = await request.app[DATABASE].run(work)
    denunciation = row.kind == PetitionKind.DENUNCIATION
    return await _form(request, blank(values_of(row, code)), denunciation=denunciation, row=row)


@require(Right.WRITE_VISITS)
async def change(request: web.Request) -> web.StreamResponse:
    account, form = await account_in(request), await request.post()

    def work(session: Session) -> tuple[FilledRegistration, Registration]:
        row = _changeable(request, session, account)
        denunciation, former = row.kind == PetitionKind.DENUNCIATION, row.reception_id
        filled = read_registration(session, form, today(), denunciation=denunciation, present=row)
        if filled.mistakes:
            return filled, row
        must_write(session, account, filled.request)
        reception = filled.request.reception
        elsewhere = reception is not None and reception.id != former
        if changed_meanwhile(form, _stamp(row)):
            filled.mistakes[FIELD] = CHANGED_MEANWHILE
        elif elsewhere and filled.request.too_late and form.get("late") != "yes":
            filled.mistakes["late"] = TOO_LATE
        else:
            recording.change(session, row, filled.request, author_of(account))
        return filled, row

    filled, row = await request.app[DATABASE].run(work)
    if filled.mistakes:
        denunciation = row.kind == PetitionKind.DENUNCIATION
        return await _form(request, filled, denunciation=denunciation, row=row, status=422)
    raise to_registration(request, row.id or 0)


def _changeable(request: web.Request, session: Session, account: Account) -> Registration:
    """While it is open. What an appointment says, its visit says: that one is changed."""
    row = writable(session, account, id_in(request))
    if row.appointed_by_id is not None:
        raise web.HTTPSeeOther(str(request.app.router["visit_edit"].url_for(id=str(row.appointed_by_id))))
    if row.state not in OPEN:
        raise to_registration(request, row.id or 0)
    return row


def _stamp(row: Registration) -> str:
    return stamp_of({**values_of(row, ""), "petition": row.petition_id, "state": row.state})


def _of_denunciation(request: web.Request) -> bool:
    return request.path.endswith("/denunciation")


async def _form(
    request: web.Request,
    filled: FilledRegistration,
    *,
    denunciation: bool,
    row: Registration | None = None,
    status: int = 200,
) -> web.Response:
    form = await request.post()
    chosen = whole(filled.values["reception"], 9)

    def work(session: Session) -> dict[str, Any]:
        return {"receptions": receptions_to_ask_for(session, chosen)}

    _ = translator_of(request)
    return await render(
        request,
        "registrations/form.html",
        status=status,
        values=filled.values,
        mistakes={name: _(said) for name, said in filled.mistakes.items()},
        confirmed=[name for name in _CONFIRMED if name in filled.mistakes or form.get(name) == "yes"],
        denunciation=denunciation,
        registration=row,
        stamp=stamp_to_show(form, filled.mistakes, "" if row is None else _stamp(row)),
        kind_words={kind: word for kind, word in KIND_WORDS.items() if kind != PetitionKind.DENUNCIATION},
        way_words=WAY_WORDS,
        today=today(),
        **await request.app[DATABASE].run(work),
    )
