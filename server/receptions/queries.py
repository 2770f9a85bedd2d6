"""What is read of receptions: the agenda, attendance, the floor. Nothing here changes anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from server.data.columns import now
from server.petitions.tables import Confidentiality, Petition, PetitionKind
from server.receptions.tables import (
    AgendaItem,
    AgendaItemPetition,
    AgendaItemRoom,
    Attendance,
    FloorGrant,
    Hearing,
    Presence,
    Reception,
    ReceptionState,
    Recording,
)
from server.rooms.tables import Room, RoomLevel
from server.web.languages import HERE


@dataclass(frozen=True, slots=True)
class PetitionOnAgenda:
    """The projection of a petition that an agenda may carry: never a petitioner."""

    id: int
    code: str
    kind: PetitionKind
    summary: str
    confidentiality: Confidentiality
    place_code: str


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """An agenda item with what hangs on it. `rooms` is the allow-list, also while the audience is ALL."""

    item: AgendaItem
    petitions: tuple[PetitionOnAgenda, ...]
    rooms: tuple[Room, ...]
    heard_seconds: float  # by the clock, all times it was open; a running hearing counts up to `at`

    @property
    def item_id(self) -> int:
        return self.item.id or 0

    @property
    def room_ids(self) -> tuple[int, ...]:
        return tuple(room.id for room in self.rooms if room.id is not None)

    @property
    def room_codes(self) -> tuple[str, ...]:
        return tuple(room.code for room in self.rooms)

    @property
    def petition_codes(self) -> tuple[str, ...]:
        return tuple(petition.code for petition in self.petitions)

    @property
    def holds_denunciation(self) -> bool:
        return any(petition.kind == PetitionKind.DENUNCIATION for petition in self.petitions)


@dataclass(frozen=True, slots=True)
class RoomAttendance:
    """One room's presence in a reception. Seconds are sums of spans; an open span counts up to `at`."""

    room: Room
    first_at: datetime
    last_at: datetime | None  # None: still connected
    connected_s: float
    receiving_s: float
    floor_s: float
    floor_times: int


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First moment of `day` and of the day after, in the province."""
    start = datetime.combine(day, time(), tzinfo=HERE)
    return start, datetime.combine(day + timedelta(days=1), time(), tzinfo=HERE)


def reception_today(session: Session, day: date) -> Reception | None:
    """The reception that matters on `day`: the open one (whatever its day), else the next planned one, else
    the last one that ended."""
    opened = session.exec(select(Reception).where(Reception.state == ReceptionState.OPEN)).first()
    if opened is not None:
        return opened
    start, end = day_bounds(day)
    that_day = session.exec(
        select(Reception)
        .where(Reception.planned_at >= start, Reception.planned_at < end)
        .where(Reception.state != ReceptionState.CANCELLED)
        .order_by(col(Reception.planned_at), col(Reception.id))
    ).all()
    planned = [reception for reception in that_day if reception.state == ReceptionState.PLANNED]
    if planned:
        return planned[0]
    return that_day[-1] if that_day else None


def agenda_of(session: Session, reception_id: int, at: datetime | None = None) -> list[AgendaLine]:
    """The agenda in order. `at`: the moment up to which a running hearing is counted; None is now."""
    items = session.exec(
        select(AgendaItem).where(AgendaItem.reception_id == reception_id).order_by(col(AgendaItem.position))
    ).all()
    return _lines(session, items, at or now())


def agenda_line(session: Session, item_id: int) -> AgendaLine | None:
    item = session.get(AgendaItem, item_id)
    return None if item is None else _lines(session, [item], now())[0]


def _lines(session: Session, items: Sequence[AgendaItem], at: datetime) -> list[AgendaLine]:
    ids = [item.id for item in items]
    petitions: dict[int, list[PetitionOnAgenda]] = defaultdict(list)
    for link, petition in session.exec(
        select(AgendaItemPetition, Petition)
        .where(col(AgendaItemPetition.item_id).in_(ids))
        .where(AgendaItemPetition.petition_id == Petition.id)
        .order_by(col(Petition.code))
    ).all():
        petitions[link.item_id].append(
            PetitionOnAgenda(
                id=link.petition_id,
                code=petition.code,
                kind=petition.kind,
                summary=petition.summary,
                confidentiality=petition.confidentiality,
                place_code=petition.place_code,
            )
        )
    rooms: dict[int, list[Room]] = defaultdict(list)
    for allowed, room in session.exec(
        select(AgendaItemRoom, Room)
        .where(col(AgendaItemRoom.item_id).in_(ids))
        .where(AgendaItemRoom.room_id == Room.id)
        .order_by(col(Room.code))
    ).all():
        rooms[allowed.item_id].append(room)
    heard: dict[int, float] = defaultdict(float)
    for hearing in session.exec(select(Hearing).where(col(Hearing.item_id).in_(ids))).all():
        heard[hearing.item_id] += ((hearing.ended_at or at) - hearing.started_at).total_seconds()
    return [
        AgendaLine(
            item=item,
            petitions=tuple(petitions[item.id or 0]),
            rooms=tuple(rooms[item.id or 0]),
            heard_seconds=heard[item.id or 0],
        )
        for item in items
    ]


def attendance_of(session: Session, reception_id: int, at: datetime | None = None) -> list[RoomAttendance]:
    """Every room that was there, districts and communes by code; the desk is where the reception is."""
    until = at or now()
    spans: dict[int, list[Attendance]] = defaultdict(list)
    rooms: dict[int, Room] = {}
    for span, room in session.exec(
        select(Attendance, Room)
        .where(Attendance.reception_id == reception_id)
        .where(Attendance.room_id == Room.id)
        .where(col(Room.level) != RoomLevel.PROVINCE)
        .order_by(col(Attendance.started_at))
    ).all():
        spans[span.room_id].append(span)
        rooms[span.room_id] = room
    return sorted(
        (_sum(rooms[room_id], of_room, until) for room_id, of_room in spans.items()),
        key=lambda line: (len(line.room.code), line.room.code),
    )


def _sum(room: Room, spans: list[Attendance], until: datetime) -> RoomAttendance:
    seconds: dict[Presence, float] = defaultdict(float)
    for span in spans:
        seconds[span.presence] += ((span.ended_at or until) - span.started_at).total_seconds()
    ends = [span.ended_at for span in spans]
    return RoomAttendance(
        room=room,
        first_at=min(span.started_at for span in spans),
        last_at=None if None in ends else max(end for end in ends if end is not None),
        connected_s=max(seconds[Presence.CONNECTED], seconds[Presence.RECEIVING]),
        receiving_s=seconds[Presence.RECEIVING],
        floor_s=seconds[Presence.ON_FLOOR],
        floor_times=sum(span.presence == Presence.ON_FLOOR for span in spans),
    )


@dataclass(frozen=True, slots=True)
class FloorSpan:
    """A room had the floor from when to when, by the clock; `ended_at` None: it still has it."""

    room_code: str
    room_name: str
    short_name: str  # without the type: "Hà Tu"
    given_at: datetime
    ended_at: datetime | None


def floor_spans(session: Session, reception_id: int) -> list[FloorSpan]:
    return [
        FloorSpan(
            room.code,
            room.name,
            room.name.removeprefix(room.type).strip(),
            grant.given_at,
            grant.ended_at,
        )
        for grant, room in session.exec(
            select(FloorGrant, Room)
            .where(FloorGrant.reception_id == reception_id)
            .where(FloorGrant.room_id == Room.id)
            .order_by(col(FloorGrant.given_at))
        ).all()
    ]


def recording_of(session: Session, reception_id: int) -> Recording | None:
    return session.exec(select(Recording).where(Recording.reception_id == reception_id)).first()
