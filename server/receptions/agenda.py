"""Planning: receptions, their agenda, and who may receive each item.

An item that holds a denunciation is CLOSED here, whatever a form asks for, and nothing opens it again. Every
function is a unit of work; each refuses with `Refused` what the rules forbid, and changes nothing then.
Items that were called already keep their place: only WAITING items move, change or go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal

from sqlmodel import Session, col, select

from server.data.columns import now
from server.petitions.heard import BeingHeard
from server.petitions.rules import DENUNCIATION_SUMMARY
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.receptions import summoning
from server.receptions.tables import (
    AHEAD,
    AgendaItem,
    AgendaItemPetition,
    AgendaItemRoom,
    Audience,
    ItemState,
    Receiver,
    Reception,
    ReceptionMode,
    ReceptionState,
)
from server.rooms.queries import became, room_by_code
from server.rooms.tables import Room, RoomLevel
from server.web.languages import local_day
from signaling.refusals import RefusalCode, Refused


@dataclass(frozen=True, slots=True)
class Plan:
    title: str
    mode: ReceptionMode
    place: str
    host_name: str
    planned_at: datetime
    received_by: Receiver | None = None
    composition: str = ""
    announced_on: date | None = None
    announced_where: str = ""
    registration_closes_on: date | None = None


class OnAgenda(Exception):
    """Petitions that stand on this agenda already; `codes` are theirs."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes


# --- rules -----------------------------------------------------------------------------------------


def allowed_audiences(petitions: Iterable[Petition]) -> tuple[Audience, ...]:
    """What may be chosen for an item with these petitions; the first one is the proposal.

    A confidential petition is never open to every room; a denunciation goes to none.
    """
    kept = list(petitions)
    if any(petition.kind == PetitionKind.DENUNCIATION for petition in kept):
        return (Audience.CLOSED,)
    if any(petition.confidentiality == Confidentiality.CONFIDENTIAL for petition in kept):
        return (Audience.CLOSED, Audience.ROOMS)
    return (Audience.ROOMS, Audience.ALL, Audience.CLOSED)


def title_of(petitions: Sequence[Petition]) -> str:
    """What rooms in the audience read of the item: summaries, which carry no names; of a confidential
    petition its code."""
    if any(petition.kind == PetitionKind.DENUNCIATION for petition in petitions):
        return DENUNCIATION_SUMMARY
    title = "; ".join(
        petition.summary if petition.confidentiality == Confidentiality.NORMAL else petition.code
        for petition in petitions
    )
    return title if len(title) <= 300 else title[:299].rstrip() + "…"


# --- receptions ------------------------------------------------------------------------------------


def create_reception(session: Session, plan: Plan) -> Reception:
    reception = Reception(**asdict(plan), state=ReceptionState.PLANNED)
    session.add(reception)
    session.flush()
    return reception


def change_plan(session: Session, reception_id: int, plan: Plan) -> None:
    reception = planned(session, reception_id)
    for name, value in asdict(plan).items():
        setattr(reception, name, value)
    session.add(reception)


def change_receiver(
    session: Session, reception_id: int, receiver: Receiver, host_name: str, with_whom: str
) -> None:
    """Who received in fact, which is known when it begins. Raises Refused for one that was called off."""
    reception = _reception(session, reception_id)
    if reception.state == ReceptionState.CANCELLED:
        raise Refused(RefusalCode.RECEPTION_ENDED, reception.state)
    reception.received_by, reception.host_name, reception.composition = receiver, host_name, with_whom
    session.add(reception)


def _reception(session: Session, reception_id: int) -> Reception:
    reception = session.get(Reception, reception_id)
    if reception is None:
        raise Refused(RefusalCode.UNKNOWN_RECEPTION, str(reception_id))
    return reception


def planned(session: Session, reception_id: int) -> Reception:
    """The reception, while it is planned and nothing else. Raises Refused."""
    reception = _reception(session, reception_id)
    if reception.state == ReceptionState.OPEN:
        raise Refused(RefusalCode.RECEPTION_ALREADY_OPEN, reception.state, ReceptionState.PLANNED)
    if reception.state != ReceptionState.PLANNED:
        raise Refused(RefusalCode.RECEPTION_ENDED, reception.state, ReceptionState.PLANNED)
    return reception


