"""Today's reception as it is after it was held and recorded: a manifest, a file, chapters, the floor."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session

from recordings.manifest import ChapterEntry, SegmentEntry, Span, iso, new_manifest
from recordings.store import Folder
from server.petitions.tables import Confidentiality
from server.receptions.queries import AgendaLine, agenda_of
from server.receptions.tables import (
    Audience,
    Chapter,
    FloorGrant,
    Hearing,
    ItemState,
    ReceptionState,
    Recording,
    RecordingState,
)
from signaling.ports import ChapterMark
from tests.server.demo.fixtures import petition, todays

FOLDER = "r3-20261123-080311"
CONTENT = bytes(range(256)) * 400  # 102,400 bytes: nothing here decodes it
ITEM_S = 60.0
PAUSE_S = 4.0


@dataclass(frozen=True, slots=True)
class Recorded:
    reception: int
    recording: int


def record(
    session: Session,
    directory: Path,
    *,
    item_s: float = ITEM_S,
    pause_s: float = PAUSE_S,
    media: Path | None = None,
) -> Recorded:
    """Eight items with a pause between two; the third was closed, so the file lacks it. `media`: what is played,
    else bytes that nobody decodes."""
    reception = todays(session)
    began = reception.planned_at
    recording = Recording(
        reception_id=reception.id or 0,
        folder=FOLDER,
        state=RecordingState.SEALED,
        file="reception.mp4",
        media_type="video/mp4",
        started_at=began,
        bytes=len(CONTENT) if media is None else media.stat().st_size,
        segments=2,
        gaps=1,
    )
    session.add(recording)
    session.flush()
    clock, in_file = began, 0.0
    marked: list[ChapterEntry] = []
    gap = (began, began)
    for line in agenda_of(session, reception.id or 0):
        ends = clock + timedelta(seconds=item_s)
        closed = line.item.audience == Audience.CLOSED
        session.add(Hearing(item_id=line.item_id, started_at=clock, ended_at=ends, closed=closed))
        line.item.state = ItemState.DONE
        session.add(line.item)
        if closed:
            gap = (clock, ends)
        else:
            chapter = Chapter(
                recording_id=recording.id or 0,
                item_id=line.item_id,
                starts_s=in_file,
                ends_s=in_file + item_s,
            )
            session.add(chapter)
            marked.append(_marked(line, chapter, clock.timestamp(), ends.timestamp()))
            in_file += item_s
        clock = ends + timedelta(seconds=pause_s)
        in_file += pause_s
    recording.seconds = in_file
    grant_from = gap[0] - timedelta(seconds=20)
    session.add(
        FloorGrant(
            reception_id=reception.id or 0,
            room_id=2,
            given_at=grant_from,
            ended_at=gap[1] + timedelta(seconds=10),
            given_by="system",
        )
    )
    reception.state = ReceptionState.ENDED
    reception.opened_at, reception.ended_at = began, clock
    session.add_all((recording, reception))
    session.flush()

    manifest = new_manifest(FOLDER, reception.id or 0)
    first_s = (gap[0] - began).total_seconds()
    for file, started, seconds in (
        ("segment-0001.mkv", began, first_s),
        ("segment-0002.mkv", gap[1], in_file - first_s),
    ):
        manifest.add_segment(
            SegmentEntry(
                file=file,
                started_at=iso(started.timestamp()),
                started_epoch=started.timestamp(),
                seconds=seconds,
                bytes=1,
                sha256="",
                previous_sha256="",
                tracks=(),
                codec="h264",
                video_frames=1,
                audio_seconds=seconds,
            )
        )
    manifest.note_gap(gap[0].timestamp(), gap[1].timestamp(), "closed item")
    manifest.chapters, manifest.state = marked, "sealed"
    folder = Folder(directory / FOLDER)
    folder.save(manifest)
    if media is None:
        (directory / FOLDER / "reception.mp4").write_bytes(CONTENT)
    else:
        shutil.copyfile(media, directory / FOLDER / "reception.mp4")
    return Recorded(reception.id or 0, recording.id or 0)


def _marked(line: AgendaLine, chapter: Chapter, started_at: float, ended_at: float) -> ChapterEntry:
    codes = tuple(petition.code for petition in line.petitions)
    mark = ChapterMark(
        item=line.item_id, position=line.item.position, label="", petitions=codes,
        started_at=started_at, ended_at=ended_at, closed=False,
    )  # fmt: skip
    return ChapterEntry(mark=mark, spans=(Span(starts_s=chapter.starts_s, ends_s=chapter.ends_s),))


def record_confidential(
    session: Session, recordings: Path, code: str, *, item_s: float, pause_s: float, media: Path
) -> Recorded:
    """As `record`, and the petition `code` that was heard in it is confidential."""
    made = record(session, recordings, item_s=item_s, pause_s=pause_s, media=media)
    row = petition(session, code)
    row.confidentiality = Confidentiality.CONFIDENTIAL
    session.add(row)
    return made
