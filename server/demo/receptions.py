"""The demonstration's receptions: one today, one to come, and two that were held before there was a recorder.

Nothing is left to chance: the same day gives the same province, so that a screenshot can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from server.deadlines.rules import DeadlineKey
from server.petitions.history import Author, record_notice
from server.petitions.tables import Petition
from server.receptions.agenda import Plan, add_item, create_reception
from server.receptions.queries import agenda_of
from server.receptions.tables import (
    Attendance,
    Audience,
    FloorGrant,
    Hearing,
    ItemState,
    Presence,
    Receiver,
    Reception,
    ReceptionMode,
    ReceptionState,
)
from server.rooms.tables import Room, RoomLevel
from server.web.languages import HERE

PLACE = "Trụ sở Tiếp công dân tỉnh Quảng Ninh"
HOST = "Vũ Đình Lãm"
COMPOSITION = (
    "Văn phòng UBND tỉnh\nBan Tiếp công dân tỉnh\nThanh tra tỉnh\nSở Nông nghiệp và Môi trường\nSở Xây dựng"
)
WHERE_PUBLISHED = "Bảng niêm yết tại Trụ sở; Cổng thông tin điện tử tỉnh"
PUBLISHED_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """`rooms`: codes of the allow-list, for an item that goes only to the rooms concerned."""

    petitions: tuple[str, ...]
    audience: Audience = Audience.ALL
    rooms: tuple[str, ...] = ()
    minutes: int = 0  # how long it was heard, in a reception of the past
    floor: tuple[str, ...] = ()  # rooms that had the floor then
    told: bool = True  # a week later the citizens were told what came of it


TODAY = (
    PlannedItem(("KG-0231",)),
    PlannedItem(("KN-0198",), Audience.ROOMS, ("193", "06649", "06658")),
    PlannedItem(("TC-0007",), Audience.CLOSED),
    PlannedItem(("PA-0077",)),
    PlannedItem(("KN-0203",)),
    PlannedItem(("KG-0236", "PA-0079")),
    PlannedItem(("KN-0205",)),
    PlannedItem(("PA-0081",)),
)
LAST_MONTH = (
    PlannedItem(("KN-0192",), Audience.ALL, minutes=34, floor=("06994", "203")),
    PlannedItem(("KN-0187",), Audience.CLOSED, minutes=21),
    PlannedItem(("KG-0225",), Audience.ALL, minutes=18, floor=("06925",), told=False),
    PlannedItem(("PA-0070", "PA-0073"), Audience.ALL, minutes=23, floor=("06871", "06895")),
    PlannedItem(("KN-0198",), Audience.ROOMS, ("193", "06649", "06658"), minutes=27, floor=("06649",)),
)
BEFORE_LAST = (
    PlannedItem(("KN-0176",), Audience.ROOMS, ("193", "06673"), minutes=29, floor=("193",)),
    PlannedItem(("TC-0005",), Audience.CLOSED, minutes=25),
    PlannedItem(("KG-0214",), Audience.ALL, minutes=19, floor=("06847",)),
    PlannedItem(("KN-0192",), Audience.ALL, minutes=31, floor=("06994",)),
)
NEXT = (
    PlannedItem(("KG-0233",)),
    PlannedItem(("KN-0209",), Audience.ROOMS, ("206", "07138")),
    PlannedItem(("KG-0228",)),
)


def fill_receptions(
    session: Session, petitions: Mapping[str, Petition], rooms: Sequence[Room], today: date, author: Author
) -> Reception:
    """Write all four; returns today's."""
    by_code = {room.code: room for room in rooms}
    for days_ago, items in ((63, BEFORE_LAST), (28, LAST_MONTH)):
        held_on = working_day(today - timedelta(days=days_ago))
        reception = plan_reception(session, petitions, by_code, held_on, items)
        _hold(session, reception, by_code, items)
        _tell(session, petitions, held_on, items, author)
    todays = plan_reception(session, petitions, by_code, today, TODAY)
    plan_reception(session, petitions, by_code, working_day(today + timedelta(days=21)), NEXT)
    return todays


