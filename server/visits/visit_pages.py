"""Recording a visit, changing and withdrawing it, and putting its petition on an agenda."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.citizens import confidentiality_of, may_write
from server.petitions.forgetting import forget
from server.petitions.history import author_of
from server.petitions.rules import KIND_WORDS
from server.petitions.tables import Petition, PetitionKind
from server.receptions.agenda_pages import AGENDA_LIMIT
from server.receptions.tables import ReceptionState
from server.registrations import recording as registrations
from server.registrations.rules import GROUND_WORDS
from server.visits import recording
from server.visits.forms import FIELDS, FilledVisit, read_visit, values_of
from server.visits.from_registration import registration_in, who_registered
from server.visits.queries import receptions_ahead, receptions_to_visit
from server.visits.rules import OUTCOME_WORDS, Entry
from server.visits.tables import Visit, Withdrawal
from server.web.asked import whole
from server.web.keys import DATABASE
from server.web.languages import HERE, N_, today
from server.web.shell import render, require, translator_of
from server.web.stamp import CHANGED_MEANWHILE, FIELD, changed_meanwhile, stamp_of, stamp_to_show
from signaling.refusals import RefusalCode, Refused

SENT_TWICE = N_(
    "A visit that says the same is on the register already. If this is another one, save again; otherwise you"
    " are done."
)
NOT_EXPECTED = N_(
    "The registration this visit was begun with was refused or withdrawn in the meantime, or has its visit"
    " already, so nothing was saved. If you save again, the visit stands without it."
)
_VISIT = r"/visits/{id:\d{1,9}}"


def add_routes(app: web.Application) -> None:
    app.router.add_get("/visits/new", new, name="visit_new")
    app.router.add_post("/visits/new", create)
    app.router.add_get("/visits/new/denunciation", new, name="visit_new_denunciation")
    app.router.add_post("/visits/new/denunciation", create)
    app.router.add_get(_VISIT + "/edit", edit, name="visit_edit")
    app.router.add_post(_VISIT + "/edit", change)
    app.router.add_post(_VISIT + "/withdraw", withdraw, name="visit_withdraw")
    app.router.add_post(_VISIT + "/denunciation", become_denunciation, name="visit_denunciation")
    app.router.add_post(_VISIT + "/agenda", put_on_agenda, name="visit_agenda")


@require(Right.WRITE_VISITS)
async def new(request: web.Request) -> web.StreamResponse:
    account, now = await account_in(request), datetime.now(HERE)
    reception = request.query.get("reception", "")
    values = dict.fromkeys(FIELDS, "") | {
        "day": now.date().isoformat(),
        "clock": now.time().isoformat("minutes"),
        "persons": "1",
        "reception": reception if reception.isdecimal() else "",
    }
    if (number := whole(request.query.get("registration", ""), 9)) is not None:
        asked = await request.app[DATABASE].run(who_registered, account, number)
        values |= {"registration": str(number), **asked}
    return await _form(
        request, FilledVisit(values, Entry(None, None, None)), denunciation=_of_denunciation(request)
    )


@require(Right.WRITE_VISITS)
async def create(request: web.Request) -> web.StreamResponse:
    account, form = await account_in(request), await request.post()
    denunciation, author = _of_denunciation(request), author_of(account)

    def work(session: Session) -> tuple[FilledVisit, int]:
        registered = registration_in(session, form, account)
        filled = read_visit(session, form, datetime.now(HERE), denunciation=denunciation)
        if filled.mistakes:
            return filled, 0
        _must_write(session, account, filled.entry)
        there = recording.is_there(session, filled.entry)
        if registered is not None and registered.visit_id is not None and there:
            return filled, registered.visit_id  # sent twice
        if registered is not None and not registrations.may_come(registered):
            filled.mistakes["registration"], filled.values["registration"] = NOT_EXPECTED, ""
            return filled, 0
        if form.get("looked") != "yes" and there:
            filled.mistakes["looked"] = SENT_TWICE
            return filled, 0
        visit = recording.record(session, filled.entry, author)
        if registered is not None:
            registrations.came(session, registered, visit.id or 0, visit.kind, author)
        return filled, visit.id or 0

    filled, number = await request.app[DATABASE].run(work)
    if not number:
        return await _form(request, filled, denunciation=denunciation, status=422)
    if denunciation:
        await forget(request.app[DATABASE])  # what was registered of it, perhaps
    raise _to_visit(request, number)


@require(Right.WRITE_VISITS)
async def edit(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)

    def work(session: Session) -> tuple[Visit, str]:
        visit = _visit(request, session, account)
        petition = session.get(Petition, visit.petition_id) if visit.petition_id else None
        return visit, "" if petition is None else petition.code

    visit, code = await request.app[DATABASE].run(work)
    filled = FilledVisit(values_of(visit, code), Entry(None, None, None))
    denunciation = visit.kind == PetitionKind.DENUNCIATION
    return await _form(request, filled, denunciation=denunciation, visit=visit)


@require(Right.WRITE_VISITS)
async def change(request: web.Request) -> web.StreamResponse:
    account, form = await account_in(request), await request.post()

    def work(session: Session) -> tuple[FilledVisit, Visit]:
        visit = _visit(request, session, account)
        denunciation = visit.kind == PetitionKind.DENUNCIATION
        filled = read_visit(session, form, datetime.now(HERE), denunciation=denunciation, year=visit.year)
        if not filled.mistakes and changed_meanwhile(form, _stamp(visit)):
            filled.mistakes[FIELD] = CHANGED_MEANWHILE
        if not filled.mistakes:
            _must_write(session, account, filled.entry)
            recording.change(session, visit, filled.entry, author_of(account))
        return filled, visit

    filled, visit = await request.app[DATABASE].run(work)
    if filled.mistakes:
        denunciation = visit.kind == PetitionKind.DENUNCIATION
        return await _form(request, filled, denunciation=denunciation, visit=visit, status=422)
    raise _to_visit(request, visit.id or 0)


@require(Right.WRITE_VISITS)
async def withdraw(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    because = (await request.post()).get("because", "")
    if because not in set(Withdrawal):
        raise Refused(RefusalCode.BAD_MESSAGE, allowed=", ".join(Withdrawal))

    def work(session: Session) -> int:
        visit = _visit(request, session, account)
        recording.withdraw(session, visit, Withdrawal(str(because)), author_of(account))
        return visit.id or 0

    raise _to_visit(request, await request.app[DATABASE].run(work))


@require(Right.WRITE_VISITS)
async def become_denunciation(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    if (await request.post()).get("confirmed") != "yes":
        raise Refused(RefusalCode.BAD_MESSAGE, allowed="confirmed=yes")

    def work(session: Session) -> int:
        visit = _visit(request, session, account)
        recording.make_denunciation(session, visit, author_of(account))
        return visit.id or 0

    try:
        number = await request.app[DATABASE].run(work)
    except recording.HasPetition:
        raise Refused(RefusalCode.NOT_ALLOWED, "a visit with a petition", "the petition's own form") from None
    await forget(request.app[DATABASE])
    raise _to_visit(request, number)


@require(Right.PLAN_RECEPTIONS)
async def put_on_agenda(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    chosen = (await request.post()).get("reception", "")
    if not isinstance(chosen, str) or not chosen.isdecimal() or len(chosen) > 9:
        raise Refused(RefusalCode.UNKNOWN_RECEPTION, str(chosen)[:20])
    reception_id, limit = int(chosen), request.app[AGENDA_LIMIT]

    def work(session: Session) -> None:
        visit = _visit(request, session, account)
        if visit.petition_id is None:
            raise Refused(RefusalCode.BAD_MESSAGE, "a visit without a petition", "one petition or more")
        because = {"visit": visit.id}
        registrations.put_on_agenda(session, reception_id, visit.petition_id, limit, subject_of(account), because)

    await request.app[DATABASE].run(work)
    address = request.app.router["reception"].url_for(id=str(reception_id))
    raise web.HTTPSeeOther(f"{address}#agenda")


def _stamp(visit: Visit) -> str:
    return stamp_of({**values_of(visit, ""), "petition": visit.petition_id})


def _of_denunciation(request: web.Request) -> bool:
    return request.path.endswith("/denunciation")


def _visit(request: web.Request, session: Session, account: Account) -> Visit:
    """The visit of the address, while it stands. Raises HTTPNotFound, HTTPForbidden."""
    visit = session.get(Visit, int(request.match_info["id"]))
    if visit is None or visit.withdrawn_at is not None:
        raise web.HTTPNotFound
    if not may_write(account.role, visit.kind, confidentiality_of(session, visit.petition_id)):
        raise web.HTTPForbidden
    return visit


def _must_write(session: Session, account: Account, entry: Entry) -> None:
    confidentiality = confidentiality_of(session, entry.petition.id if entry.petition else None)
    if entry.kind is None or not may_write(account.role, entry.kind, confidentiality):
        raise web.HTTPForbidden


def _to_visit(request: web.Request, number: int) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(str(request.app.router["visit"].url_for(id=str(number))))


async def _form(
    request: web.Request,
    filled: FilledVisit,
    *,
    denunciation: bool,
    visit: Visit | None = None,
    status: int = 200,
) -> web.Response:
    chosen = filled.values["reception"]
    chosen_id = whole(chosen, 9)

    def work(session: Session) -> dict[str, Any]:
        return {
            "receptions": receptions_to_visit(session, today(), chosen_id),
            "ahead": receptions_ahead(session, ReceptionState.PLANNED),
        }

    _ = translator_of(request)
    return await render(
        request,
        "visits/form.html",
        status=status,
        values=filled.values,
        mistakes={name: _(said) for name, said in filled.mistakes.items()},
        denunciation=denunciation,
        visit=visit,
        stamp=stamp_to_show(await request.post(), filled.mistakes, "" if visit is None else _stamp(visit)),
        kind_words={kind: word for kind, word in KIND_WORDS.items() if kind != PetitionKind.DENUNCIATION},
        outcome_words=OUTCOME_WORDS,
        ground_words=GROUND_WORDS,
        today=today(),
        **await request.app[DATABASE].run(work),
    )
