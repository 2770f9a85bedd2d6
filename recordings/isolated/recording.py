"""The isolated sources of the open recording. Lives in the thread of the isolated writer; nothing else touches it.

Time comes in as `now_us`, wall clock. They are given up for ten minutes where a write fails, and where the
programme may need the room that is left, is written to the spare disk, or cannot be written itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from recordings.disk import AVOIDED_US
from recordings.isolated import journal as journals
from recordings.isolated.journal import Journal
from recordings.isolated.shelf import SourceShelf
from recordings.isolated.sources import PICTURE_OF, SOURCE_OF
from recordings.isolated.strand import STILL_US, Strand
from recordings.items import GapReason, Item, Missing
from recordings.manifest import SourceName
from recordings.recording import SAVE_US, WriteError
from recordings.store import Folder
from recordings.video_frame import VideoFrame
from signaling.ports import ChapterMark
from signaling.tap import TapTrack

log = logging.getLogger(__name__)

_NOTED = (GapReason.PACKETS_LOST, GapReason.SOURCE_CHANGED, GapReason.QUEUE_FULL)
"""What is missing of a picture that came. That none came (nobody had the floor) is told by where segments end."""


@dataclass(frozen=True, slots=True)
class IsolatedProgress:
    given_up: bool = False
    want_key_frames: frozenset[TapTrack] = field(default_factory=frozenset)


class IsolatedRecording:
    def __init__(self, folder: Folder, journal: Journal, segment_us: int, may_write: Callable[[], bool]) -> None:
        self.folder = folder
        self._journal = journal
        self._segment_us = segment_us
        self._may_write = may_write
        self._strands: dict[SourceName, Strand] = {}
        self._paused = True
        self._resumed_us = 0
        self._again_us: int | None = None  # given up until then
        self._reason = GapReason.DISK_LOW  # why
        self._dropped_us: dict[SourceName, int] = {}  # the last picture of those that came meanwhile
        self._unsaved = False
        self._save_tried_us = 0

    @property
    def name(self) -> str:
        return self.folder.name

    def progress(self) -> IsolatedProgress:
        wanting = {source for source, strand in self._strands.items() if strand.wants_key_frame}
        given_up = self._again_us is not None
        if not given_up:
            wanting |= self._dropped_us.keys()
        tracks = frozenset(PICTURE_OF[source] for source in wanting)
        return IsolatedProgress(given_up and not self._paused, tracks)

    def set_marks(self, marks: tuple[ChapterMark, ...]) -> None:
        """Chapters are the manifest's."""

    def resume(self, now_us: int) -> None:
        if self._paused:
            self._paused = False
            self._resumed_us = now_us
            self._dropped_us.clear()

    def pause(self, now_us: int, reason: str) -> None:
        self._paused = True
        self._finish(now_us)

    def interrupt(self, now_us: int, reason: GapReason) -> None:
        self._finish(now_us)

    def end(self, now_us: int, reason: str) -> None:
        self._finish(now_us)

    def leave_open(self, now_us: int) -> None:
        self._finish(now_us)

    def handle_input(self, item: Item, now_us: int) -> None:
        source = None if self._paused else SOURCE_OF.get(item.track)
        if source is None:
            return
        if isinstance(item, Missing):
            self._note_missing(source, item)
            return
        if item.capture_us < self._resumed_us:
            return  # of the time before: a closed item's last packets may still be on their way
        if isinstance(item, VideoFrame) and (self._again_us is not None or source in self._dropped_us):
            self._note_dropped(source, item.capture_us)
            if self._again_us is None and item.key:
                del self._dropped_us[source]
        if self._again_us is not None or source in self._dropped_us:
            return
        if source not in self._strands:
            shelf = SourceShelf(self.folder.path, self._journal, source)
            self._strands[source] = Strand(shelf, self._segment_us)
        self._strands[source].handle_input(item)

    def handle_timeout(self, now_us: int) -> None:
        if self._again_us is not None and now_us >= self._again_us:
            self._again_us = None
        if self._again_us is None and not self._paused and not self._may_write():
            self._give_up(now_us, GapReason.DISK_LOW)
        for source, strand in list(self._strands.items()):
            try:
                strand.handle_timeout(now_us)
            except WriteError as error:
                self._fail(source, strand, now_us, error)
        if self._unsaved and now_us - self._save_tried_us > SAVE_US:
            self._save_tried_us = now_us
            self._save()

    # ---

    def _finish(self, now_us: int) -> None:
        strands, self._strands = self._strands, {}
        for source, strand in strands.items():
            try:
                strand.finish(now_us)
            except WriteError as error:
                self._fail(source, strand, now_us, error)
        if self._unsaved:
            self._save()

    def _give_up(self, now_us: int, reason: GapReason) -> None:
        log.error("isolated sources are given up for now (%s); the programme goes on", reason)
        self._again_us, self._reason = now_us + AVOIDED_US, reason
        sources = list(self._strands)
        self._finish(now_us)
        for source in sources:
            self._remember_end(source)

    def _fail(self, source: SourceName, strand: Strand, now_us: int, error: BaseException) -> None:
        """What reached the disk is kept as it is."""
        log.error("writing an isolated source failed (%s)", type(error).__name__)
        self._strands.pop(source, None)
        segment = strand.abandon()
        if segment is not None:
            try:
                segment.close()
            except WriteError as close_error:
                log.error("closing it failed too (%s)", type(close_error).__name__)
        try:
            journals.enter_as_found(self.folder.path, self._journal.of(source))
        except OSError as unread:
            log.error("what was written of it cannot be entered (%s)", unread.strerror)
        self._unsaved = True
        self._remember_end(source)
        if self._again_us is None:
            self._give_up(now_us, GapReason.WRITE_FAILED)

    def _remember_end(self, source: SourceName) -> None:
        if segments := self._journal.of(source).segments:
            self._dropped_us[source] = round(segments[-1].ended_epoch * 1e6)

    def _note_missing(self, source: SourceName, missing: Missing) -> None:
        if missing.reason in _NOTED and missing.track == PICTURE_OF[source]:
            from_us = max(missing.from_us, self._resumed_us)
            self._journal.of(source).note_gap(from_us / 1e6, missing.to_us / 1e6, missing.reason)
            self._unsaved = True

    def _note_dropped(self, source: SourceName, at_us: int) -> None:
        """A picture came, and was not written; the one before it, too, where it came shortly before."""
        before_us = self._dropped_us.get(source, at_us)
        self._dropped_us[source] = at_us
        if at_us - before_us < STILL_US:
            self._journal.of(source).note_gap(before_us / 1e6, at_us / 1e6, self._reason)
            self._unsaved = True

    def _save(self) -> None:
        try:
            journals.save(self.folder.path, self._journal)
            self._unsaved = False
        except OSError as error:
            log.error("the list of isolated sources cannot be written (%s)", error.strerror)
