"""One record with its history and every time it was heard: the page, as the reader's role may see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account
from server.petitions.categories import Route
from server.petitions.classifying import Routed, routed_by, routes_for
from server.petitions.concluded import CONCLUSIONS, Concluded
from server.petitions.dossier import DOSSIER, FilledPart
from server.petitions.heard import HEARINGS, Heard
from server.petitions.history_lines import newest_first
from server.petitions.linked import Link, Relation, links_of
from server.petitions.lists import LISTS, Lists
from server.petitions.queries import PetitionView, petition_view
from server.petitions.routes import RULES
from server.petitions.rules import (
    AGE_WORDS,
    CHANNEL_WORDS,
    FLAG_WORDS,
    KIND_WORDS,
    PETITIONER_WORDS,
    ROUTE_WORDS,
    SETTLED_WORDS,
    STATUS_WORDS,
    Reading,
    may_create,
    may_edit,
)
from server.petitions.standing import STANDING_WORDS, TERMS, Standing, standing_of
from server.petitions.standing_forms import Filled
from server.petitions.tables import Petition, PetitionKind, PetitionStatus
from server.web.keys import DATABASE
from server.web.languages import N_, today
from server.web.shell import language_of, render, translator_of

WORDS: dict[str, Any] = {
    "kind_words": KIND_WORDS,
    "status_words": STATUS_WORDS,
    "channel_words": CHANNEL_WORDS,
    "petitioner_words": PETITIONER_WORDS,
    "age_words": AGE_WORDS,
    "settled_words": SETTLED_WORDS,
    "flag_words": FLAG_WORDS,
    "route_words": ROUTE_WORDS,
    "Reading": Reading,
}

_LINK_WORDS: dict[Relation, str] = {
    Relation.EARLIER: N_("Came in before as"),
    Relation.LATER: N_("Came in again as"),
    Relation.SPLIT_FROM: N_("Split from"),
    Relation.SPLIT_INTO: N_("Split into"),
}


@dataclass(frozen=True, slots=True)
class _Record:
    view: PetitionView
    heard: list[Heard]
    concluded: list[Concluded]
    standing: Standing | None
    links: list[Link]
    routes: tuple[Route, ...]
    routed: Routed | None
    parts: list[FilledPart]


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
    lists, language = request.app[LISTS], language_of(request)

    def work(session: Session) -> _Record | None:
        view = petition_view(session, account.role, petition_id)
        petition = session.get(Petition, petition_id)
        if view is None or petition is None:
            return None
        readable = view.reading >= Reading.RECORD
        parts = _filled_parts(request, session, petition, account) if readable else []
        if opened and view.audited and readable:
            audit.record(session, subject_of(account), "petition_read", f"petition:{view.id}")
        heard_on = hearings.days(session, [petition_id])
        return _Record(
            view,
            hearings.of_petition(session, petition_id),
            conclusions.of_petition(session, petition_id, account.role, terms.calendar, today()),
            _with_parts(standing_of(session, petition, heard_on, terms, today()), parts) if readable else None,
            links_of(session, petition) if readable else [],
            routes_for(session, petition) if readable else (),
            routed_by(session, petition) if readable else None,
            parts,
        )

    found = await request.app[DATABASE].run(work)
    if found is None:
        raise web.HTTPNotFound
    view = found.view
    _ = translator_of(request)
    allowed = may_edit(account.role, view.kind, view.confidentiality)
    denouncing = may_create(account.role, PetitionKind.DENUNCIATION)
    return await render(
        request,
        "petitions/detail.html",
        status=422 if mistake or filled else 200,
        petition=view,
        heard=found.heard,
        concluded=found.concluded,
        standing=found.standing,
        links=found.links,
        link_words=_LINK_WORDS,
        fields=lists.field_words(language),
        routes=found.routes,
        routed=found.routed,
        parts=found.parts,
        route_rules=RULES,
        grounds=lists.grounds_for(view.kind, view.received_on),
        ground_words=lists.ground_words(language),
        proposed=_proposed(view, lists),
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


def _filled_parts(
    request: web.Request, session: Session, petition: Petition, account: Account
) -> list[FilledPart]:
    read = ((part, part.read(session, petition, account)) for part in request.app[DOSSIER])
    return [FilledPart(part, content) for part, content in read if content is not None]


def _with_parts(standing: Standing, parts: list[FilledPart]) -> Standing:
    more = [line for filled in parts for line in filled.part.history(filled.content)]
    return replace(standing, lines=newest_first([*standing.lines, *more])) if more else standing


def _proposed(view: PetitionView, lists: Lists) -> dict[str, str]:
    """What the form of the next status begins with. A reason is written into the history in Vietnamese, whoever
    writes it; of a denunciation there is none in words."""
    status = None if view.route is None else RULES[view.route].status
    if status is None or view.status is not PetitionStatus.RECEIVED:
        return {}
    reason = "" if view.kind == PetitionKind.DENUNCIATION else lists.ground_words("vi").get(view.route_ground, "")
    return {"status": status, "reason": reason}
