"""Notes and bookmarks on the time line: written by staff, changed and removed by who wrote them.

A note lies at a second. Who may not watch that second does not read it; on a withheld one nobody can write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from server.data.columns import now
from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account
from server.petitions.register import folded_words
from server.receptions.chapters import marked_chapters
from server.receptions.tables import AgendaItem, AgendaItemPetition, ChapterCorrection, Recording
from server.review.captions import queries as captions
from server.review.reading import Watchable
from server.review.tables import ItemWords, RecordingNote
from server.review.withholding import is_withheld
from server.web.languages import local_time

LONGEST = 500
MOST = 500
"""Notes of one recording. More would hide the time line they stand on."""


@dataclass(frozen=True, slots=True)
class Note:
    row: RecordingNote
    name: str


class NoteRefused(ValueError):
    """The text says what came and what is allowed."""


def notes_of(session: Session, watched: Watchable) -> list[Note]:
    """In the order of the file, without those that were removed and those at seconds that are withheld."""
    rows = session.exec(
        select(RecordingNote, Account.display_name)
        .join(Account, col(Account.id) == RecordingNote.account_id)
        .where(RecordingNote.recording_id == watched.recording.id, col(RecordingNote.removed_at).is_(None))
        .order_by(col(RecordingNote.at_s), col(RecordingNote.id))
    ).all()
    return [Note(row, name) for row, name in rows if not is_withheld(row.at_s, watched.withheld)]


def for_script(note: Note, reader: Account) -> dict[str, Any]:
    return {
        "id": note.row.id,
        "at": note.row.at_s,
        "words": note.row.words,
        "name": note.name,
        "made": local_time(note.row.made_at),
        "changed": local_time(note.row.changed_at) if note.row.changed_at else "",
        "own": note.row.account_id == reader.id,
    }


def add(session: Session, watched: Watchable, account: Account, at_s: float, words: str) -> Note:
    """Raises NoteRefused."""
    if not 0 <= at_s <= watched.recording.seconds or is_withheld(at_s, watched.withheld):
        raise NoteRefused(f"came second {at_s:g}; allowed is one of the recording that you may watch")
    if len(notes_of(session, watched)) >= MOST:
        raise NoteRefused(f"came one more than {MOST} notes; remove some first")
    row = RecordingNote(recording_id=watched.recording.id or 0, account_id=account.id or 0, at_s=round(at_s, 1))
    _write(row, words)
    session.add(row)
    session.flush()
    _note(session, account, "recording_note_added", row)
    return Note(row, account.display_name)


def change(session: Session, watched: Watchable, account: Account, note_id: int, words: str) -> Note | None:
    """None: there is none of this account's. Raises NoteRefused."""
    row = _own(session, watched, account, note_id)
    if row is None or row.removed_at is not None:
        return None
    _write(row, words)
    row.changed_at = now()
    session.add(row)
    _note(session, account, "recording_note_changed", row)
    return Note(row, account.display_name)


def remove(
    session: Session, watched: Watchable, account: Account, note_id: int, *, back: bool = False
) -> Note | None:
    """`back`: take the removing back. None: there is none of this account's."""
    row = _own(session, watched, account, note_id)
    if row is None:
        return None
    row.removed_at = None if back else now()
    session.add(row)
    _note(session, account, "recording_note_restored" if back else "recording_note_removed", row)
    return Note(row, account.display_name)


def erase_words(session: Session, petition_id: int) -> None:
    """The petition is a denunciation now: what was noted or captioned while it was heard goes, and the words of
    corrections."""
    items = set(
        session.exec(select(AgendaItemPetition.item_id).where(AgendaItemPetition.petition_id == petition_id))
    )
    from_items = [
        (min(chapter.starts_s, chapter.marked_starts_s), max(chapter.ends_s, chapter.marked_ends_s), recording)
        for recording in _recordings_with(session, items)
        for chapter in marked_chapters(session, recording)
        if chapter.item_id in items
    ]
    for starts, ends, recording in from_items:
        within = select(RecordingNote).where(
            RecordingNote.recording_id == recording, RecordingNote.at_s >= starts, RecordingNote.at_s <= ends
        )
        for row in session.exec(within).all():
            row.words = row.search_key = ""
            session.add(row)
        captions.erase(session, recording, [(starts, ends)])
    _erase_corrections(session, items)
    for found in session.exec(select(ItemWords).where(col(ItemWords.item_id).in_(items))).all():
        session.delete(found)
    session.flush()


def _own(session: Session, watched: Watchable, account: Account, note_id: int) -> RecordingNote | None:
    row = session.get(RecordingNote, note_id)
    mine = row is not None and row.account_id == account.id and row.recording_id == watched.recording.id
    return row if mine else None


def _write(row: RecordingNote, words: str) -> None:
    said = " ".join(words.split())
    if len(said) > LONGEST:
        raise NoteRefused(f"came {len(said)} characters; allowed are 0 to {LONGEST}")
    row.words = said
    row.search_key = f" {' '.join(folded_words(said))} " if said else ""


def _note(session: Session, account: Account, action: str, row: RecordingNote) -> None:
    audit.record(
        session, subject_of(account), action, f"recording:{row.recording_id}", {"note": row.id, "at_s": row.at_s}
    )


def _recordings_with(session: Session, items: set[int]) -> list[int]:
    from_agenda = select(AgendaItem.reception_id).where(col(AgendaItem.id).in_(items))
    found = session.exec(select(Recording.id).where(col(Recording.reception_id).in_(from_agenda)))
    return [number for number in found if number is not None]


def _erase_corrections(session: Session, items: set[int]) -> None:
    for row in session.exec(select(ChapterCorrection).where(col(ChapterCorrection.item_id).in_(items))).all():
        row.title = row.before_title = row.reason = ""
        session.add(row)
