"""The register of visits in the columns of form 03 of Circular 04/2021 ("Sổ tiếp công dân").

A visit says who came and about what; who settled the matter before, where it was sent and what became of it says
the petition it is linked to, as it stands today. Of a guarded record these columns stay empty, as its words do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from server.data.parts import in_parts
from server.petitions.categories import Outcome, Route, Settled
from server.petitions.history import rows_of
from server.petitions.rules import Reading
from server.petitions.tables import Petition, PetitionKind, PetitionStatus, PetitionStatusChange
from server.visits.queries import VisitView
from server.visits.tables import VisitOutcome


@dataclass(frozen=True, slots=True)
class Sent:
    """To which body, by which document; either may be empty."""

    to: str
    document: str


@dataclass(frozen=True, slots=True)
class Became:
    """What the petition's history says last."""

    kind: PetitionKind
    status: PetitionStatus
    on: date
    document: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the paper. `settled` None: no petition says it."""

    visit: VisitView
    settled: Settled | None = None
    settled_before: Sent | None = None  # by whom
    within: bool = False
    guided: Sent | None = None
    forwarded: Sent | None = None
    became: Became | None = None

    @property
    def remarkable(self) -> bool:
        """What was done is told in the notes, because no column is meant for it."""
        return self.visit.outcome in (VisitOutcome.DECLINED, VisitOutcome.APPOINTED)


def lines_of(session: Session, visits: Sequence[VisitView]) -> list[Line]:
    """In the same order."""
    ids = [visit.petition_id for visit in visits if visit.petition_id is not None and _told(visit)]
    petitions: dict[int, Petition] = {}
    history: dict[int, list[PetitionStatusChange]] = {}
    for some in in_parts(list(dict.fromkeys(ids))):
        for petition in session.exec(select(Petition).where(col(Petition.id).in_(some))):
            petitions[petition.id or 0] = petition
        for change in rows_of(session, some):
            history.setdefault(change.petition_id, []).append(change)
    return [_line(visit, petitions, history) for visit in visits]


def _told(visit: VisitView) -> bool:
    return visit.reading >= Reading.RECORD and not visit.guarded


def _line(
    visit: VisitView, petitions: Mapping[int, Petition], history: Mapping[int, Sequence[PetitionStatusChange]]
) -> Line:
    petition = petitions.get(visit.petition_id or 0) if _told(visit) else None
    if petition is None:
        by_word = visit.outcome is VisitOutcome.GUIDED
        return Line(visit, guided=Sent("", visit.document) if by_word else None)
    changes = history.get(petition.id or 0, ())
    guided = _sent(petition, changes, Route.GUIDE, PetitionStatus.GUIDED, PetitionStatus.RETURNED)
    if guided is None and visit.outcome is VisitOutcome.GUIDED:
        guided = Sent("", visit.document)
    return Line(
        visit,
        settled=petition.settled,
        settled_before=Sent(petition.settled_by, petition.settled_document) if petition.settled_by else None,
        within=petition.in_competence is True,
        guided=guided,
        forwarded=_sent(petition, changes, Route.FORWARD, PetitionStatus.FORWARDED),
        became=_became(petition, changes[-1]) if changes else None,
    )


def _became(petition: Petition, last: PetitionStatusChange) -> Became:
    return Became(petition.kind, last.status, last.holds_on, last.document, last.outcome)


def _sent(
    petition: Petition, changes: Sequence[PetitionStatusChange], route: Route, *statuses: PetitionStatus
) -> Sent | None:
    change = next((each for each in reversed(changes) if each.status in statuses), None)
    if change is None:
        return None
    return Sent(petition.route_target if petition.route is route else "", change.document)
