"""The register of visits: the list with its filters in the address, its print, and one visit."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import names_of_accounts, subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.citizens import may_write
from server.petitions.rules import KIND_WORDS, SETTLED_WORDS, STATUS_WORDS
from server.petitions.standing import OUTCOME_WORDS as SETTLEMENT_WORDS
from server.petitions.tables import PetitionKind
from server.receptions.dated_rules import RECEPTION_RULES
from server.receptions.schedule_pages import day_in
from server.receptions.tables import AHEAD, Reception, ReceptionMode
from server.registrations.rules import GROUND_WORDS
from server.visits import dossier_part, visit_pages
from server.visits.paper import Line, lines_of
from server.visits.queries import MOST_PRINTED, Page, Wanted, receptions_ahead, search, visit_view
from server.visits.rules import OUTCOME_WORDS, WITHDRAWAL_WORDS
from server.visits.tables import VisitOutcome, Withdrawal
from server.web.asked import page_in, whole
from server.web.keys import DATABASE
from server.web.shell import render, require

_KEPT = ("q", "from", "to", "mode", "kind", "outcome", "reception", "appointed")


def add_routes(app: web.Application) -> None:
    """Needs RECEPTION_RULES and AGENDA_LIMIT in `app` when a page is asked for."""
    app.router.add_get("/visits", table, name="visits")
    app.router.add_get("/visits/print", printed, name="visits_print")
    app.router.add_get(r"/visits/{id:\d{1,9}}", detail, name="visit")
    visit_pages.add_routes(app)
    dossier_part.add_to_dossier(app)


@require(Right.READ_VISITS)
async def table(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    wanted, kept = _wanted(request), _kept(request)

    def work(session: Session) -> dict[str, Any]:
        return {
            "page": search(session, account.role, wanted, request.app[RECEPTION_RULES]),
            "reception": session.get(Reception, wanted.reception_id) if wanted.reception_id else None,
            "appointed": session.get(Reception, wanted.appointed_id) if wanted.appointed_id else None,
        }

    return await render(
        request,
        "visits/list.html",
        wanted=wanted,
        filtered=bool(kept),
        address=lambda page: "?" + urlencode({**kept, "page": page}),
        print_address=str(request.app.router["visits_print"].url_for().with_query(kept)),
        modes=list(ReceptionMode),
        kind_words=KIND_WORDS,
        outcome_words=OUTCOME_WORDS,
        may_write=Right.WRITE_VISITS in account.rights,
        **await request.app[DATABASE].run(work),
    )


@require(Right.READ_VISITS)
async def printed(request: web.Request) -> web.StreamResponse:
    """All of the period on one page, in the columns of the paper register, oldest first."""
    account = await account_in(request)
    wanted, rules = _wanted(request), request.app[RECEPTION_RULES]

    def work(session: Session) -> tuple[Page, list[Line]]:
        found = search(session, account.role, wanted, rules, MOST_PRINTED)
        return found, lines_of(session, found.visits[::-1])

    page, lines = await request.app[DATABASE].run(work)
    return await render(
        request,
        "visits/print.html",
        page=page,
        lines=lines,
        wanted=wanted,
        most=MOST_PRINTED,
        kind_words=KIND_WORDS,
        outcome_words=OUTCOME_WORDS,
        settled_words=SETTLED_WORDS,
        status_words=STATUS_WORDS,
        settlement_words=SETTLEMENT_WORDS,
    )


@require(Right.READ_VISITS)
async def detail(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    visit_id = int(request.match_info["id"])

    def work(session: Session) -> dict[str, Any] | None:
        visit = visit_view(session, account.role, visit_id, request.app[RECEPTION_RULES])
        if visit is None:
            return None
        if visit.guarded:
            audit.record(session, subject_of(account), "visit_read", f"visit:{visit_id}")
        writes = may_write(account.role, visit.kind, visit.confidentiality) and visit.withdrawn_at is None
        plans = writes and visit.petition_id is not None and Right.PLAN_RECEPTIONS in account.rights
        return {
            "visit": visit,
            "reception": session.get(Reception, visit.reception_id) if visit.reception_id else None,
            "appointed": session.get(Reception, visit.appointed_id) if visit.appointed_id else None,
            "recorded_by": names_of_accounts(session).get(visit.recorded_by, ""),
            "agendas": receptions_ahead(session, *AHEAD) if plans else [],
            "may_write": writes,
        }

    found = await request.app[DATABASE].run(work)
    if found is None:
        raise web.HTTPNotFound
    return await render(
        request,
        "visits/visit.html",
        outcome_words=OUTCOME_WORDS,
        ground_words=GROUND_WORDS,
        withdrawal_words=WITHDRAWAL_WORDS,
        withdrawals=list(Withdrawal),
        **found,
    )


def _kept(request: web.Request) -> dict[str, str]:
    return {name: request.query[name] for name in _KEPT if request.query.get(name)}


def _wanted(request: web.Request) -> Wanted:
    query = request.query
    page, reception = query.get("page", ""), query.get("reception", "")
    return Wanted(
        text=query.get("q", "")[:200].strip(),
        since=day_in(query.get("from", "")),
        until=day_in(query.get("to", "")),
        mode=next((mode for mode in ReceptionMode if mode == query.get("mode")), None),
        kind=next((kind for kind in PetitionKind if kind == query.get("kind")), None),
        outcome=next((outcome for outcome in VisitOutcome if outcome == query.get("outcome")), None),
        reception_id=whole(reception, 9),
        appointed_id=whole(query.get("appointed", ""), 9),
        page=page_in(page),
    )
