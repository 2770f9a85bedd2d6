"""`--audio test`: a sine tone that swells and fades gently, at a pitch of the room's own."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from room_client.sources.contract import EncodedFrame
from room_client.sources.encoders import OPUS_FRAME_SAMPLES, OPUS_RATE_HZ, OpusEncoder
from signaling.wire.rtp import AUDIO_CLOCK_HZ

_LOWEST_HZ, _SPAN_HZ = 220, 660
_SWELL_S = 2.0
_PEAK = 0.2 * 32767


def pitch_of(label: str) -> int:
    """Hz, the same for the same label every time."""
    return _LOWEST_HZ + int(sum(ord(sign) * 37**index for index, sign in enumerate(label))) % _SPAN_HZ


class Tone:
    clock_hz = AUDIO_CLOCK_HZ
    live = False

    def __init__(self, label: str) -> None:
        self._pitch_hz = pitch_of(label)
        self._encoder: OpusEncoder | None = None
        self._given = self._made = 0  # in frames: Opus gives its first packet one frame late

    def open(self, codec: str) -> None:
        self._encoder = OpusEncoder()
        self._given = self._made = 0

    def read(self, wanted: bool) -> EncodedFrame | None:
        if self._encoder is None:
            return None
        first = self._given * OPUS_FRAME_SAMPLES
        at = (np.arange(OPUS_FRAME_SAMPLES) + first) / OPUS_RATE_HZ
        swell = 0.5 - 0.4 * np.cos(2 * np.pi * at / _SWELL_S)
        samples = (_PEAK * swell * np.sin(2 * np.pi * self._pitch_hz * at)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = OPUS_RATE_HZ, first, Fraction(1, OPUS_RATE_HZ)
        self._given += 1
        packets = self._encoder.encode(frame)
        if not packets:
            return None
        encoded = EncodedFrame(packets[0], self._made * OPUS_FRAME_SAMPLES, key=True)
        self._made += 1
        return encoded

    def want_key_frame(self) -> None:
        """Sound has none."""

    def close(self) -> None:
        self._encoder = None