def working_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def plan_reception(
    session: Session,
    petitions: Mapping[str, Petition],
    rooms: Mapping[str, Room],
    day: date,
    items: Sequence[PlannedItem],
) -> Reception:
    plan = Plan(
        title=f"Phiên tiếp công dân định kỳ {day:%d/%m/%Y}",
        mode=ReceptionMode.PERIODIC,
        place=PLACE,
        host_name=HOST,
        planned_at=datetime.combine(day, time(8), tzinfo=HERE),
        received_by=Receiver.HEAD,
        composition=COMPOSITION,
        announced_on=day - PUBLISHED_BEFORE,
        announced_where=WHERE_PUBLISHED,
    )
    reception = create_reception(session, plan)
    for item in items:
        add_item(
            session,
            reception.id or 0,
            [petitions[code].id or 0 for code in item.petitions],
            limit=len(items),
            audience=item.audience,
            room_ids=[rooms[code].id or 0 for code in item.rooms],
        )
    return reception


# --- a reception of the past -----------------------------------------------------------------------


def _hold(session: Session, reception: Reception, rooms: Mapping[str, Room], items: Sequence[PlannedItem]) -> None:
    """Write down that it was held: hearings, the floor, who was there."""
    opened = reception.planned_at + timedelta(minutes=3)
    clock = opened + timedelta(minutes=4)
    rows = [line.item for line in agenda_of(session, reception.id or 0)]
    spoke: list[FloorGrant] = []
    for row, item in zip(rows, items, strict=True):
        ends = clock + timedelta(minutes=item.minutes)
        closed = item.audience == Audience.CLOSED
        session.add(Hearing(item_id=row.id or 0, started_at=clock, ended_at=ends, closed=closed))
        row.state = ItemState.DONE
        session.add(row)
        for turn, code in enumerate(item.floor):
            given = clock + timedelta(minutes=5 + 8 * turn)
            grant = FloorGrant(
                reception_id=reception.id or 0,
                item_id=row.id,
                room_id=rooms[code].id or 0,
                given_at=given,
                ended_at=given + timedelta(minutes=6, seconds=20),
                given_by="system",
            )
            session.add(grant)
            spoke.append(grant)
        clock = ends + timedelta(minutes=1)
    reception.state = ReceptionState.ENDED
    reception.opened_at = opened
    reception.ended_at = clock
    reception.nobody_came = False
    session.add(reception)
    _attend(session, reception, opened, clock, list(rooms.values()), spoke)


def _tell(
    session: Session,
    petitions: Mapping[str, Petition],
    held_on: date,
    items: Sequence[PlannedItem],
    author: Author,
) -> None:
    duty, day = (DeadlineKey.RECEPTION_RESULT_NOTICE, held_on), held_on + timedelta(days=7)
    told = [code for item in items if item.told for code in item.petitions]
    for number, code in enumerate(told, start=held_on.month * 20):
        record_notice(session, petitions[code], duty, day, f"{number}/TB-BTCD", author)


def _attend(
    session: Session,
    reception: Reception,
    opened: datetime,
    ended: datetime,
    rooms: Sequence[Room],
    spoke: Sequence[FloorGrant],
) -> None:
    """Most rooms were there all the time; every 29th never came, every 17th came late."""
    for number, room in enumerate(room for room in rooms if room.level != RoomLevel.PROVINCE):
        had_floor = [grant for grant in spoke if grant.room_id == room.id]
        if number % 29 == 11 and not had_floor:
            continue
        late = timedelta(minutes=9) if number % 17 == 5 and not had_floor else timedelta(0)
        came = opened - timedelta(minutes=12, seconds=-7 * (number % 40)) + late
        spans = [(Presence.CONNECTED, came, ended), (Presence.RECEIVING, max(came, opened), ended)]
        spans += [(Presence.ON_FLOOR, grant.given_at, grant.ended_at or ended) for grant in had_floor]
        session.add_all(
            Attendance(
                reception_id=reception.id or 0,
                room_id=room.id or 0,
                presence=presence,
                started_at=start,
                ended_at=end,
            )
            for presence, start, end in spans
        )


def next_planned(session: Session) -> Reception:
    """The one that comes next; there is one always."""
    planned = select(Reception).where(Reception.state == ReceptionState.PLANNED)
    return session.exec(planned.order_by(col(Reception.planned_at)).limit(1)).one()
