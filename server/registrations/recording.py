"""Writing registrations: new ones, changes, what was decided. Each is one unit of work with its audit event.

An appointment that a visit makes is a registration, too, agreed from the start: so one list says who comes in
which order. It follows its visit; what a person decides of it afterwards stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, func, select

from server.data.columns import now
from server.people import audit
from server.petitions.citizens import search_key
from server.petitions.history import Author
from server.petitions.tables import PetitionKind
from server.receptions import agenda
from server.receptions.tables import AHEAD, Reception
from server.registrations.rules import ACTS, OPEN, OTHER_BODY, Act, Request
from server.registrations.tables import DeclineGround, Registration, RegistrationState

SUBJECT = "registration:{}"
_S = RegistrationState


class NotNow(Exception):
    """The act does not follow the state it is in, somebody else was quicker perhaps; or it has no session to come
    to."""


class HasPetition(Exception):
    """It is about a petition of another kind: the register says what the petition is."""


def register(session: Session, request: Request, author: Author, appointed_by: int | None = None) -> Registration:
    """`request` must be without faults (`rules.faults`). `appointed_by`: the visit that makes the appointment."""
    row = Registration(
        **_values(request),
        state=_S.WAITING,
        appointed_by_id=appointed_by,
        recorded_by=author.actor,
        unit=author.unit,
    )
    if appointed_by is not None:
        row.order_number = _next_number(session, row.reception_id)
        _decided(row, _S.AGREED, author)
    session.add(row)
    session.flush()
    detail = {"kind": row.kind, "reception": row.reception_id, "order": row.order_number}
    audit.record(session, author.actor, "registration_made", SUBJECT.format(row.id), detail)
    return row


def is_there(session: Session, request: Request) -> bool:
    """Whether one that is still open says the same in everything: a form that was sent twice, most likely."""
    same = [getattr(Registration, name) == value for name, value in _values(request).items()]
    still = select(Registration.id).where(*same, col(Registration.state).in_(OPEN))
    return session.exec(still.limit(1)).first() is not None


def change(session: Session, row: Registration, request: Request, author: Author) -> None:
    """Who goes to another session gets that one's next number where it was agreed; without a session it waits
    again. The audit event names the fields that changed, not what stood there."""
    changed = []
    for name, value in _values(request).items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    if not changed:
        return
    if "reception_id" in changed:
        _renumber(session, row, author)
    session.add(row)
    session.flush()
    fields = {"fields": sorted(set(changed) - {"search_key"}), "order": row.order_number}
    audit.record(session, author.actor, "registration_changed", SUBJECT.format(row.id), fields)


def decide(
    session: Session,
    row: Registration,
    act: Act,
    author: Author,
    *,
    seen: RegistrationState | None = None,
    reason: str = "",
    competent_body: str = "",
) -> None:
    """`seen`: the state that was before the eyes of who decided; the same sent twice changes nothing. `reason`, of
    a refusal: a ground, or OTHER_BODY. Raises NotNow."""
    seen = row.state if seen is None else seen
    following = ACTS[act].get(seen)
    if following is not None and row.state is following:
        return
    if following is None or row.state is not seen:
        raise NotNow
    if following is _S.AGREED and row.order_number is None:
        if not _ahead(session, row.reception_id):
            raise NotNow
        row.order_number = _next_number(session, row.reception_id)
    row.ground, row.competent_body = None, ""
    if act is Act.REFUSE and reason == OTHER_BODY:
        row.competent_body = "" if row.kind == PetitionKind.DENUNCIATION else competent_body
    elif act is Act.REFUSE:
        row.ground = DeclineGround(reason)
    _decided(row, following, author)
    session.add(row)
    session.flush()
    detail = {"state": row.state, "order": row.order_number, "ground": row.ground}
    audit.record(session, author.actor, "registration_decided", SUBJECT.format(row.id), detail)


def came(session: Session, row: Registration, visit_id: int, kind: PetitionKind, author: Author) -> None:
    """The visit records that they came; where it says that the matter is a denunciation, identity and words go.
    Raises NotNow."""
    if not may_come(row):
        raise NotNow
    if kind == PetitionKind.DENUNCIATION and row.petition_id is None:
        make_denunciation(session, row, author)
    row.visit_id = visit_id
    _decided(row, _S.CAME, author)
    session.add(row)
    session.flush()
    audit.record(session, author.actor, "registration_came", SUBJECT.format(row.id), {"visit": visit_id})


def may_come(row: Registration) -> bool:
    return row.state in OPEN | {_S.ABSENT}


def visit_gone(session: Session, visit_id: int, author: Author) -> None:
    """The visit that said they came was withdrawn: they are expected again."""
    row = session.exec(select(Registration).where(Registration.visit_id == visit_id)).first()
    if row is None:
        return
    row.visit_id = None
    _decided(row, _S.WAITING if row.order_number is None else _S.AGREED, author)
    session.add(row)
    session.flush()
    audit.record(session, author.actor, "registration_expected_again", SUBJECT.format(row.id), {"visit": visit_id})


def appoint(session: Session, visit_id: int, request: Request | None, author: Author) -> None:
    """What the visit says of an appointment now; None: there is none, or no more."""
    row = session.exec(select(Registration).where(Registration.appointed_by_id == visit_id)).first()
    if row is None:
        if request is not None:
            register(session, request, author, visit_id)
        return
    if request is None:
        if row.state in OPEN:
            decide(session, row, Act.WITHDRAW, author)
        return
    if row.state is _S.WITHDRAWN:
        decide(session, row, Act.REOPEN, author)
    if row.state in OPEN:
        change(session, row, request, author)
    if row.state is _S.WAITING:
        decide(session, row, Act.AGREE, author)


def make_denunciation(session: Session, row: Registration, author: Author) -> None:
    """The matter turned out to be one: identity and words go for good. Where a visit stands behind it, that one
    says so, and the database erases both. Raises HasPetition."""
    if row.petition_id is not None:
        raise HasPetition
    if row.kind == PetitionKind.DENUNCIATION:
        return
    row.kind = PetitionKind.DENUNCIATION
    row.citizen_name = row.citizen_address = row.summary = row.competent_body = row.search_key = ""
    session.add(row)
    session.flush()
    audit.record(session, author.actor, "registration_became_denunciation", SUBJECT.format(row.id))


def called_off(session: Session, reception_id: int, successor_id: int | None, author: Author) -> int:
    """Who was to come goes to the reception it was put off to, with the number; without one everybody whose
    request is open waits for a session again. How many those are."""
    rows = session.exec(
        select(Registration)
        .where(Registration.reception_id == reception_id, col(Registration.state).in_(OPEN))
        .order_by(col(Registration.order_number), col(Registration.id))
    ).all()
    for row in rows:
        row.reception_id = successor_id
        if successor_id is None:
            _renumber(session, row, author)
        session.add(row)
    session.flush()
    if rows:
        detail = {"registrations": len(rows), "moved_to": successor_id}
        audit.record(session, author.actor, "registrations_moved", f"reception:{reception_id}", detail)
    return len(rows)


def put_on_agenda(
    session: Session, reception_id: int, petition_id: int, limit: int, actor: str, because: Mapping[str, Any]
) -> None:
    """Once: sent twice, or put there by somebody else, there it is. `limit`: items that fit into one agenda."""
    if agenda.on_it(session, reception_id, [petition_id]):
        return
    item = agenda.add_item(session, reception_id, [petition_id], limit=limit)
    detail = {"item": item.id, "petitions": [petition_id], **because}
    audit.record(session, actor, "item_added", f"reception:{reception_id}", detail)


def _renumber(session: Session, row: Registration, author: Author) -> None:
    row.order_number = None
    if row.state is not _S.AGREED:
        return
    if row.reception_id is None:
        _decided(row, _S.WAITING, author)
    else:
        row.order_number = _next_number(session, row.reception_id)


def _next_number(session: Session, reception_id: int | None) -> int:
    with session.no_autoflush:  # the row itself may stand there already, without its number
        last = session.exec(
            select(func.max(Registration.order_number)).where(Registration.reception_id == reception_id)
        ).one()
    return (last or 0) + 1


def _ahead(session: Session, reception_id: int | None) -> bool:
    reception = None if reception_id is None else session.get(Reception, reception_id)
    return reception is not None and reception.state in AHEAD


def _decided(row: Registration, state: RegistrationState, author: Author) -> None:
    row.state, row.decided_at, row.decided_by = state, now(), author.actor


def _values(request: Request) -> Mapping[str, Any]:
    words = {"citizen_name": "", "citizen_address": "", "summary": "", "search_key": ""}
    if not request.denunciation:
        words |= {
            "citizen_name": request.citizen_name,
            "citizen_address": request.citizen_address,
            "summary": request.summary,
            "search_key": search_key(request.summary, request.citizen_name, request.citizen_address),
        }
    return {
        "reception_id": None if request.reception is None else request.reception.id,
        "made_on": request.made_on,
        "way": request.way,
        "persons": request.persons,
        "as_group": request.as_group,
        "kind": request.kind,
        "petition_id": None if request.petition is None else request.petition.id,
        **words,
    }
