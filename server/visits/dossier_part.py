"""Who came about a petition, on the petition's own page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from server.people.rights import Right
from server.people.tables import Account
from server.petitions.dossier import Part, add_part
from server.petitions.tables import Petition
from server.receptions.dated_rules import RECEPTION_RULES, ReceptionRules
from server.receptions.tables import Reception
from server.visits.queries import VisitView, view
from server.visits.rules import OUTCOME_WORDS
from server.visits.tables import Visit
from server.web.languages import N_


@dataclass(frozen=True, slots=True)
class _Shown:
    visits: list[tuple[VisitView, Reception | None]]  # the latest first
    outcome_words: dict[Any, str]

    @property
    def count(self) -> int:
        return len(self.visits)


def add_to_dossier(app: web.Application) -> None:
    def read(session: Session, petition: Petition, account: Account) -> Any:
        if Right.READ_VISITS not in account.rights:
            return None
        return _visits(session, petition, account, app[RECEPTION_RULES])

    add_part(
        app,
        Part(
            name="visits",
            title=N_("Visits"),
            template="visits/of_petition.html",
            read=read,
            styles=("visits/visits.css",),
        ),
    )


def _visits(session: Session, petition: Petition, account: Account, rules: ReceptionRules) -> _Shown | None:
    """Without those that were withdrawn; None where nobody came."""
    rows = session.exec(
        select(Visit, Reception)
        .outerjoin(Reception, col(Reception.id) == Visit.reception_id)
        .where(Visit.petition_id == petition.id, col(Visit.withdrawn_at).is_(None))
        .order_by(col(Visit.came_at).desc(), col(Visit.id).desc())
    ).all()
    found: list[tuple[VisitView, Reception | None]] = [
        (view(account.role, visit, petition, reception, rules), reception) for visit, reception in rows
    ]
    return _Shown(found, OUTCOME_WORDS) if found else None
