"""Where one isolated source's files lie, and its entries in the journal."""

from __future__ import annotations

from pathlib import Path

from recordings.isolated import journal as journals
from recordings.isolated.journal import Journal
from recordings.isolated.sources import layout_of
from recordings.manifest import IsolatedEntry, OpenSegment, SourceName, iso
from recordings.segment import Segment, VideoFormat
from recordings.store import make_directory, sha256_of


class SourceShelf:
    """Raises OSError and av.error.FFmpegError as its segments do."""

    def __init__(self, path: Path, journal: Journal, source: SourceName) -> None:
        self._path = path
        self._journal = journal
        self._entry = journal.of(source)
        self._continues = False

    def open_segment(self, started_us: int, video: VideoFormat, *, continues: bool) -> Segment:
        file = self._entry.next_file()
        self._continues = continues
        self._entry.writing = OpenSegment(file=file, started_at=started_us / 1e6)
        make_directory(self._path)
        journals.save(self._path, self._journal)
        return Segment(self._path / file, started_us, video, layout_of(self._entry.source))

    def close_segment(self, segment: Segment, ended_us: int) -> None:
        segment.close()
        started = segment.started_us / 1e6
        self._entry.segments.append(
            IsolatedEntry(
                file=segment.path.name,
                started_at=iso(started),
                started_epoch=started,
                seconds=(ended_us - segment.started_us) / 1e6,
                bytes=segment.size,
                sha256=sha256_of(segment.path),
                previous_sha256=self._entry.last_sha256,
                tracks=segment.tracks,
                codec=segment.video.codec if segment.video else "",
                video_frames=segment.video_frames,
                continues=self._continues,
            )
        )
        self._entry.writing = None
        journals.save(self._path, self._journal)
