"""Which recordings are kept how long, which fall due, and which are on hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.data.columns import now
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account
from server.petitions.tables import Petition, PetitionStatus, PetitionStatusChange
from server.receptions.tables import AgendaItem, AgendaItemPetition, Reception, Recording
from server.review.reading import is_ready
from server.review.retention import CaseHeard, RetentionRules, Term
from server.review.tables import Hold
from server.web.languages import local_day

OVER = frozenset(
    {
        PetitionStatus.NOT_ACCEPTED,
        PetitionStatus.GUIDED,
        PetitionStatus.FORWARDED,
        PetitionStatus.RETURNED,
        PetitionStatus.WITHDRAWN,
        PetitionStatus.TERMINATED,
        PetitionStatus.SETTLED,
        PetitionStatus.FILED,
    }
)
"""A case in one of these has ended, on the day since which it has it. One in execution has not."""


@dataclass(frozen=True, slots=True)
class Kept:
    recording: Recording
    reception: Reception
    petitions: int
    term: Term
    hold: Hold | None

    def falls_due(self, today: date) -> bool:
        return self.term.is_over(today) and self.hold is None


def kept(session: Session, rules: RetentionRules, today: date, only: int | None = None) -> list[Kept]:
    """What falls due first, then the others by their last day, then what is kept without one. `only`: the number
    of one recording."""
    asked = select(Recording, Reception).join(Reception, col(Reception.id) == Recording.reception_id)
    recorded = select(Recording.reception_id)
    if only is not None:
        asked, recorded = asked.where(Recording.id == only), recorded.where(Recording.id == only)
    rows = session.exec(asked)
    cases = _cases(session, recorded)
    holds = {hold.recording_id: hold for hold in session.exec(select(Hold).where(col(Hold.lifted_at).is_(None)))}
    found = []
    for recording, reception in rows:
        if not is_ready(recording):
            continue
        heard = cases.get(reception.id or 0, [])
        term = rules.term(local_day(recording.started_at or reception.planned_at), heard)
        found.append(Kept(recording, reception, len(heard), term, holds.get(recording.id or 0)))
    return sorted(
        found,
        key=lambda each: (not each.falls_due(today), each.term.last_day or date.max, each.reception.planned_at),
    )


def put_on_hold(session: Session, account: Account, recording: Recording, reason: str) -> bool:
    """False: it is on hold already."""
    if _hold_of(session, recording) is not None:
        return False
    session.add(Hold(recording_id=recording.id or 0, reason=reason, made_by=account.id or 0))
    audit.record(session, subject_of(account), "recording_held", f"recording:{recording.id}")
    return True


def lift_hold(session: Session, account: Account, recording: Recording, reason: str) -> bool:
    """False: it is on none."""
    hold = _hold_of(session, recording)
    if hold is None:
        return False
    hold.lifted_by, hold.lifted_at, hold.lift_reason = account.id, now(), reason
    session.add(hold)
    audit.record(session, subject_of(account), "recording_hold_lifted", f"recording:{recording.id}")
    return True


def _hold_of(session: Session, recording: Recording) -> Hold | None:
    return session.exec(
        select(Hold).where(Hold.recording_id == recording.id, col(Hold.lifted_at).is_(None))
    ).first()


def _cases(session: Session, recorded: SelectOfScalar[int]) -> dict[int, list[CaseHeard]]:
    """By reception."""
    rows = session.exec(
        select(AgendaItem.reception_id, Petition)
        .join(AgendaItemPetition, col(AgendaItemPetition.item_id) == AgendaItem.id)
        .join(Petition, col(Petition.id) == AgendaItemPetition.petition_id)
        .where(col(AgendaItem.reception_id).in_(recorded))
    ).all()
    ids = {petition.id for _reception, petition in rows}
    since: dict[int, date] = {}
    changes = select(PetitionStatusChange).where(col(PetitionStatusChange.petition_id).in_(ids))
    for change in session.exec(changes.order_by(col(PetitionStatusChange.id))):
        since[change.petition_id] = change.holds_on
    found: dict[int, list[CaseHeard]] = defaultdict(list)
    for reception_id, petition in rows:
        ended = since.get(petition.id or 0, petition.received_on) if petition.status in OVER else None
        found[reception_id].append(CaseHeard(petition.flags, ended))
    return found
