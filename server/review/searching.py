"""Finding moments in all recordings, by what the reader may read and may watch. Nothing else is ever told.

A petition is found as in the register, through the same index and the same rights. Words of conclusions and of
documents are found where the reader may read them and they are not confidential: confidential ones stand on pages
of their own, whose reading is noted. A moment that is withheld from the reader is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from server.conclusions.rules import may_read
from server.data.folding import literally
from server.documents.rules import reads
from server.people.rights import Role
from server.petitions.conditions import conditions
from server.petitions.register import folded_words
from server.petitions.rules import is_audited
from server.petitions.tables import Petition
from server.petitions.wanted import Wanted as WantedPetition
from server.petitions.words import ask_by_index
from server.receptions.queries import AgendaLine, day_bounds
from server.receptions.tables import (
    AgendaItem,
    AgendaItemPetition,
    FloorGrant,
    Reception,
    Recording,
    RecordingState,
)
from server.review.captions.queries import cues_of, recordings_with
from server.review.reading import Reader, Watchable, watchable
from server.review.tables import RecordingNote
from server.review.viewing import ChapterEntry, chapter_entries
from server.review.withholding import is_withheld
from server.review.words_of_items import Said, items_with, take_in
from server.rooms.tables import Room
from server.web.languages import local_day

MOST = 100
"""Moments of one answer: more are read by nobody, and a narrower question is quicker than a page further."""


class FoundIn(StrEnum):
    PETITION = "petition"
    CONCLUSION = "conclusion"
    DOCUMENT = "document"
    NOTE = "note"
    CAPTION = "caption"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class Wanted:
    text: str = ""
    since: date | None = None
    until: date | None = None
    room_code: str = ""

    @property
    def asks_moments(self) -> bool:
        return bool(folded_words(self.text) or self.room_code)


@dataclass(frozen=True, slots=True)
class Moment:
    reception: Reception
    second: float
    chapter: ChapterEntry | None  # None: a note between two items
    found_in: tuple[FoundIn, ...]
    said: str = ""  # a note's words, or what a machine heard


@dataclass(frozen=True, slots=True)
class Held:
    """One recording of the list."""

    reception: Reception
    recording: Recording
    items: int


def moments(session: Session, reader: Reader, wanted: Wanted, say: Callable[..., str]) -> list[Moment]:
    """Newest reception first, inside one in the order of the file; at most MOST and one more."""
    role = reader.role
    items = {item: where for item, where in _items(session, role, wanted).items() if reader.is_reached_by(item)}
    notes = _notes(session, wanted)
    heard = _heard(session, wanted)
    found: list[Moment] = []
    for recording, reception in _recordings(session, wanted, set(items), {*notes, *heard}):
        watched = watchable(session, recording, reader)
        entries = chapter_entries(watched, role, say)
        found += sorted(
            [
                *_of_items(reception, watched, entries, items, role),
                *_of_notes(reception, watched, entries, notes),
                *_of_captions(session, reception, watched, entries, folded_words(wanted.text), heard),
            ],
            key=lambda moment: moment.second,
        )
        if len(found) > MOST:
            break
    return found[: MOST + 1]


def moments_in(
    session: Session, reader: Reader, reception: Reception, text: str, say: Callable[..., str]
) -> list[Moment]:
    """Where the words occur in one recording: what the search would list of it."""
    day = local_day(reception.planned_at)
    found = moments(session, reader, Wanted(text, day, day), say) if folded_words(text) else []
    return [moment for moment in found if moment.reception.id == reception.id]


def recordings(session: Session, reader: Reader, wanted: Wanted) -> list[Held]:
    """All that can be played, newest first; for a unit those in which it took part or has to act."""
    rows = session.exec(_ready(wanted).order_by(col(Reception.planned_at).desc())).all()
    ids = [reception.id for _recording, reception in rows]
    items: dict[int, int] = defaultdict(int)
    of_them = select(AgendaItem.reception_id, AgendaItem.id).where(col(AgendaItem.reception_id).in_(ids))
    for reception_id, item in session.exec(of_them):
        items[reception_id] += reader.is_reached_by(item or 0)
    return [
        Held(reception, recording, items[reception.id or 0])
        for recording, reception in rows
        if items[reception.id or 0] or reader.items is None
    ]


def rooms_that_spoke(session: Session, reader: Reader) -> list[tuple[str, str]]:
    """Code and name, for the filter."""
    spoke = select(FloorGrant.room_id)
    if reader.items is not None:
        spoke = spoke.where(col(FloorGrant.item_id).in_(reader.items))
    rows = session.exec(select(Room.code, Room.name).where(col(Room.id).in_(spoke)).order_by(col(Room.code)))
    return list(dict(rows.all()).items())


def _ready(wanted: Wanted) -> Select[Recording, Reception]:
    ready = (
        select(Recording, Reception)
        .join(Reception, col(Reception.id) == Recording.reception_id)
        .where(Recording.state == RecordingState.SEALED, Recording.file != "")
    )
    if wanted.since is not None:
        ready = ready.where(col(Reception.planned_at) >= day_bounds(wanted.since)[0])
    if wanted.until is not None:
        ready = ready.where(col(Reception.planned_at) < day_bounds(wanted.until)[1])
    return ready


def _recordings(
    session: Session, wanted: Wanted, items: set[int], noted: set[int]
) -> Iterable[tuple[Recording, Reception]]:
    with_items = set(
        session.exec(select(AgendaItem.reception_id).where(col(AgendaItem.id).in_(items))) if items else ()
    )
    rows = session.exec(_ready(wanted).order_by(col(Reception.planned_at).desc())).all()
    return [row for row in rows if row[1].id in with_items or row[0].id in noted]


def _items(session: Session, role: Role, wanted: Wanted) -> dict[int, set[FoundIn | Said]]:
    """Candidates, with where they were found; a room's floor narrows what words found."""
    spoke: set[int] | None = None
    if wanted.room_code:
        in_room = select(FloorGrant.item_id).join(Room, col(Room.id) == FloorGrant.room_id)
        spoke = {item for item in session.exec(in_room.where(Room.code == wanted.room_code)) if item is not None}
    words = folded_words(wanted.text)
    if not words:
        return {item: {FoundIn.ROOM} for item in spoke or ()}
    found: dict[int, set[FoundIn | Said]] = defaultdict(set)
    ask_by_index(session)
    petitions = select(Petition.id).where(*conditions(role, WantedPetition(text=wanted.text)))
    for item in session.exec(
        select(AgendaItemPetition.item_id).where(col(AgendaItemPetition.petition_id).in_(petitions))
    ):
        found[item].add(FoundIn.PETITION)
    take_in(session)
    for said in items_with(session, words):
        found[said.item_id].add(said)
    return {item: where for item, where in found.items() if spoke is None or item in spoke}


