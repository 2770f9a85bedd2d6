"""Captions in the database: kept whole, read within what may be watched, erased with what they tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, delete, select

from server.data.columns import now
from server.data.folding import literally
from server.people.rights import Role
from server.receptions.tables import Recording, RecordingState
from server.review.captions.rules import Cue, all_words, readable
from server.review.reading import Reader, Watchable, watchable
from server.review.tables import Caption, Transcript
from server.review.withholding import Span, key_of

NEWEST = 20  # recordings of which it is asked whether something else is left out by now


def made_of(watched: Watchable, model: str) -> str:
    """`watched`: by who may watch most, so that what nobody may is never put into words."""
    recording = watched.recording
    return key_of(f"{model}|{recording.folder}", recording.file, recording.bytes, watched.withheld)


def for_everybody(session: Session, recording: Recording) -> Watchable:
    """What is withheld from the host is withheld from all: denunciations, and what is in quarantine."""
    return watchable(session, recording, Reader(Role.HOST))


def to_caption(session: Session, model: str, passed_over: Iterable[int]) -> Watchable | None:
    """The next recording that has no captions, or had them made of something else. Newest first."""
    skip = set(passed_over)
    ready = (
        select(Recording, Transcript.made_of)
        .outerjoin(Transcript, col(Transcript.recording_id) == Recording.id)
        .where(Recording.state == RecordingState.SEALED, Recording.file != "", col(Recording.id).not_in(skip))
        .order_by(col(Recording.id).desc())
    )
    for recording, kept in session.exec(ready.limit(NEWEST)).all():
        watched = for_everybody(session, recording)
        if kept != made_of(watched, model):
            return watched
    row = session.exec(ready.where(col(Transcript.recording_id).is_(None)).limit(1)).first()
    return None if row is None else for_everybody(session, row[0])


def keep(session: Session, recording_id: int, key: str, model: str, cues: Sequence[Cue]) -> bool:
    """False: something else is left out by now, or the recording is destroyed, so nothing is kept of it."""
    recording = session.get(Recording, recording_id)
    if recording is None or recording.state != RecordingState.SEALED:
        return False
    if made_of(for_everybody(session, recording), model) != key:
        return False
    _write(session, recording_id, key, cues)
    return True


def is_made(session: Session, recording_id: int) -> bool:
    return session.get(Transcript, recording_id) is not None


def cues_of(session: Session, watched: Watchable, words: Iterable[str] = ()) -> list[Cue]:
    """In the order of the file, without what is withheld. `words`: folded; each begins a word of the cue."""
    rows = select(Caption).where(Caption.recording_id == watched.recording.id)
    for word in words:
        rows = rows.where(col(Caption.search_key).like(f"% {literally(word)}%", escape="\\"))
    found = session.exec(rows.order_by(col(Caption.starts_s), col(Caption.id)))
    return readable([_cue(row) for row in found], watched.withheld)


def recordings_with(session: Session, words: Iterable[str]) -> set[int]:
    """In which all of them were said somewhere."""
    rows = select(Transcript.recording_id)
    for word in words:
        rows = rows.where(col(Transcript.words).like(f"% {literally(word)}%", escape="\\"))
    return set(session.exec(rows))


def erase(session: Session, recording_id: int, spans: Sequence[Span]) -> None:
    """What was heard in these spans goes, and its words with it."""
    kept = session.get(Transcript, recording_id)
    if kept is None:
        return
    rows = session.exec(select(Caption).where(Caption.recording_id == recording_id)).all()
    left = readable([_cue(row) for row in rows], spans)
    if len(left) < len(rows):
        _write(session, recording_id, kept.made_of, left)


def erase_all(session: Session, recording_id: int) -> None:
    """The recording is destroyed."""
    session.exec(delete(Caption).where(col(Caption.recording_id) == recording_id))
    session.exec(delete(Transcript).where(col(Transcript.recording_id) == recording_id))


def _write(session: Session, recording_id: int, key: str, cues: Sequence[Cue]) -> None:
    erase_all(session, recording_id)
    session.add(Transcript(recording_id=recording_id, made_of=key, made_at=now(), words=all_words(cues)))
    for cue in cues:
        row = Caption(
            recording_id=recording_id,
            starts_s=cue.starts_s,
            ends_s=cue.ends_s,
            words=cue.words,
            search_key=cue.search_key,
        )
        session.add(row)
    session.flush()


def _cue(row: Caption) -> Cue:
    return Cue(row.starts_s, row.ends_s, row.words)
