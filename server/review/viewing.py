"""What the reviewer's page shows of a recording, in the words and within the rights of one reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlmodel import Session, col, select

from server.people.rights import Role
from server.petitions.rules import KIND_WORDS
from server.petitions.tables import PetitionKind
from server.receptions.agenda_view import ShownItem, shown_agenda
from server.receptions.recorded_time import NOT_RECORDED, SEAM_WORDS, RecordedTime, Seam
from server.receptions.tables import Attendance, Presence
from server.review.reading import Watchable
from server.rooms.tables import Room, RoomLevel

Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class ChapterEntry:
    """`marked`: what the recorder marked, where that was corrected."""

    item: ShownItem
    ordinal: int
    starts_s: float
    ends_s: float
    name: str
    title: str
    marked: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """An item of the agenda with its chapters, each with its number in the order of the file."""

    item: ShownItem
    withheld: bool
    chapters: tuple[tuple[int, ChapterEntry], ...]


@dataclass(frozen=True, slots=True)
class RoomSpan:
    code: str
    name: str
    presence: Presence
    started_at: float  # epoch
    ended_at: float | None


def chapter_entries(watched: Watchable, role: Role, say: Say) -> list[ChapterEntry]:
    """One per unbroken time an item was heard, in the order of the file; without those that are withheld."""
    items = {item.id: item for item in shown_agenda(watched.lines, role)}
    return [
        ChapterEntry(
            item=items[chapter.item_id],
            ordinal=chapter.ordinal,
            starts_s=chapter.starts_s,
            ends_s=chapter.ends_s,
            name=_name(items[chapter.item_id], chapter.title, say),
            title=chapter.title,
            marked=(chapter.marked_starts_s, chapter.marked_ends_s) if chapter.corrected else None,
        )
        for chapter in watched.shown_chapters
        if chapter.item_id in items
    ]


def agenda_entries(watched: Watchable, role: Role, entries: Sequence[ChapterEntry]) -> list[AgendaEntry]:
    """In the order of the agenda, whatever was called first; an item without a chapter stays in its place."""
    recorded = {chapter.item_id for chapter in watched.chapters}
    shown = {entry.item.id for entry in entries}
    return [
        AgendaEntry(
            item,
            item.id in recorded and item.id not in shown,
            tuple((n, entry) for n, entry in enumerate(entries) if entry.item.id == item.id),
        )
        for item in sorted(shown_agenda(watched.lines, role), key=lambda item: item.position)
    ]


def seams_for_script(recorded: RecordedTime | None, say: Say) -> list[dict[str, Any]]:
    """One for each second at which something is missing, with all the reasons."""
    places = groupby(recorded.seams if recorded else (), key=lambda seam: seam.at_s)
    return [_place(at_s, list(seams), say) for at_s, seams in places]


def _place(at_s: float, seams: Sequence[Seam], say: Say) -> dict[str, Any]:
    reasons = dict.fromkeys(say(SEAM_WORDS.get(seam.reason, NOT_RECORDED)) for seam in seams)
    return {
        "at": at_s,
        "missing": round(sum(seam.missing_s for seam in seams), 3),
        "reason": "; ".join(reasons),
        "closed": all(seam.reason == "closed item" for seam in seams),
    }


def rooms_for_script(recorded: RecordedTime | None, spans: Sequence[RoomSpan]) -> list[dict[str, Any]]:
    """Each room with the seconds of the file in which it was connected; a room that never was is missing."""
    if recorded is None or not recorded.runs:
        return []
    end = recorded.runs[-1].started_at + recorded.runs[-1].seconds
    found: dict[str, dict[str, Any]] = {}
    for span in spans:
        for starts, ends in recorded.spans(span.started_at, span.ended_at or end):
            room = found.setdefault(span.code, {"name": span.name, "spans": []})
            room["spans"].append([round(starts, 1), round(ends, 1)])
    return list(found.values())


def rooms_connected(session: Session, reception_id: int) -> list[RoomSpan]:
    """Districts and communes by code; the desk is where the reception is."""
    rows = session.exec(
        select(Attendance, Room)
        .where(Attendance.reception_id == reception_id, Attendance.presence == Presence.CONNECTED)
        .where(Attendance.room_id == Room.id)
        .where(col(Room.level) != RoomLevel.PROVINCE)
        .order_by(col(Room.code), col(Attendance.started_at))
    ).all()
    return [
        RoomSpan(
            code=room.code,
            name=room.name,
            presence=span.presence,
            started_at=span.started_at.timestamp(),
            ended_at=span.ended_at.timestamp() if span.ended_at else None,
        )
        for span, room in rows
    ]


def _name(item: ShownItem, title: str, say: Say) -> str:
    if title:
        return f"{item.position}. {title}"
    kinds = [say(KIND_WORDS[PetitionKind(petition.kind)]) for petition in item.petitions[:1]]
    return " ".join([f"{item.position}.", *kinds, ", ".join(petition.code for petition in item.petitions)]).strip()
