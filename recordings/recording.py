"""The open recording: its folder and manifest, the present take, and what is missing between takes.

Lives in the writer thread; nothing else touches it. Time comes in as `now_us`, wall clock.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import av

from recordings.disk import Shelves, free_bytes, is_low
from recordings.items import GapReason, Item, Missing
from recordings.manifest import Manifest, OpenSegment, SegmentEntry, iso
from recordings.mixing import RATE
from recordings.recovery import enter_as_found
from recordings.segment import Segment, VideoFormat
from recordings.store import Folder, make_directory, sha256_of
from recordings.take import LAG_US, Take
from signaling.ports import ChapterMark
from signaling.tap import TapTrack

log = logging.getLogger(__name__)

RETRY_US = 1_000_000
PROVEN_US = 2_000_000  # after a failed write the alarm stands until writing has gone well for this long
DISK_US = 1_000_000  # how often the disk is asked for the room that is left
SAVE_US = 5_000_000  # gaps that were noted between segments reach the manifest on disk within this
WriteError = (OSError, av.error.FFmpegError)


@dataclass(frozen=True, slots=True)
class Progress:
    recording: str
    paused: bool
    bytes: int = 0
    seconds: float = 0.0
    segments: int = 0
    write_failed: bool = False
    on_spare: bool = False
    disk_free: int | None = None  # where the open segment is; None: not known
    disk_low: bool = False
    wants_key_frame: bool = False


class Recording:
    def __init__(self, folder: Folder, manifest: Manifest, segment_us: int) -> None:
        self.folder = folder
        self._manifest = manifest
        self._segment_us = segment_us
        self._take: Take | None = None
        self._paused = True
        self._resumed_us = 0
        self._failed_us: int | None = None  # of the last failed write, until one succeeds
        self._again_us = 0  # nothing is tried before
        self._shelves = Shelves(folder.path, folder.spare)
        self._disk_free: int | None = None
        self._disk_asked_us = 0
        self._unsaved = True
        self._save_tried_us = 0

    @property
    def name(self) -> str:
        return self.folder.name

    def progress(self) -> Progress:
        segment = self._take.segment if self._take else None
        until_us = self._take.recorded_until_us if self._take else None
        now_open_s = (until_us - segment.started_us) / 1e6 if segment and until_us else 0.0
        size = sum(entry.bytes for entry in self._manifest.segments) + (segment.size if segment else 0)
        seconds = self._manifest.seconds + max(0.0, now_open_s)
        return Progress(
            recording=self.name,
            paused=self._paused,
            bytes=size,
            seconds=seconds,
            segments=len(self._manifest.segments) + (1 if segment else 0),
            write_failed=self._failed_us is not None,
            on_spare=self._shelves.on_spare,
            disk_free=self._disk_free,
            disk_low=self._disk_free is not None and is_low(self._disk_free, size, seconds),
            wants_key_frame=not self._paused and (self._take is None or self._take.wants_key_frame),
        )

    def set_marks(self, marks: tuple[ChapterMark, ...]) -> None:
        if self._manifest.set_marks(marks):
            self._save()

    def resume(self, now_us: int) -> None:
        if not self._paused:
            return
        self._paused = False
        self._resumed_us = now_us
        if self._manifest.missing is None:
            self._manifest.begin_gap(now_us / 1e6, GapReason.NO_MEDIA)
        self._save()

    def pause(self, now_us: int, reason: str) -> None:
        reason = reason or GapReason.PAUSED
        if not self._paused:
            self._paused = True
            self._stop_take(now_us, reason)
        elif self._manifest.missing is None or self._manifest.missing.reason != reason:
            self._manifest.begin_gap(now_us / 1e6, reason)
            self._save()

    def interrupt(self, now_us: int, reason: GapReason) -> None:
        """The stage does not arrive any more; what arrived is written and closed."""
        if not self._paused:
            self._stop_take(now_us, reason)

    def end(self, now_us: int, reason: str) -> None:
        """Close; the recording is ready to be sealed."""
        self._stop_take(now_us, None)
        self._manifest.end_gap(now_us / 1e6)
        self._manifest.ended_at = now_us / 1e6
        self._manifest.end_reason = reason
        self._save()

    def leave_open(self, now_us: int) -> None:
        """The process ends, the recording does not: the next process goes on with it."""
        self._stop_take(now_us, None if self._paused else GapReason.RECORDER_RESTARTED)

    def handle_input(self, item: Item, now_us: int) -> None:
        if self._paused:
            return
        if isinstance(item, Missing):
            from_us = max(item.from_us, self._resumed_us)
            self._manifest.note_gap(from_us / 1e6, item.to_us / 1e6, item.reason, _TRACK_NAMES[item.track])
            self._unsaved = True
            return
        if item.capture_us < self._resumed_us:
            return  # of the time before: a closed item's last packets may still be on their way
        if self._take is None and now_us < self._again_us:
            return
        if self._take is None:
            self._take = Take(self, self._segment_us)
        self._take.handle_input(item, now_us)

    def handle_timeout(self, now_us: int) -> None:
        if now_us - self._disk_asked_us > DISK_US:
            self._disk_asked_us = now_us
            self._disk_free = free_bytes(self._shelves.present)
        take = self._take
        if take is None:
            return
        if take.is_silent(now_us):
            self._stop_take(now_us - LAG_US, GapReason.NO_MEDIA)
            return
        try:
            take.handle_timeout(now_us)
        except WriteError as error:
            self._fail(take, now_us, error)
            return
        if self._failed_us is not None and take.segment is not None and now_us - self._failed_us > PROVEN_US:
            self._failed_us = None
        if self._unsaved and now_us - self._save_tried_us > SAVE_US:
            self._save_tried_us = now_us
            self._save()

    # --- Shelf, called by the take ---

    def open_segment(self, started_us: int, video: VideoFormat | None) -> Segment:
        place = self._shelves.choose(started_us)
        self._manifest.end_gap(started_us / 1e6)
        file = self._manifest.next_segment_file()
        self._manifest.writing = OpenSegment(file=file, started_at=started_us / 1e6)
        self._write_manifest()
        make_directory(place)
        return Segment(place / file, started_us, video)

    def close_segment(self, segment: Segment, ended_us: int) -> None:
        segment.close()
        self._enter(segment, (ended_us - segment.started_us) / 1e6)
        self._write_manifest()

    # ---

    def _stop_take(self, now_us: int, reason: str | None) -> None:
        """Finish the present take; with a reason, nothing is recorded from here on because of it."""
        take, self._take = self._take, None
        if take is not None:
            try:
                take.finish(now_us)
            except WriteError as error:
                self._fail(take, now_us, error)
            else:
                now_us = min(now_us, take.recorded_until_us or now_us)
        if reason is not None:
            self._manifest.begin_gap(now_us / 1e6, reason)
        self._save()

    def _fail(self, take: Take, now_us: int, error: BaseException) -> None:
        """A write failed: what reached the disk is kept as it is. Another segment begins at once in the other
        place, with what was not written yet; where there is none, or it refused too, after a second."""
        log.error("writing a segment failed (%s); trying the next one", type(error).__name__)
        self._take = None
        self._failed_us = now_us
        self._shelves.refused(now_us)
        at_once = self._shelves.has_another(now_us)
        self._again_us = 0 if at_once else now_us + RETRY_US
        until = min(now_us, take.recorded_until_us or now_us) / 1e6
        segment, waiting = take.abandon()
        if segment is not None:
            try:
                segment.close()
            except WriteError as close_error:
                log.error("closing it failed too (%s)", type(close_error).__name__)
        if self._manifest.writing is not None:
            until = enter_as_found(self.folder, self._manifest) or until
        self._manifest.begin_gap(until, GapReason.WRITE_FAILED)
        self._save()
        if at_once and not self._paused:
            self._take = Take(self, self._segment_us)
            for item in waiting:
                self._take.handle_input(item, now_us)

    def _enter(self, segment: Segment, seconds: float) -> None:
        self._manifest.add_segment(
            SegmentEntry(
                file=segment.path.name,
                started_at=iso(segment.started_us / 1e6),
                started_epoch=segment.started_us / 1e6,
                seconds=seconds,
                bytes=segment.size,
                sha256=sha256_of(segment.path),
                previous_sha256=self._manifest.last_sha256,
                tracks=segment.tracks,
                codec=segment.video.codec if segment.video else "",
                video_frames=segment.video_frames,
                audio_seconds=segment.mix_samples / RATE,
            )
        )

    def _write_manifest(self) -> None:
        self.folder.save(self._manifest)
        self._unsaved = False

    def _save(self) -> None:
        """Like `_write_manifest`, but a full disk is no reason to stop: it is written with the next change."""
        try:
            self._write_manifest()
        except OSError as error:
            self._unsaved = True
            log.error("the manifest cannot be written (%s)", error.strerror)


_TRACK_NAMES = {
    TapTrack.PROGRAMME_VIDEO: "video",
    TapTrack.DESK_AUDIO: "desk",
    TapTrack.FLOOR_AUDIO: "floor",
    TapTrack.INTERPRETER_AUDIO: "interpreter",
}
