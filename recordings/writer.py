"""The thread that writes. Everything reaches it through one inbox with a limit; it reports by a snapshot.

There is one for the programme, and one for the isolated sources, which differ in what is opened.

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
from typing import Generic, Protocol, TypeVar

from recordings.items import GapReason, Item, Missing
from recordings.store import Folder
from recordings.video_frame import VideoFrame
from signaling.ports import ChapterMark, SetRecording
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


Said = TypeVar("Said", covariant=True)


class Open(Protocol[Said]):
    """A recording that is open. Lives in the thread."""

    folder: Folder

    @property
    def name(self) -> str: ...

    def progress(self) -> Said: ...

    def set_marks(self, marks: tuple[ChapterMark, ...]) -> None: ...

    def resume(self, now_us: int) -> None: ...

    def pause(self, now_us: int, reason: str) -> None: ...

    def interrupt(self, now_us: int, reason: GapReason) -> None: ...

    def end(self, now_us: int, reason: str) -> None: ...

    def leave_open(self, now_us: int) -> None: ...

    def handle_input(self, item: Item, now_us: int) -> None: ...

    def handle_timeout(self, now_us: int) -> None: ...


class Writer(Generic[Said]):
    """Made, started, posted to and stopped from one other thread."""

    def __init__(
        self,
        opening: Callable[[SetRecording], Open[Said] | None],
        ended: Callable[[Folder], None],
        name: str = "recording-writer",
    ) -> None:
        """Both are called in the writer thread: `opening` for what is to be recorded, None where it cannot be;
        `ended` with each recording that ended."""
        self._opening = opening
        self._ended = ended
        self._inbox: SimpleQueue[tuple[int, Item | _Order]] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._recording: Open[Said] | None = None
        self._dropping_since: dict[TapTrack, int] = {}
        self._ordered = self._obeyed = 0
        self.dropped = 0
        self.broken = False
        self.progress: Said | None = None
        """Of the recording that is open, about a twentieth of a second old."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close the segment, write the manifest, end the thread. Blocks; call it off the event loop."""
        self._stopping.set()
        self._thread.join()

    def order(self, order: _Order, now_us: int) -> None:
        self._ordered += 1
        self._inbox.put((now_us, order))

    def is_done_with(self, name: str) -> bool:
        """Whether it will not touch that recording any more, unless it is told to."""
        recording = self._recording
        done = self._obeyed == self._ordered and (recording is None or recording.name != name)
        return done or not self._thread.is_alive()

    def post(self, item: Item, now_us: int) -> None:
        waiting = self._inbox.qsize()
        if isinstance(item, Missing):
            if waiting < LIMIT:
                self._inbox.put((now_us, item))
            return
        track = item.track
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

    def drops(self, track: TapTrack) -> bool:
        return track in self._dropping_since

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
                    self._obeyed += 1
                elif isinstance(message, Interrupted):
                    if self._recording is not None:
                        self._recording.interrupt(now_us, message.reason)
                    self._obeyed += 1
                elif self._recording is not None:
                    self._recording.handle_input(message, now_us)
        except Empty:
            pass
        if self._recording is not None:
            self._recording.handle_timeout(_now_us())
        self.progress = self._recording.progress() if self._recording else None

    def _set(self, wanted: SetRecording, now_us: int) -> None:
        present = self._recording
        if present is not None and present.name == wanted.recording:
            recording: Open[Said] | None = present
        else:
            if present is not None and wanted.state != "ended":
                self._end(present, now_us, SUPERSEDED)
            recording = self._opening(wanted)
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

    def _end(self, recording: Open[Said], now_us: int, reason: str) -> None:
        if recording is self._recording:
            self._recording = None
        recording.end(now_us, reason)
        self._ended(recording.folder)


def _now_us() -> int:
    return time.time_ns() // 1_000
