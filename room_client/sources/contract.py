"""What every source of pictures or sound is to the rest of the room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from av.video.frame import VideoFrame


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One picture, or 20 ms of sound, encoded."""

    data: bytes  # H.264: an access unit with start codes; VP8: a frame; Opus: a packet
    ticks: int  # of the RTP clock since the source was opened; never smaller than the one before
    key: bool


class SourceProblem(StrEnum):
    """Why a source gives nothing. `room_client.wording` makes a sentence of it."""

    NO_SUCH_FILE = "no_such_file"
    NO_SUCH_DEVICE = "no_such_device"
    DEVICE_BUSY = "device_busy"
    NOT_PERMITTED = "not_permitted"
    UNREACHABLE = "unreachable"  # a network camera that does not answer
    UNREADABLE = "unreadable"
    NO_VIDEO = "no_video"
    NO_AUDIO = "no_audio"
    UNSUPPORTED = "unsupported"
    NO_ENCODER = "no_encoder"
    NO_PROGRAM = "no_program"  # the one that records sound is not installed
    STALLED = "stalled"  # it is open, and nothing comes
    SILENT = "silent"  # a microphone gives silence, such as no room has: it is muted
    ENDED = "ended"  # the device or camera stopped


class SourceUnusable(Exception):
    """`detail` says what was tried, without a password that may stand in a camera's address."""

    def __init__(self, problem: SourceProblem, detail: str) -> None:
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail


class Source(Protocol):
    """Used by one thread only, but for `want_key_frame`. `open` may follow `close`."""

    clock_hz: int
    live: bool
    """True: opened for as long as the room runs (a camera takes seconds to open), and read all the time."""

    def open(self, codec: str) -> None:
        """Open for sending as "h264", "vp8" or "opus". Raises SourceUnusable."""

    def read(self, wanted: bool) -> EncodedFrame | None:
        """The next frame; None when nothing came of this step. `wanted` False: keep up, but do not encode.

        A source that is not live returns at once: its owner waits until the frame is due. A live source
        blocks until something was captured, at most a few seconds. Raises SourceUnusable.
        """

    def want_key_frame(self) -> None:
        """Make the next picture a key frame, if the source encodes. From any thread."""

    def close(self) -> None: ...


@runtime_checkable
class ShowsStill(Protocol):
    """A source of pictures that can also show one by itself, without sending. From any thread but the loop's."""

    def still(self) -> VideoFrame | None:
        """What it shows now; None: nothing yet. Takes at most tens of milliseconds. Raises SourceUnusable."""