# --- agenda ----------------------------------------------------------------------------------------


def add_item(
    session: Session,
    reception_id: int,
    petition_ids: Sequence[int],
    *,
    limit: int,
    audience: Audience | None = None,
    room_ids: Sequence[int] | None = None,
) -> AgendaItem:
    """Put one case at the end of the agenda. `limit`: items that fit into one agenda.

    Without `audience` the most careful one is taken; without `room_ids` the rooms of the places concerned.
    Raises OnAgenda: nobody is heard twice because a form was sent twice.
    """
    reception = _reception(session, reception_id)
    if reception.state not in AHEAD:
        raise Refused(RefusalCode.RECEPTION_ENDED, reception.state)
    items = _items(session, reception_id)
    if len(items) >= limit:
        raise Refused(RefusalCode.AGENDA_FULL, str(len(items) + 1), str(limit))
    petition_ids = list(dict.fromkeys(petition_ids))
    petitions = [_petition(session, petition_id) for petition_id in petition_ids]
    if not petitions:
        raise Refused(RefusalCode.BAD_MESSAGE, "no petition", "one petition or more")
    if room_ids is None:
        room_ids = rooms_concerned(session, petitions, reception.planned_at)
    if audience is None:
        audience = allowed_audiences(petitions)[0]
        if audience == Audience.ROOMS and not room_ids:
            audience = Audience.CLOSED
    _check(petitions, audience, room_ids)
    there = on_it(session, reception_id, petition_ids)
    if there:
        raise OnAgenda(there)
    item = AgendaItem(
        reception_id=reception_id,
        position=max((item.position for item in items), default=0) + 1,
        title=title_of(petitions),
        audience=audience,
        state=ItemState.WAITING,
    )
    session.add(item)
    session.flush()
    item_id = item.id or 0
    for petition_id in petition_ids:
        session.add(AgendaItemPetition(item_id=item_id, petition_id=petition_id))
    _allow(session, item_id, petitions, room_ids)
    return item


def on_it(session: Session, reception_id: int, petition_ids: Sequence[int]) -> Sequence[str]:
    """The codes of those that are on the agenda."""
    return session.exec(
        select(Petition.code)
        .join(AgendaItemPetition, col(AgendaItemPetition.petition_id) == Petition.id)
        .join(AgendaItem, col(AgendaItem.id) == AgendaItemPetition.item_id)
        .where(AgendaItem.reception_id == reception_id, col(Petition.id).in_(petition_ids))
        .order_by(col(Petition.code))
    ).all()


def set_audience(session: Session, item_id: int, audience: Audience, room_ids: Sequence[int]) -> AgendaItem:
    item = _waiting(session, item_id)
    petitions = _petitions(session, item_id)
    _check(petitions, audience, room_ids)
    item.audience = audience
    session.add(item)
    _forget_rooms(session, item_id)
    _allow(session, item_id, petitions, room_ids)
    return item


def move_item(session: Session, item_id: int, direction: Literal["up", "down"]) -> bool:
    """Change places with the next waiting item in that direction. False: there is none."""
    item = _waiting(session, item_id)
    waiting = [other for other in _items(session, item.reception_id) if other.state == ItemState.WAITING]
    place = waiting.index(item)
    neighbour = place - 1 if direction == "up" else place + 1
    if not 0 <= neighbour < len(waiting):
        return False
    other = waiting[neighbour]
    here, there = item.position, other.position
    for row, position in ((item, -1), (other, here), (item, there)):  # (reception, position) is unique
        row.position = position
        session.add(row)
        session.flush()
    return True


def remove_item(session: Session, item_id: int) -> None:
    item = _waiting(session, item_id)
    reception_id, position = item.reception_id, item.position
    for table in (AgendaItemPetition, AgendaItemRoom):
        for link in session.exec(select(table).where(table.item_id == item_id)).all():
            session.delete(link)
    session.flush()
    session.delete(item)
    session.flush()
    for later in _items(session, reception_id):
        if later.position > position:
            later.position -= 1
            session.add(later)
            session.flush()


