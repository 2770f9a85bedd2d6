"""What the record knows of an item's hearing: who was there, who had the floor, and where the link broke."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from server.conclusions import versions
from server.conclusions.ground import ItemGround
from server.conclusions.tables import Conclusion, ConclusionTask
from server.petitions.tables import Petition
from server.receptions.recorded_time import NOT_RECORDED, SEAM_WORDS, RecordedTime
from server.receptions.roll_queries import RoomOffices, item_attendance
from server.receptions.tables import AgendaItemRoom, Attendance, Audience, FloorGrant, Hearing, Presence
from server.rooms.tables import Room, RoomLevel

CLOSED_ITEM = "closed item"
_A_BREAK = timedelta(seconds=1)
"""Less is the time between two rows that were written one after the other."""


@dataclass(frozen=True, slots=True)
class Span:
    """`ended_at` None: it goes on."""

    started_at: datetime
    ended_at: datetime | None

    def until(self, end: datetime) -> datetime:
        return end if self.ended_at is None else self.ended_at


@dataclass(frozen=True, slots=True)
class Spoke:
    """A room had the floor."""

    room: str
    span: Span


@dataclass(frozen=True, slots=True)
class Break:
    """The link of `room` was broken; without a room: `reason` (a message id) says what was not recorded."""

    started_at: datetime
    ended_at: datetime
    room: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """`conclusion`: the last version, a draft too. `issued`: the version in force, with its tasks."""

    ground: ItemGround
    petitions: tuple[Petition, ...]
    hearings: tuple[Span, ...]
    rooms: tuple[str, ...]
    offices: tuple[RoomOffices, ...]  # who was present, by office; the desk first
    spoke: tuple[Spoke, ...]
    breaks: tuple[Break, ...]
    others_broken: int  # rooms without the floor whose link broke
    conclusion: Conclusion | None
    tasks: tuple[ConclusionTask, ...]
    issued: Conclusion | None
    issued_tasks: tuple[ConclusionTask, ...]


def item_record(
    session: Session, ground: ItemGround, recorded: RecordedTime | None, until: datetime
) -> ItemRecord:
    """`until`: the moment up to which a hearing that goes on is counted."""
    known = versions.versions_of(session, ground.item_id)
    last, issued = (known[-1] if known else None), versions.issued_in(known)
    hearings = _hearings(session, ground.item_id)
    windows = [(span.started_at, span.until(until)) for span in hearings]
    presence = _presence(session, ground, windows, until)
    spoke = _spoke(session, ground.item_id)
    speakers = {each.room for each in spoke}
    breaks: list[Break] = []
    broken: set[str] = set()
    for room, spans in presence.items():
        found = [Break(start, end, room) for window in windows for start, end in missing_in(spans, window)]
        if room in speakers:
            breaks += found
        elif found:
            broken.add(room)
    breaks += _not_recorded(recorded, windows)
    petitions = select(Petition).where(col(Petition.id).in_(ground.petition_ids)).order_by(col(Petition.code))
    return ItemRecord(
        ground=ground,
        petitions=tuple(session.exec(petitions).all()),
        hearings=tuple(hearings),
        rooms=tuple(presence),
        offices=item_attendance(session, ground.item).rooms,
        spoke=tuple(spoke),
        breaks=tuple(sorted(breaks, key=lambda each: each.started_at)),
        others_broken=len(broken),
        conclusion=last,
        tasks=tuple(versions.rows_of(session, last.id or 0)) if last else (),
        issued=issued,
        issued_tasks=tuple(versions.rows_of(session, issued.id or 0)) if issued else (),
    )


def missing_in(
    spans: Iterable[tuple[datetime, datetime]], window: tuple[datetime, datetime]
) -> list[tuple[datetime, datetime]]:
    """Where none of `spans` is, from the first moment of `window` that has one to its end. A room that came late
    did not break off, one that never came back did."""
    starts, ends = window
    inside = sorted((max(start, starts), min(end, ends)) for start, end in spans if start < ends and end > starts)
    if not inside:
        return []
    missing, there_until = [], inside[0][1]
    for start, end in [*inside[1:], (ends, ends)]:
        if start - there_until >= _A_BREAK:
            missing.append((there_until, start))
        there_until = max(there_until, end)
    return missing


def _hearings(session: Session, item_id: int) -> list[Span]:
    rows = select(Hearing).where(Hearing.item_id == item_id).order_by(col(Hearing.started_at))
    return [Span(row.started_at, row.ended_at) for row in session.exec(rows)]


def _presence(
    session: Session, ground: ItemGround, windows: Sequence[tuple[datetime, datetime]], until: datetime
) -> dict[str, list[tuple[datetime, datetime]]]:
    """Of the rooms of the audience, but the desk: when they were there, in the order of the registry."""
    if ground.item.audience == Audience.CLOSED or not windows:
        return {}
    wanted = (
        select(Attendance, Room)
        .where(Attendance.reception_id == ground.item.reception_id)
        .where(Attendance.room_id == Room.id)
        .where(col(Room.level) != RoomLevel.PROVINCE)
        .where(col(Attendance.presence).in_((Presence.CONNECTED, Presence.RECEIVING)))
        .order_by(col(Room.code), col(Attendance.started_at))
    )
    if ground.item.audience == Audience.ROOMS:
        allowed = select(AgendaItemRoom.room_id).where(AgendaItemRoom.item_id == ground.item_id)
        wanted = wanted.where(col(Room.id).in_(allowed))
    found: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row, room in session.exec(wanted):
        span = (row.started_at, row.ended_at or until)
        if any(span[0] < end and span[1] > start for start, end in windows):
            found[room_name(room)].append(span)
    return dict(found)


def _spoke(session: Session, item_id: int) -> list[Spoke]:
    rows = session.exec(
        select(FloorGrant, Room)
        .where(FloorGrant.item_id == item_id)
        .where(FloorGrant.room_id == Room.id)
        .order_by(col(FloorGrant.given_at))
    ).all()
    return [Spoke(room_name(room), Span(grant.given_at, grant.ended_at)) for grant, room in rows]


def room_name(room: Room) -> str:
    return f"{room.name}, {room.district}" if room.level == RoomLevel.COMMUNE and room.district else room.name


def _not_recorded(recorded: RecordedTime | None, windows: Sequence[tuple[datetime, datetime]]) -> list[Break]:
    """What the recording lacks of the hearing. That a closed item was not recorded is no break."""
    if recorded is None:
        return []
    missing = [
        (seam.from_, seam.to, SEAM_WORDS.get(seam.reason, NOT_RECORDED))
        for seam in recorded.seams
        if seam.reason != CLOSED_ITEM
    ]
    missing += [(loss.from_, loss.from_ + loss.ends_s - loss.starts_s, loss.words) for loss in recorded.losses]
    found = []
    for from_, to, reason in sorted(missing):
        starts, ends = datetime.fromtimestamp(from_, UTC), datetime.fromtimestamp(to, UTC)
        for window in windows:
            start, end = max(starts, window[0]), min(ends, window[1])
            if end - start >= _A_BREAK:
                found.append(Break(start, end, reason=reason))
    return found
