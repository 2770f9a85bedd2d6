"""All sound of the stage in one track, on the wall clock, so that any player hears everybody.

Opus packets come in with the moment of their capture, blocks of 20 ms come out, silence where nobody speaks.
The originals are recorded besides, untouched; this is the only sound that is ever decoded.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from signaling.tap import TapTrack

log = logging.getLogger(__name__)

RATE = 48_000
BLOCK = 960  # samples, 20 ms
BLOCK_US = 20_000
BITRATE = 48_000
_RING = 100 * BLOCK  # 2 s ahead of the block that is taken next
# A track's samples follow one another without a seam until its clock is off by more than this.
_SEAM = 2 * BLOCK

Samples = NDArray[np.int16]


class Mixer:
    """Samples at positions in, summed blocks out. Position 0 is the take's beginning."""

    def __init__(self) -> None:
        self._sum: NDArray[np.int32] = np.zeros(_RING, np.int32)
        self._position = 0  # of the block that is taken next
        self._ends: dict[TapTrack, int] = {}

    @property
    def position(self) -> int:
        return self._position

    def add(self, track: TapTrack, position: int, samples: Samples) -> None:
        """What lies before `self.position`, or more than 2 s ahead of it, is cut off."""
        end = self._ends.get(track)
        if end is not None and abs(position - end) <= _SEAM:
            position = end
        self._ends[track] = position + len(samples)
        if (late := self._position - position) > 0:
            samples = samples[late:]
            position = self._position
        samples = samples[: max(0, self._position + _RING - position)]
        if not len(samples):
            return
        start = position % _RING
        head = samples[: _RING - start]
        self._sum[start : start + len(head)] += head
        tail = samples[len(head) :]
        self._sum[: len(tail)] += tail

    def take(self) -> Samples:
        """The next 20 ms, saturated."""
        start = self._position % _RING
        block = self._sum[start : start + BLOCK]
        samples = np.clip(block, -32_768, 32_767).astype(np.int16)
        block[:] = 0
        self._position += BLOCK
        return samples


@dataclass(frozen=True, slots=True)
class MixedPacket:
    position: int  # in samples since the take's beginning; the first lies before it by the encoder's look-ahead
    samples: int
    data: bytes


class Mixdown:
    """Decoders of each track, the mixer, and the one encoder of a take, which runs on over its segments."""

    def __init__(self) -> None:
        self._decoders: dict[TapTrack, AudioCodecContext] = {}
        self._mixer = Mixer()
        self._encoder = _encoder()
        self.undecodable = 0

    @property
    def position(self) -> int:
        return self._mixer.position

    def add(self, track: TapTrack, position: int, packet: bytes) -> None:
        decoder = self._decoders.get(track)
        if decoder is None:
            decoder = self._decoders[track] = _decoder()
        try:
            for frame in decoder.decode(av.Packet(packet)):
                samples = frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)
                self._mixer.add(track, position, samples)
                position += len(samples)
        except (av.error.FFmpegError, ValueError):
            self.undecodable += 1
            if self.undecodable == 1:
                log.warning("a sound packet cannot be decoded; it is recorded, but missing in the mix")

    def advance(self, position: int) -> Iterator[MixedPacket]:
        """Encode all whole blocks before `position`."""
        while self._mixer.position + BLOCK <= position:
            start = self._mixer.position
            frame = av.AudioFrame.from_ndarray(self._mixer.take().reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = RATE
            frame.time_base = Fraction(1, RATE)
            frame.pts = start
            yield from self._packets(frame)

    def finish(self) -> Iterator[MixedPacket]:
        """The rest inside the encoder; nothing may follow."""
        yield from self._packets(None)

    def _packets(self, frame: av.AudioFrame | None) -> Iterator[MixedPacket]:
        for packet in self._encoder.encode(frame):
            yield MixedPacket(packet.pts or 0, packet.duration or BLOCK, bytes(packet))


def _decoder() -> AudioCodecContext:
    context = av.CodecContext.create("libopus", "r")
    context.sample_rate = RATE
    context.layout = "mono"  # libopus mixes stereo down by itself
    return context


def _encoder() -> AudioCodecContext:
    context = av.CodecContext.create("libopus", "w")
    context.sample_rate = RATE
    context.layout = "mono"
    context.format = "s16"
    context.bit_rate = BITRATE
    context.time_base = Fraction(1, RATE)
    # Complexity 5 of 10: half the CPU, no difference to be heard at this rate.
    context.options = {"frame_duration": "20", "application": "audio", "compression_level": "5"}
    context.open()
    return context