def _notes(session: Session, wanted: Wanted) -> dict[int, list[RecordingNote]]:
    words = folded_words(wanted.text)
    found: dict[int, list[RecordingNote]] = defaultdict(list)
    if not words or wanted.room_code:
        return found
    matching = select(RecordingNote).where(col(RecordingNote.removed_at).is_(None))
    for word in words:
        matching = matching.where(col(RecordingNote.search_key).like(f"% {literally(word)}%", escape="\\"))
    for note in session.exec(matching):
        found[note.recording_id].append(note)
    return found


def _heard(session: Session, wanted: Wanted) -> set[int]:
    """Recordings in which a machine heard all the words somewhere."""
    words = folded_words(wanted.text)
    return recordings_with(session, words) if words and not wanted.room_code else set()


def _of_items(
    reception: Reception,
    watched: Watchable,
    entries: list[ChapterEntry],
    items: dict[int, set[FoundIn | Said]],
    role: Role,
) -> list[Moment]:
    lines = {line.item_id: line for line in watched.lines}
    found = []
    for entry in entries:
        where = items.get(entry.item.id, set())
        told = {told for each in where if (told := _told(each, lines[entry.item.id], role)) is not None}
        if told:
            found.append(Moment(reception, entry.starts_s, entry, tuple(sorted(told))))
    return found


def _told(found: FoundIn | Said, line: AgendaLine, role: Role) -> FoundIn | None:
    """None: these words the reader may not read, or reads on a page of their own only."""
    if isinstance(found, FoundIn):
        return found
    guards = [(petition.kind, petition.confidentiality) for petition in line.petitions]
    if any(is_audited(*guard) for guard in guards) or not may_read(role, guards):
        return None
    if found.kind is None:
        return FoundIn.CONCLUSION
    return FoundIn.DOCUMENT if reads(role, found.kind, guards) else None


def _of_notes(
    reception: Reception,
    watched: Watchable,
    entries: list[ChapterEntry],
    notes: dict[int, list[RecordingNote]],
) -> list[Moment]:
    found = []
    for note in notes.get(watched.recording.id or 0, ()):
        if is_withheld(note.at_s, watched.withheld):
            continue
        found.append(Moment(reception, note.at_s, _entry_at(entries, note.at_s), (FoundIn.NOTE,), note.words))
    return found


def _of_captions(
    session: Session,
    reception: Reception,
    watched: Watchable,
    entries: list[ChapterEntry],
    words: Sequence[str],
    heard: set[int],
) -> list[Moment]:
    """Where all of them were said within one caption."""
    if watched.recording.id not in heard:
        return []
    return [
        Moment(reception, cue.starts_s, _entry_at(entries, cue.starts_s), (FoundIn.CAPTION,), cue.words)
        for cue in cues_of(session, watched, words)
    ]


def _entry_at(entries: list[ChapterEntry], second: float) -> ChapterEntry | None:
    return next((each for each in entries if each.starts_s <= second < each.ends_s), None)
