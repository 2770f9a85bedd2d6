"""Writing the register of visits: new ones, changes, withdrawals. Each is one unit of work with its audit event.

Whether somebody came to a reception follows: it is settled again with every visit that comes or goes. So does the
appointment a visit makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, func, select

from server.data.columns import now
from server.people import audit
from server.petitions.citizens import LinkedPetition, search_key
from server.petitions.history import Author
from server.petitions.tables import PetitionKind
from server.receptions.records import was_heard
from server.receptions.tables import Reception, ReceptionState
from server.registrations import recording as registrations
from server.registrations.rules import Request, SessionAsked
from server.registrations.tables import RegistrationWay
from server.visits.rules import Entry
from server.visits.tables import Visit, VisitOutcome, Withdrawal
from server.web.languages import local_day

SUBJECT = "visit:{}"


class HasPetition(Exception):
    """The visit is about a petition of another kind: the register says what the petition is."""


def record(session: Session, entry: Entry, author: Author) -> Visit:
    """`entry` must be without faults (`rules.faults`)."""
    values = _values(session, entry)
    year = local_day(values["came_at"]).year
    last = session.exec(select(func.max(Visit.number)).where(Visit.year == year)).one()
    visit = Visit(**values, year=year, number=(last or 0) + 1, recorded_by=author.actor, unit=author.unit)
    session.add(visit)
    session.flush()
    _settle(session, visit.reception_id)
    _appoint(session, visit, author)
    audit.record(session, author.actor, "visit_recorded", SUBJECT.format(visit.id), {"kind": visit.kind})
    return visit


def is_there(session: Session, entry: Entry) -> bool:
    """Whether a visit stands that says the same in everything: a form that was sent twice, most likely."""
    values = _values(session, entry)
    told = values.keys() - {"nth_time", "search_key"}  # the second one would be the next time on this matter
    same = [getattr(Visit, name) == values[name] for name in sorted(told)]
    return (
        session.exec(select(Visit.id).where(*same, col(Visit.withdrawn_at).is_(None)).limit(1)).first() is not None
    )


def change(session: Session, visit: Visit, entry: Entry, author: Author) -> None:
    """Its year and number stay. The audit event names the fields that changed, not what stood there."""
    former = visit.reception_id
    changed = []
    for name, value in _values(session, entry, visit.id).items():
        if getattr(visit, name) != value:
            setattr(visit, name, value)
            changed.append(name)
    if not changed:
        return
    session.add(visit)
    session.flush()
    for reception_id in {former, visit.reception_id}:
        _settle(session, reception_id)
    _appoint(session, visit, author)
    fields = {"fields": sorted(set(changed) - {"search_key"})}
    audit.record(session, author.actor, "visit_changed", SUBJECT.format(visit.id), fields)


def withdraw(session: Session, visit: Visit, because: Withdrawal, author: Author) -> None:
    """It keeps its number and is not counted any more."""
    visit.withdrawn_at, visit.withdrawn_by, visit.withdrawn_because = now(), author.actor, because
    session.add(visit)
    session.flush()
    _settle(session, visit.reception_id)
    _appoint(session, visit, author)
    registrations.visit_gone(session, visit.id or 0, author)
    audit.record(session, author.actor, "visit_withdrawn", SUBJECT.format(visit.id), {"because": because})


def make_denunciation(session: Session, visit: Visit, author: Author) -> None:
    """The matter turned out to be one: identity and words go for good. Raises HasPetition."""
    if visit.petition_id is not None:
        raise HasPetition
    visit.kind = PetitionKind.DENUNCIATION
    visit.visitor_name = visit.visitor_address = visit.summary = visit.search_key = ""
    session.add(visit)
    session.flush()
    audit.record(session, author.actor, "visit_became_denunciation", SUBJECT.format(visit.id))


def times_before(session: Session, petition_id: int, except_visit: int | None = None) -> int:
    """How many visits about the petition are on the record."""
    counted = select(func.count()).where(Visit.petition_id == petition_id, col(Visit.withdrawn_at).is_(None))
    if except_visit is not None:
        counted = counted.where(Visit.id != except_visit)
    return session.exec(counted).one()


def _values(session: Session, entry: Entry, visit_id: int | None = None) -> Mapping[str, Any]:
    petition_id = None if entry.petition is None else entry.petition.id
    nth_time = entry.nth_time
    if nth_time is None:
        nth_time = 1 if petition_id is None else 1 + times_before(session, petition_id, visit_id)
    words = {"visitor_name": "", "visitor_address": "", "summary": "", "search_key": ""}
    if not entry.denunciation:
        words |= {
            "visitor_name": entry.visitor_name,
            "visitor_address": entry.visitor_address,
            "summary": entry.summary,
            "search_key": search_key(entry.summary, entry.visitor_name, entry.visitor_address),
        }
    return {
        "came_at": entry.came_at,
        "reception_id": None if entry.reception is None else entry.reception.id,
        "persons": entry.persons,
        "as_group": entry.as_group,
        "kind": entry.kind,
        "nth_time": nth_time,
        "petition_id": petition_id,
        **words,
        "outcome": entry.outcome,
        "ground": entry.ground if entry.outcome is VisitOutcome.DECLINED else None,
        "document": entry.document,
        "appointed_id": (
            entry.appointed.id if entry.appointed and entry.outcome is VisitOutcome.APPOINTED else None
        ),
    }


def _appoint(session: Session, visit: Visit, author: Author) -> None:
    """Who is asked to come to a reception stands on its list, with a number."""
    request = None
    if visit.appointed_id is not None and visit.withdrawn_at is None:
        day = local_day(visit.came_at)
        request = Request(
            made_on=day,
            way=RegistrationWay.IN_PERSON,
            kind=visit.kind,
            reception=SessionAsked(visit.appointed_id, day),
            persons=visit.persons,
            as_group=visit.as_group,
            petition=LinkedPetition(visit.petition_id, visit.kind) if visit.petition_id else None,
            citizen_name=visit.visitor_name,
            citizen_address=visit.visitor_address,
            summary=visit.summary,
        )
    registrations.appoint(session, visit.id or 0, request, author)


def _settle(session: Session, reception_id: int | None) -> None:
    reception = None if reception_id is None else session.get(Reception, reception_id)
    if reception is None:
        return
    visits = select(Visit.id).where(Visit.reception_id == reception_id, col(Visit.withdrawn_at).is_(None))
    if session.exec(visits.limit(1)).first() is not None or was_heard(session, reception.id or 0):
        reception.nobody_came = False
    else:
        reception.nobody_came = True if reception.state == ReceptionState.ENDED else None
    session.add(reception)
    session.flush()
