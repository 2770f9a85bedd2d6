"""How a petition is proposed to be handled (Circular 05/2021), and what such a proposal asks for: pure.

A proposal is no status: it says which of the statuses that may follow is meant (`transitions` decides that one),
and with what reason. Three routes lead to none: urging, asking for completion, splitting. Once the petition has
gone on, its proposal can still be corrected, but only to the way that was taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.petitions.categories import Route
from server.petitions.lists import Lists
from server.petitions.tables import PetitionKind, PetitionStatus
from server.petitions.transitions import followers


@dataclass(frozen=True, slots=True)
class RouteRule:
    """`status` it leads to. What it stands on: `in_competence` and `eligible`, where it says anything of them;
    `ground`: a reason of the list; `target`: the body that is competent."""

    status: PetitionStatus | None = None
    in_competence: bool | None = None
    eligible: bool | None = None
    ground: bool = False
    target: bool = False


RULES: Mapping[Route, RouteRule] = {
    Route.ACCEPT: RouteRule(PetitionStatus.ACCEPTED, in_competence=True, eligible=True),
    Route.DECLINE: RouteRule(PetitionStatus.NOT_ACCEPTED, in_competence=True, ground=True),
    Route.GUIDE: RouteRule(PetitionStatus.GUIDED, in_competence=False, target=True),
    Route.FORWARD: RouteRule(PetitionStatus.FORWARDED, in_competence=False, target=True),
    Route.RETURN: RouteRule(PetitionStatus.RETURNED, in_competence=False, ground=True),
    Route.URGE: RouteRule(in_competence=False, target=True),
    Route.FILE: RouteRule(PetitionStatus.FILED, ground=True),
    Route.COMPLETE: RouteRule(eligible=False, ground=True),
    Route.SPLIT: RouteRule(),
}


class RouteFault(StrEnum):
    NOT_OFFERED = "not_offered"
    NO_GROUND = "no_ground"
    NO_TARGET = "no_target"
    TARGET_IN_DENUNCIATION = "target_in_denunciation"
    NAMES_PETITIONER = "names_petitioner"
    WITHIN = "within"  # asked for is a petition within the competence
    OUTSIDE = "outside"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"


@dataclass(frozen=True, slots=True)
class Proposal:
    """None: not said."""

    eligible: bool | None
    in_competence: bool | None
    route: Route | None
    ground: str = ""
    target: str = ""


def offered(kind: PetitionKind, several: bool, taken: Collection[PetitionStatus]) -> tuple[Route, ...]:
    """What may be proposed. `several`: it has several contents; `taken`: the statuses of its history."""
    gone_on = set(taken) - {PetitionStatus.RECEIVED}
    return tuple(route for route in Route if _fits(route, kind, several, gone_on))


def _fits(route: Route, kind: PetitionKind, several: bool, gone_on: Collection[PetitionStatus]) -> bool:
    if route is Route.SPLIT:  # a petition split from a denunciation would lead to whoever wrote it
        return several and kind is not PetitionKind.DENUNCIATION
    status = RULES[route].status
    if status is None:
        return kind is not PetitionKind.DENUNCIATION or route is not Route.URGE
    return status in (gone_on or followers(kind, PetitionStatus.RECEIVED))


def faults(
    kind: PetitionKind, wanted: Proposal, allowed: Collection[Route], lists: Lists, day: date
) -> dict[str, RouteFault]:
    """By the name of the field. A denunciation's target is no text: the document's number says it."""
    found: dict[str, RouteFault] = {}
    if kind is PetitionKind.DENUNCIATION and wanted.target:
        found["route_target"] = RouteFault.TARGET_IN_DENUNCIATION
    if wanted.route is None:
        return found
    if wanted.route not in allowed:
        return {"route": RouteFault.NOT_OFFERED}
    rule = RULES[wanted.route]
    grounds = {each.code for each in lists.grounds_for(kind, day) if each.route is wanted.route}
    if (rule.ground or wanted.ground) and wanted.ground not in grounds:
        found["route_ground"] = RouteFault.NO_GROUND
    if rule.target and not wanted.target and kind is not PetitionKind.DENUNCIATION:
        found["route_target"] = RouteFault.NO_TARGET
    if rule.in_competence is not None and wanted.in_competence is not rule.in_competence:
        found["in_competence"] = RouteFault.WITHIN if rule.in_competence else RouteFault.OUTSIDE
    if rule.eligible is not None and wanted.eligible is not rule.eligible:
        found["eligible"] = RouteFault.ELIGIBLE if rule.eligible else RouteFault.INELIGIBLE
    return found
