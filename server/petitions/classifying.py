"""What comes in from the form that classifies a petition and proposes its route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from server.people import audit
from server.people.accounts import names_of_accounts
from server.petitions.categories import Route
from server.petitions.history import case_of
from server.petitions.lists import Lists
from server.petitions.naming import names_one
from server.petitions.routes import Proposal, RouteFault, faults, offered
from server.petitions.standing_forms import BAD_CHOICE, Filled
from server.petitions.tables import Petition
from server.web.languages import N_

FORM = "route"
CLASSIFIED = "petition_classified"
"""In the audit log."""
SENTENCES: dict[RouteFault, str] = {
    RouteFault.NOT_OFFERED: N_("This petition cannot go this way, or went another one. Choose one of the list."),
    RouteFault.NO_GROUND: N_("The law asks for a reason here. Choose one of the list for this route."),
    RouteFault.NO_TARGET: N_("Enter the body that is competent."),
    RouteFault.TARGET_IN_DENUNCIATION: N_("Of a denunciation no body is named here; the document says it."),
    RouteFault.NAMES_PETITIONER: N_("This carries the petitioner's name. Say it without the name."),
    RouteFault.WITHIN: N_("This route is for what lies within the office's competence."),
    RouteFault.OUTSIDE: N_("This route is for what lies outside the office's competence."),
    RouteFault.ELIGIBLE: N_("Only an eligible petition is accepted."),
    RouteFault.INELIGIBLE: N_("Completion is asked of a petition that is not eligible yet."),
}
_TRUTHS = {"": None, "yes": True, "no": False}
_LONGEST = 120


def read_proposal(form: Mapping[str, object]) -> tuple[Filled, Proposal]:
    names = ("eligible", "in_competence", "route", "route_ground", "route_target")
    values = {name: " ".join(str(form.get(name, "")).split()) for name in names}
    filled = Filled(FORM, values)
    for name in ("eligible", "in_competence"):
        if values[name] not in _TRUTHS:
            filled.mistakes[name] = BAD_CHOICE
    if values["route"] not in ("", *Route):
        filled.mistakes["route"] = BAD_CHOICE
    if len(values["route_target"]) > _LONGEST:
        filled.mistakes["route_target"] = N_("This text is too long. Shorten it.")
    route = Route(values["route"]) if values["route"] in set(Route) else None
    return filled, Proposal(
        eligible=_TRUTHS.get(values["eligible"]),
        in_competence=_TRUTHS.get(values["in_competence"]),
        route=route,
        ground=values["route_ground"] if route else "",
        target=values["route_target"],
    )


def routes_for(session: Session, petition: Petition) -> tuple[Route, ...]:
    taken = {step.status for step in case_of(session, petition).steps}
    return offered(petition.kind, bool(petition.other_kinds), taken)


@dataclass(frozen=True, slots=True)
class Routed:
    """Who proposed the route that stands in the record, and when. `name` is empty for who is no account."""

    name: str
    at: datetime


def routed_by(session: Session, petition: Petition) -> Routed | None:
    """As the audit log has it, which is written in the same unit of work. None: no route is proposed."""
    if petition.route is None:
        return None
    event = audit.last_of(session, CLASSIFIED, f"petition:{petition.id}")
    return None if event is None else Routed(names_of_accounts(session).get(event.actor, ""), event.at)


def propose(session: Session, petition: Petition, wanted: Proposal, lists: Lists) -> dict[str, str]:
    """Writes the proposal, or says what is wrong with it by the name of the field."""
    found = faults(petition.kind, wanted, routes_for(session, petition), lists, petition.received_on)
    if names_one(wanted.target, petition.names):
        found["route_target"] = RouteFault.NAMES_PETITIONER
    if not found:
        petition.eligible, petition.in_competence = wanted.eligible, wanted.in_competence
        petition.route, petition.route_ground = wanted.route, wanted.ground
        petition.route_target = wanted.target
        session.add(petition)
    return {name: SENTENCES[fault] for name, fault in found.items()}
