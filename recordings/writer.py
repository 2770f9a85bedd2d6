"""The one thread that writes. Everything reaches it through one inbox with a limit; it reports by a snapshot.

Full is: video beyond three quarters of the inbox is dropped until the next key frame that finds room, sound
beyond all of it; both are counted and noted as a gap. Orders are few and always admitted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from recordings.items import AudioPacket, GapReason, Item, Missing
from recordings.manifest import new_manifest
from recordings.recording import Progress, Recording
from recordings.recovery import settle
from recordings.store import Folder, Places
from recordings.video_frame import VideoFrame
from signaling.ports import SetRecording
from signaling.tap import TapTrack

log = logging.getLogger(__name__)

LIMIT = 3_000  # items: 20 s of stage, at most some 30 MB
VIDEO_LIMIT = LIMIT * 3 // 4
SUPERSEDED = "another recording began"
TURN_S = 0.05  # the thread looks into its inbox twenty times a second, not once a packet


@dataclass(frozen=True, slots=True)
class Interrupted:
    reason: GapReason


_Order = SetRecording | Interrupted


class Writer:
    """Made, started, posted to and stopped from one other thread."""

    def __init__(self, places: Places, segment_us: int, ended: Callable[[Folder], None]) -> None:
        """`ended` is called in the writer thread with each recording that is ready to be sealed."""
        self._places = places
        self._segment_us = segment_us
        self._ended = ended
        self._inbox: SimpleQueue[tuple[int, Item | _Order]] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recording-writer", daemon=True)
        self._recording: Recording | None = None
        self._dropping_since: dict[TapTrack, int] = {}
        self.dropped = 0
        self.broken = False
        self.progress: Progress | None = None
        """Of the recording that is open, about a twentieth of a second old."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close the segment, write the manifest, end the thread. Blocks; call it off the event loop."""
        self._stopping.set()
        self._thread.join()

    def order(self, order: _Order, now_us: int) -> None:
        self._inbox.put((now_us, order))

    def post(self, item: Item, now_us: int) -> None:
        waiting = self._inbox.qsize()
        if isinstance(item, Missing):
            if waiting < LIMIT:
                self._inbox.put((now_us, item))
            return
        track = item.track if isinstance(item, AudioPacket) else TapTrack.PROGRAMME_VIDEO
        since = self._dropping_since.get(track)
        if isinstance(item, VideoFrame):
            room = waiting < VIDEO_LIMIT and (since is None or item.key)
        else:
            room = waiting < LIMIT
        if not room:
            self._dropping_since.setdefault(track, item.capture_us)
            self.dropped += 1
            return
        if since is not None:
            del self._dropping_since[track]
            self._inbox.put((now_us, Missing(track, since, item.capture_us, GapReason.QUEUE_FULL)))
        self._inbox.put((now_us, item))

    @property
    def drops_video(self) -> bool:
        return TapTrack.PROGRAMME_VIDEO in self._dropping_since

    def _run(self) -> None:
        try:
            while not self._stopping.wait(TURN_S):
                self._turn()
            self._turn()
            if self._recording is not None:
                self._recording.leave_open(_now_us())
                self._recording = None
        except Exception:
            # A fault of ours, no full disk: the process ends, is started anew, and recovers what was written.
            log.exception("the writer thread broke")
            self.broken = True

    def _turn(self) -> None:
        try:
            for _ in range(2 * LIMIT):
                now_us, message = self._inbox.get_nowait()
                if isinstance(message, SetRecording):
                    self._set(message, now_us)
                elif self._recording is None:
                    continue
                elif isinstance(message, Interrupted):
                    self._recording.interrupt(now_us, message.reason)
                else:
                    self._recording.handle_input(message, now_us)
        except Empty:
            pass
        if self._recording is not None:
            self._recording.handle_timeout(_now_us())
        self.progress = self._recording.progress() if self._recording else None

    def _set(self, wanted: SetRecording, now_us: int) -> None:
        present = self._recording
        if present is not None and present.name == wanted.recording:
            recording: Recording | None = present
        else:
            if present is not None and wanted.state != "ended":
                self._end(present, now_us, SUPERSEDED)
            recording = self._opened(wanted)
        if recording is None:
            return
        recording.set_marks(wanted.chapters)
        if wanted.state == "ended":
            self._end(recording, now_us, wanted.reason)
            return
        self._recording = recording
        if wanted.state == "recording":
            recording.resume(now_us)
        else:
            recording.pause(now_us, wanted.reason)

    def _opened(self, wanted: SetRecording) -> Recording | None:
        folder = self._places.folder(wanted.recording)
        try:
            manifest = folder.load() or new_manifest(wanted.recording, wanted.reception)
        except (OSError, ValueError) as error:
            log.error("recording %s cannot be opened (%s)", wanted.recording, type(error).__name__)
            return None
        if manifest.state == "sealed" or manifest.ended_at is not None:
            self._ended(folder)  # ended before: sealed, or being sealed; it is not opened again
            return None
        if manifest.writing is not None:
            settle(folder, manifest)  # never overwrite what was left
        return Recording(folder, manifest, self._segment_us)

    def _end(self, recording: Recording, now_us: int, reason: str) -> None:
        if recording is self._recording:
            self._recording = None
        recording.end(now_us, reason)
        self._ended(recording.folder)


def _now_us() -> int:
    return time.time_ns() // 1_000
