"""A camera that can be pulled out, and a microphone that can be muted."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from av.video.frame import VideoFrame

from room_client.sources.contract import EncodedFrame, ShowsStill, Source, SourceProblem, SourceUnusable
from room_client.sources.ear import PIECE_S, Ear
from room_client.sources.encoders import OPUS_FRAME_SAMPLES

_LOOKS_AT_LEAST_EVERY_S = 0.2
_OF_RESTING = round(_LOOKS_AT_LEAST_EVERY_S / PIECE_S)  # pieces for each that is heard


class FaultyDevice:
    """A source as a device of the room: opened for as long as the room runs, like a camera. A `Source`.

    `unplugged` may be set from any thread.
    """

    live = True

    def __init__(self, source: Source) -> None:
        self.clock_hz = source.clock_hz
        self.unplugged = threading.Event()
        self._source = source
        self._codec = ""
        self._opened_at = 0.0
        self._from_ticks = 0
        self._reading = False  # the source behind is open

    def open(self, codec: str) -> None:
        if self.unplugged.is_set():
            raise SourceUnusable(SourceProblem.NO_SUCH_DEVICE, "unplugged on purpose")
        self._codec = codec
        self._opened_at = time.monotonic()

    def read(self, wanted: bool) -> EncodedFrame | None:
        if self.unplugged.is_set():
            raise SourceUnusable(SourceProblem.ENDED, "unplugged on purpose")
        if not wanted:
            self._let_go()
            self.unplugged.wait(_LOOKS_AT_LEAST_EVERY_S)
            return None
        if not self._reading:
            self._source.open(self._codec)
            self._reading = True
            self._from_ticks = round((time.monotonic() - self._opened_at) * self.clock_hz)
        frame = self._source.read(True)
        if frame is None:
            return None
        ticks = self._from_ticks + frame.ticks
        early_s = self._opened_at + ticks / self.clock_hz - time.monotonic()
        if early_s > 0:
            self.unplugged.wait(early_s)
        return replace(frame, ticks=ticks)

    def want_key_frame(self) -> None:
        self._source.want_key_frame()

    def still(self) -> VideoFrame | None:
        if self.unplugged.is_set() or not isinstance(self._source, ShowsStill):
            return None
        return self._source.still()

    def close(self) -> None:
        self._let_go()

    def _let_go(self) -> None:
        if self._reading:
            self._reading = False
            self._source.close()


class FaultyMicrophone:
    """A source of sound as a microphone of the room: open for as long as the room runs. A `Source`, and `Hears`.

    `ear.muted` may be set from any thread: from then on there is silence in its samples, as a switch makes it, and
    everything behind them is as always. Before that, off the air, one piece in ten is heard: a rehearsal has many.
    """

    live = True

    def __init__(self, source: Source, ear: Ear) -> None:
        """`ear`: of that source."""
        self.clock_hz = source.clock_hz
        self.ear = ear
        self._source = source
        self._opened_at = 0.0
        self._pieces = self._left_out = 0

    def open(self, codec: str) -> None:
        self._source.open(codec)
        self._opened_at, self._pieces, self._left_out = time.monotonic(), 0, 0

    def read(self, wanted: bool) -> EncodedFrame | None:
        frame = self._source.read(wanted)
        rests = not wanted and not self.ear.muted.is_set()
        if rests:
            self._left_out += _OF_RESTING - 1
            self._pieces += _OF_RESTING - 1
        self._pieces += 1
        early_s = self._opened_at + self._pieces * PIECE_S - time.monotonic()
        if early_s > 0:  # late: then it is read at once, as what a sound card holds
            self.ear.muted.wait(early_s) if rests else time.sleep(early_s)
        ticks = self._left_out * OPUS_FRAME_SAMPLES
        return replace(frame, ticks=frame.ticks + ticks) if frame is not None else None

    def want_key_frame(self) -> None:
        """Sound has none."""

    def close(self) -> None:
        self._source.close()
