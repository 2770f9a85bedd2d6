"""`--audio test`: a sine tone that swells and fades gently, at a pitch of the room's own."""

from __future__ import annotations

import numpy as np

from room_client.sources.contract import EncodedFrame
from room_client.sources.ear import Ear
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
        self.ear = Ear()
        self._pitch_hz = pitch_of(label)
        self._encoder: OpusEncoder | None = None
        self._given = 0  # pieces

    def open(self, codec: str) -> None:
        self.ear.begin()
        self._encoder = None
        self._given = 0

    def read(self, wanted: bool) -> EncodedFrame | None:
        at = (np.arange(OPUS_FRAME_SAMPLES) + self._given * OPUS_FRAME_SAMPLES) / OPUS_RATE_HZ
        swell = 0.5 - 0.4 * np.cos(2 * np.pi * at / _SWELL_S)
        samples = (_PEAK * swell * np.sin(2 * np.pi * self._pitch_hz * at)).astype(np.int16)
        samples = self.ear.hear(samples)
        place, self._given = self._given, self._given + 1
        if not wanted:
            self._encoder = None
            return None
        self._encoder = self._encoder or OpusEncoder()
        packets = self._encoder.encode(samples, place)
        return EncodedFrame(packets[0], place * OPUS_FRAME_SAMPLES, key=True) if packets else None

    def want_key_frame(self) -> None:
        """Sound has none."""

    def close(self) -> None:
        self._encoder = None
