"""Calling a reception off, for good or until another day, and whether that was published in time.

Putting off is calling off with a successor: another reception of the same plan, which takes the agenda with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from server.deadlines.calendar import ONE_DAY
from server.deadlines.errors import YearNotCovered
from server.deadlines.terms import Terms
from server.receptions import agenda
from server.receptions.dated_rules import ReceptionRule, ReceptionRules, RuleKey
from server.receptions.tables import AgendaItem, Reception, ReceptionCancellation, ReceptionState
from server.receptions.titles import moved


@dataclass(frozen=True, slots=True)
class Cancellation:
    """`announced_on` None: not published yet. `moved_to`: when the successor begins."""

    reason: str
    announced_on: date | None = None
    announced_where: str = ""
    moved_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticeCheck:
    """How the day of the notice compares with the rule. `latest`: the last day that keeps to it."""

    rule: ReceptionRule
    latest: date
    announced_on: date | None
    working_days: int | None  # from the day of the notice to the day before the reception

    @property
    def late(self) -> bool:
        return self.announced_on is not None and self.announced_on > self.latest


def notice_check(
    rules: ReceptionRules, terms: Terms, planned_on: date, announced_on: date | None
) -> NoticeCheck | None:
    """None: no rule is in force on that day, or the working calendar lacks the year."""
    rule = rules.on(RuleKey.CANCEL_NOTICE, planned_on)
    if rule is None:
        return None
    try:
        latest = planned_on
        while _working_days(terms, latest, planned_on) < rule.count:
            latest -= ONE_DAY
        between = None if announced_on is None else _working_days(terms, announced_on, planned_on)
    except YearNotCovered:
        return None
    return NoticeCheck(rule, latest, announced_on, between)


def _working_days(terms: Terms, announced_on: date, planned_on: date) -> int:
    """From the day of the notice to the day before the reception: a notice of a Sunday is one of the Monday."""
    return terms.working_days(announced_on - ONE_DAY, planned_on - ONE_DAY)


def cancel(session: Session, reception_id: int, wanted: Cancellation, actor: str) -> Reception | None:
    """Returns the successor, if there is one. Raises Refused for a reception that is not planned any more."""
    reception = agenda.planned(session, reception_id)
    successor = None if wanted.moved_to is None else _successor(session, reception, wanted.moved_to)
    reception.state = ReceptionState.CANCELLED
    session.add(reception)
    session.add(
        ReceptionCancellation(
            reception_id=reception_id,
            reason=wanted.reason,
            announced_on=wanted.announced_on,
            announced_where=wanted.announced_where,
            moved_to_id=None if successor is None else successor.id,
            recorded_by=actor,
        )
    )
    session.flush()
    return successor


def announce(session: Session, reception_id: int, on: date, where: str) -> bool:
    """Note when and where the cancellation was published. False: there is none without a day."""
    cancellation = session.get(ReceptionCancellation, reception_id)
    if cancellation is None or cancellation.announced_on is not None:
        return False
    cancellation.announced_on, cancellation.announced_where = on, where
    session.add(cancellation)
    return True


def cancellation_of(session: Session, reception_id: int) -> ReceptionCancellation | None:
    return session.get(ReceptionCancellation, reception_id)


def predecessor_of(session: Session, reception_id: int) -> Reception | None:
    """The reception that was put off to this one."""
    return session.exec(
        select(Reception)
        .join(ReceptionCancellation, col(ReceptionCancellation.reception_id) == Reception.id)
        .where(ReceptionCancellation.moved_to_id == reception_id)
    ).first()


def _successor(session: Session, former: Reception, planned_at: datetime) -> Reception:
    plan = agenda.Plan(
        title=moved(former.title, former.planned_at, planned_at),
        mode=former.mode,
        place=former.place,
        host_name=former.host_name,
        planned_at=planned_at,
        received_by=former.received_by,
        composition=former.composition,
    )
    successor = agenda.create_reception(session, plan)
    for item in session.exec(select(AgendaItem).where(AgendaItem.reception_id == former.id)).all():
        item.reception_id = successor.id or 0
        session.add(item)
    session.flush()
    return successor
