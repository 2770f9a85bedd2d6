"""What one reader may watch of one recording, and where the file is that leaves out the rest."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from server.people.rights import OF_UNITS, Role
from server.receptions.chapters import Marked, marked_chapters
from server.receptions.queries import AgendaLine, agenda_of
from server.receptions.tables import Hearing, Recording, RecordingState
from server.review.tables import Quarantine
from server.review.withholding import Heard, Span, joined, key_of, may_watch, withheld


@dataclass(frozen=True, slots=True)
class Reader:
    """In which role somebody watches. `items`: what reaches the reader's units; None: nobody of a unit."""

    role: Role
    items: frozenset[int] | None = None

    def is_reached_by(self, item_id: int) -> bool:
        if self.items is None:
            return self.role not in OF_UNITS
        return item_id in self.items


@dataclass(frozen=True, slots=True)
class Watchable:
    """`withheld` is what is left out of the file that the reader gets; `quarantined` is a part of it."""

    recording: Recording
    lines: tuple[AgendaLine, ...]  # of a unit's reader those that may be watched: others are not told of
    chapters: tuple[Marked, ...]  # all of them
    withheld: tuple[Span, ...]
    quarantined: tuple[Span, ...]
    watchable_items: frozenset[int]

    @property
    def copy_key(self) -> str:
        """Empty: the recording itself is what is sent."""
        if not self.withheld:
            return ""
        return key_of(self.recording.folder, self.recording.file, self.recording.bytes, self.withheld)

    @property
    def is_all_withheld(self) -> bool:
        return self.withheld == ((0.0, self.recording.seconds),)

    def isolated_key(self, source: str) -> str:
        """`source`: an isolated or a late one. The name of its copy; another one once what is withheld changes."""
        return f"{source}-{key_of(self.recording.folder, source, self.recording.bytes, self.withheld)}"

    @property
    def thumbnails_key(self) -> str:
        return key_of(self.recording.folder, self.recording.file, self.recording.bytes, (), self.withheld)

    @property
    def shown_chapters(self) -> list[Marked]:
        """Those of which at least something is left."""
        return [
            chapter
            for chapter in self.chapters
            if chapter.item_id in self.watchable_items
            and not any(starts <= chapter.starts_s and chapter.ends_s <= ends for starts, ends in self.withheld)
        ]


def is_ready(recording: Recording | None) -> bool:
    return recording is not None and recording.state == RecordingState.SEALED and bool(recording.file)


def watchable(session: Session, recording: Recording, reader: Reader) -> Watchable:
    """A chapter that was corrected is withheld over both its times: what the recorder marked was not shown to
    anybody by mistake then, and what was corrected is meant so."""
    lines = tuple(agenda_of(session, recording.reception_id))
    items = frozenset(
        line.item_id
        for line in lines
        if may_watch(reader.role, line.petitions) and reader.is_reached_by(line.item_id)
    )
    chapters = tuple(marked_chapters(session, recording.id or 0))
    heard = [
        Heard(starts, ends, chapter.item_id in items)
        for chapter in chapters
        for starts, ends in _times(chapter, chapter.item_id in items)
    ]
    quarantined = joined(quarantined_spans(session, recording.id or 0), recording.seconds)
    somewhere = _heard_without_chapter(session, lines, items, chapters)
    if reader.role in OF_UNITS:
        somewhere |= all(chapter.item_id not in items for chapter in chapters)
        lines = tuple(line for line in lines if line.item_id in items)
    left_out = withheld(heard, [(0.0, recording.seconds)] if somewhere else quarantined, recording.seconds)
    return Watchable(recording, lines, chapters, left_out, quarantined, items)


def quarantined_spans(session: Session, recording_id: int) -> list[Span]:
    held = select(Quarantine).where(Quarantine.recording_id == recording_id, col(Quarantine.released_at).is_(None))
    return [(each.starts_s, each.ends_s) for each in session.exec(held)]


def _heard_without_chapter(
    session: Session, lines: tuple[AgendaLine, ...], items: frozenset[int], chapters: tuple[Marked, ...]
) -> bool:
    """An item that may not be watched was heard open, and nobody knows where in the file."""
    known = {chapter.item_id for chapter in chapters}
    unknown = [line.item_id for line in lines if line.item_id not in items and line.item_id not in known]
    heard = select(Hearing.id).where(col(Hearing.item_id).in_(unknown), col(Hearing.closed).is_(False))
    return bool(unknown) and session.exec(heard.limit(1)).first() is not None


def _times(chapter: Marked, may: bool) -> list[Span]:
    now = (chapter.starts_s, chapter.ends_s)
    return [now] if may or not chapter.corrected else [now, (chapter.marked_starts_s, chapter.marked_ends_s)]
