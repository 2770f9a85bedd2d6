"""One encoded picture on its way from the RTP packets to the file, and what all depacketisers have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from signaling.tap import TapTrack
from signaling.wire.rtp import VideoCodec

LARGEST_FRAME = 4 << 20  # bytes; a 1080p key frame has 0.3 MB, and a missing marker must not fill the memory


@dataclass(frozen=True, slots=True)
class VideoFrame:
    codec: VideoCodec
    data: bytes  # H.264: Annex B, key frames with their SPS and PPS; VP8: the frame
    key: bool
    capture_us: int  # wall clock, of the frame's first packet
    width: int  # 0 where it is not a key frame
    height: int
    track: TapTrack = TapTrack.PROGRAMME_VIDEO
    source: int = 0  # of an isolated picture: another number, another camera


class Depacketiser(Protocol):
    """Packets of one source in order in, whole frames out. Raises ValueError for a malformed payload."""

    def handle_input(self, payload: bytes, timestamp: int, marker: bool, capture_us: int) -> list[VideoFrame]: ...

    def forget_frame(self) -> None:
        """A packet is missing: what was collected of the present frame is of no use."""

    def forget_source(self) -> None:
        """Another source: parameter sets of the one before do not hold any more."""