def petition_changed(session: Session, petition_id: int) -> None:
    """Bring titles and audiences in line with what the petition has become; done items too, because the
    host may call one again. Raises BeingHeard: see `server.petitions.heard.Hearings`."""
    items = session.exec(
        select(AgendaItem)
        .join(AgendaItemPetition, col(AgendaItemPetition.item_id) == AgendaItem.id)
        .where(AgendaItemPetition.petition_id == petition_id)
    ).all()
    for item in items:
        petitions = _petitions(session, item.id or 0)
        item.title = title_of(petitions)
        allowed = allowed_audiences(petitions)
        if item.audience not in allowed:
            if item.state == ItemState.OPEN and not item.closed:
                raise BeingHeard
            item.audience = Audience.CLOSED
        if allowed == (Audience.CLOSED,):
            _forget_rooms(session, item.id or 0)
        session.add(item)
    for reception_id in {item.reception_id for item in items}:
        summoning.agenda_changed(session, reception_id, "system", now())


def rooms_concerned(session: Session, petitions: Iterable[Petition], at: datetime) -> list[int]:
    """The commune where each matter arose, or what became of it by that day, and its district, if there is one."""
    ids: list[int] = []
    day = local_day(at)
    for petition in petitions:
        if not petition.place_code:
            continue
        for commune in became(session, petition.place_code, petition.received_on, day):
            ids.append(commune.id or 0)
            district = room_by_code(session, commune.district_code, day)
            if district is not None and district.level == RoomLevel.DISTRICT:
                ids.append(district.id or 0)
    return list(dict.fromkeys(ids))


def _items(session: Session, reception_id: int) -> Sequence[AgendaItem]:
    return session.exec(
        select(AgendaItem).where(AgendaItem.reception_id == reception_id).order_by(col(AgendaItem.position))
    ).all()


def _waiting(session: Session, item_id: int) -> AgendaItem:
    item = session.get(AgendaItem, item_id)
    if item is None:
        raise Refused(RefusalCode.UNKNOWN_ITEM, str(item_id))
    reception = _reception(session, item.reception_id)
    if reception.state not in AHEAD:
        raise Refused(RefusalCode.RECEPTION_ENDED, reception.state)
    if item.state != ItemState.WAITING:
        raise Refused(RefusalCode.NOT_ALLOWED, item.state, ItemState.WAITING)
    return item


def _petition(session: Session, petition_id: int) -> Petition:
    petition = session.get(Petition, petition_id)
    if petition is None:
        raise Refused(RefusalCode.BAD_MESSAGE, f"petition {petition_id}", "a petition of the register")
    return petition


def _petitions(session: Session, item_id: int) -> Sequence[Petition]:
    return session.exec(
        select(Petition)
        .join(AgendaItemPetition, col(AgendaItemPetition.petition_id) == Petition.id)
        .where(AgendaItemPetition.item_id == item_id)
        .order_by(col(Petition.code))
    ).all()


def _forget_rooms(session: Session, item_id: int) -> None:
    for kept in session.exec(select(AgendaItemRoom).where(AgendaItemRoom.item_id == item_id)).all():
        session.delete(kept)
    session.flush()


def _check(petitions: Sequence[Petition], audience: Audience, room_ids: Sequence[int]) -> None:
    allowed = allowed_audiences(petitions)
    if audience not in allowed:
        code = RefusalCode.ITEM_STAYS_CLOSED if allowed == (Audience.CLOSED,) else RefusalCode.NOT_ALLOWED
        raise Refused(code, audience, ", ".join(allowed))
    if audience == Audience.ROOMS and not room_ids:
        raise Refused(RefusalCode.UNKNOWN_ROOM, "no room", "one room or more")


def _allow(session: Session, item_id: int, petitions: Sequence[Petition], room_ids: Sequence[int]) -> None:
    """Write the allow-list. Of an item closed for good none is kept: nothing may read it back by mistake."""
    if allowed_audiences(petitions) == (Audience.CLOSED,):
        return
    for room_id in dict.fromkeys(room_ids):
        room = session.get(Room, room_id)
        if room is None or room.level == RoomLevel.PROVINCE:
            raise Refused(RefusalCode.UNKNOWN_ROOM, str(room_id), "a district's or commune's room")
        session.add(AgendaItemRoom(item_id=item_id, room_id=room_id))
