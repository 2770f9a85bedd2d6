"""Recording what became of a petition: the next status, an extension, the circumstances, a notice that was sent.

Each answers with the record itself: moved on to it when it was saved, with the mistakes beside the fields if not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.deadlines.computing import Extension
from server.deadlines.rules import Variant
from server.deadlines.terms import Terms
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions import standing_forms as forms
from server.petitions.classifying import CLASSIFIED, propose, read_proposal
from server.petitions.duties import duties_of
from server.petitions.extending import INSTANCES, VARIANTS, extension_faults, fits_extensions
from server.petitions.heard import HEARINGS
from server.petitions.history import (
    author_of,
    case_of,
    record_extension,
    record_notice,
    record_status,
    status_faults,
)
from server.petitions.lists import LISTS
from server.petitions.record_page import editable, show_record, to_record
from server.petitions.rules import may_edit
from server.petitions.standing import TERMS
from server.petitions.standing_forms import Filled
from server.petitions.tables import Petition
from server.petitions.transitions import day_fault, document_fault
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import require

Work = Callable[[Session, Petition, Terms, Account], dict[str, Any] | None]
"""Writes, and returns what the audit log keeps of it; None if there were mistakes, and nothing was written."""


def add_routes(app: web.Application) -> None:
    router = app.router
    for name, handler in (
        ("status", change_status),
        ("extension", extend),
        ("circumstances", describe),
        ("notice", note_notice),
        ("route", propose_route),
    ):
        router.add_post(rf"/petitions/{{id:\d{{1,9}}}}/{name}", handler, name=f"petition_{name}")


@require(Right.WRITE_PETITIONS)
async def change_status(request: web.Request) -> web.StreamResponse:
    filled, wanted = forms.read_status(await request.post())

    def work(session: Session, petition: Petition, _terms: Terms, account: Account) -> dict[str, Any] | None:
        before = petition.status
        if filled.values["after"] == str(len(case_of(session, petition).steps)):
            filled.say(status_faults(session, petition, wanted, today()))
        else:
            filled.mistakes = {"status": forms.MOVED_ON}
        if filled.mistakes:
            return None
        record_status(session, petition, wanted, author_of(account), today())
        said = {} if wanted.outcome is None else {"outcome": wanted.outcome}
        return {"from": before, "to": petition.status, "holds_on": str(wanted.holds_on), **said}

    return await _answer(request, filled, "petition_status_recorded", work)


@require(Right.WRITE_PETITIONS)
async def extend(request: web.Request) -> web.StreamResponse:
    filled, wanted = forms.read_extension(await request.post())

    def work(session: Session, petition: Petition, terms: Terms, account: Account) -> dict[str, Any] | None:
        filled.say(extension_faults(case_of(session, petition), wanted, terms, today()))
        if filled.mistakes or wanted.decided_on is None:
            return None
        extension = Extension(wanted.count, wanted.decided_on)
        record_extension(session, petition, extension, wanted.document, author_of(account))
        return {"count": extension.count, "decided_on": str(extension.decided_on)}

    return await _answer(request, filled, "petition_extended", work)


@require(Right.WRITE_PETITIONS)
async def describe(request: web.Request) -> web.StreamResponse:
    filled = forms.read_circumstances(await request.post())

    def work(session: Session, petition: Petition, terms: Terms, _account: Account) -> dict[str, Any] | None:
        variants = [*map(str, VARIANTS.get(petition.kind, ()))]
        instances = [*map(str, INSTANCES.get(petition.kind, (1,)))]
        instance = filled.values["instance"] or "1"
        if filled.values["variant"] not in variants:
            filled.mistakes["variant"] = forms.BAD_CHOICE
        elif instance not in instances:
            filled.mistakes["instance"] = forms.BAD_CHOICE
        else:
            variant = Variant(filled.values["variant"])
            case = replace(case_of(session, petition), variant=variant, instance=int(instance))
            if not fits_extensions(case, terms, today()):
                filled.mistakes["variant"] = forms.EXTENSIONS_STAND
        if filled.mistakes:
            return None
        petition.variant, petition.instance = Variant(filled.values["variant"]), int(instance)
        session.add(petition)
        return {"variant": petition.variant, "instance": petition.instance}

    return await _answer(request, filled, "petition_circumstances_changed", work)


@require(Right.WRITE_PETITIONS)
async def note_notice(request: web.Request) -> web.StreamResponse:
    filled = forms.read_notice(await request.post())
    asked = (filled.values["key"], filled.day("trigger_on"))
    hearings = request.app[HEARINGS]

    def work(session: Session, petition: Petition, terms: Terms, account: Account) -> dict[str, Any] | None:
        case = case_of(session, petition, hearings.days(session, [petition.id or 0]))
        duties = duties_of(case, terms, today())
        duty = next(
            (each for each in duties if each.by_notice and each.is_open and (each.key, each.trigger) == asked),
            None,
        )
        if duty is None:  # sent twice, or by two people: it is on the record already
            return None
        done_on = filled.day("done_on")
        document = filled.values["document"]
        found = {"done_on": day_fault(done_on, duty.trigger, today())}
        found["document"] = document_fault(document, needed=False)
        filled.say({name: fault for name, fault in found.items() if fault is not None})
        if filled.mistakes or done_on is None:
            return None
        record_notice(session, petition, (duty.key, duty.trigger), done_on, document, author_of(account))
        return {"key": duty.key, "trigger_on": str(duty.trigger), "done_on": str(done_on)}

    return await _answer(request, filled, "petition_notice_recorded", work)


@require(Right.WRITE_PETITIONS)
async def propose_route(request: web.Request) -> web.StreamResponse:
    filled, wanted = read_proposal(await request.post())
    lists = request.app[LISTS]

    def work(session: Session, petition: Petition, _terms: Terms, _account: Account) -> dict[str, Any] | None:
        if not filled.mistakes:
            filled.mistakes |= propose(session, petition, wanted, lists)
        if filled.mistakes:
            return None
        return {
            "route": wanted.route,
            "ground": wanted.ground,
            "eligible": wanted.eligible,
            "in_competence": wanted.in_competence,
        }

    return await _answer(request, filled, CLASSIFIED, work)


async def _answer(request: web.Request, filled: Filled, action: str, work: Work) -> web.StreamResponse:
    account = await account_in(request)
    view = await editable(request, account)
    terms = request.app[TERMS]

    def unit_of_work(session: Session) -> None:
        petition = session.get(Petition, view.id)
        if petition is None:
            raise web.HTTPNotFound
        if not may_edit(account.role, petition.kind, petition.confidentiality):
            raise web.HTTPForbidden
        detail = work(session, petition, terms, account)
        if detail is not None:
            audit.record(session, subject_of(account), action, f"petition:{view.id}", detail)

    await request.app[DATABASE].run(unit_of_work)
    if filled.mistakes:
        return await show_record(request, account, view.id, filled=filled)
    raise to_record(request, view.id, "standing")
