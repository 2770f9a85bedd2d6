"""Who was present in an item, by office: what rooms and clerk said, where it meets the time the item was heard.

A room counts while the item was open to it; of the time an item was closed only the desk counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from server.receptions.reception_facts import read_reception
from server.receptions.roll_tables import AttendanceConfirmation, OfficePresence
from server.receptions.rules import audience_of
from server.receptions.tables import AgendaItem
from server.rooms.tables import Room, RoomLevel
from signaling.messages import RoomCode

_Window = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class OfficeAt:
    """`last_at` None: still there, and the item is being heard. `by_desk`: the clerk said so, not the room."""

    office: str
    deputy: bool
    first_at: datetime
    last_at: datetime | None
    by_desk: bool


@dataclass(frozen=True, slots=True)
class RoomOffices:
    room: Room
    offices: tuple[OfficeAt, ...]

    @property
    def is_desk(self) -> bool:
        return self.room.level == RoomLevel.PROVINCE


@dataclass(frozen=True, slots=True)
class ItemAttendance:
    """`rooms`: those with somebody, the desk first. `changed`: something was said after it was confirmed."""

    rooms: tuple[RoomOffices, ...]
    confirmation: AttendanceConfirmation | None
    changed: bool


def read_rolls(session: Session, reception_id: int) -> dict[RoomCode, dict[str, bool]]:
    """Who is present now; a room whose roll was called is there, also with nobody left."""
    rows = session.exec(
        select(OfficePresence, Room.code)
        .where(OfficePresence.reception_id == reception_id, OfficePresence.room_id == Room.id)
        .order_by(col(OfficePresence.id))
    )
    found: dict[RoomCode, dict[str, bool]] = defaultdict(dict)
    for row, code in rows:
        of_room = found[code]
        if row.ended_at is None:
            of_room[row.office] = row.deputy
    return dict(found)


def item_attendance(session: Session, item: AgendaItem) -> ItemAttendance:
    found = attendance_by_item(session, item.reception_id)
    return found.get(item.id or 0) or ItemAttendance((), None, False)


def attendance_by_item(session: Session, reception_id: int) -> dict[int, ItemAttendance]:
    """Of every item of the agenda."""
    reception = read_reception(session, reception_id)
    if reception is None:
        return {}
    spans: dict[int, list[OfficePresence]] = defaultdict(list)
    rooms: dict[int, Room] = {}  # in the order of the registry, the desk first
    for row, room in session.exec(
        select(OfficePresence, Room)
        .where(OfficePresence.reception_id == reception_id, OfficePresence.room_id == Room.id)
        .order_by(col(Room.level) != RoomLevel.PROVINCE, col(Room.code), col(OfficePresence.id))
    ):
        spans[row.room_id].append(row)
        rooms[row.room_id] = room
    items = [item.id for item in reception.items]
    confirmations = {
        row.item_id: row
        for row in session.exec(
            select(AttendanceConfirmation).where(col(AttendanceConfirmation.item_id).in_(items))
        )
    }
    found = {}
    for item in reception.items:
        hearings = [hearing for hearing in reception.hearings if hearing.item == item.id]
        audience = audience_of(item, closed=False)
        confirmation, changed, present = confirmations.get(item.id), False, []
        for number, room in rooms.items():
            desk = room.level == RoomLevel.PROVINCE
            if not desk and audience is not None and room.code not in audience:
                continue
            windows = [(each.started_at, each.ended_at) for each in hearings if desk or not each.closed]
            offices = _offices(spans[number], windows)
            if offices:
                present.append(RoomOffices(room, offices))
            if confirmation is not None:
                changed = changed or _said_after(confirmation.confirmed_at, spans[number], windows)
        found[item.id] = ItemAttendance(tuple(present), confirmation, changed)
    return found


def _said_after(moment: datetime, spans: Sequence[OfficePresence], windows: Sequence[_Window]) -> bool:
    """Somebody came or left in the item after it. That the item ends, and everybody with it, is no news."""
    for span in spans:
        for window in windows:
            meeting = _meeting((span.started_at, span.ended_at), window)
            if meeting is None:
                continue
            if span.started_at > moment:
                return True
            if meeting[1] is not None and meeting[1] > moment and meeting[1] != window[1]:
                return True
    return False


def offices_present(session: Session, reception_id: int) -> dict[int, int]:
    """How many offices were present, by item."""
    return {
        item: sum(len({each.office for each in room.offices}) for room in found.rooms)
        for item, found in attendance_by_item(session, reception_id).items()
    }


def _offices(spans: Sequence[OfficePresence], windows: Sequence[_Window]) -> tuple[OfficeAt, ...]:
    """Each office once for itself and once for a deputy, from its first to its last moment in the item."""
    meetings: dict[tuple[str, bool], list[_Window]] = defaultdict(list)
    by_desk: dict[tuple[str, bool], bool] = {}
    for span in spans:
        for window in windows:
            meeting = _meeting((span.started_at, span.ended_at), window)
            if meeting is not None:
                meetings[span.office, span.deputy].append(meeting)
                by_desk[span.office, span.deputy] = span.said_by.startswith("account:")
    return tuple(
        OfficeAt(
            office=office,
            deputy=deputy,
            first_at=min(start for start, _ in found),
            last_at=None
            if any(end is None for _, end in found)
            else max(end for _, end in found if end is not None),
            by_desk=by_desk[office, deputy],
        )
        for (office, deputy), found in meetings.items()
    )


def _meeting(one: _Window, other: _Window) -> _Window | None:
    start = max(one[0], other[0])
    ends = [end for end in (one[1], other[1]) if end is not None]
    end = min(ends) if ends else None
    return None if end is not None and end <= start else (start, end)
