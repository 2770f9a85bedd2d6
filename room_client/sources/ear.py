"""How loud a source of sound is, measured where its samples are: before they are encoded, on the air or off it.

It costs a few microseconds for each piece of 20 ms. The last two seconds of sound are kept, for a check.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from room_client.sources.encoders import OPUS_FRAME_SAMPLES, OPUS_RATE_HZ
from signaling.sound_level import DEAD_DB, level_of

PIECE_S = OPUS_FRAME_SAMPLES / OPUS_RATE_HZ
CHECKED_S = 2.0
_FULL_SCALE = 32_768.0
_LEAST = 1e-12  # digital silence is -120 dB

Samples = NDArray[np.int16]  # one channel, 48 kHz


class Ear:
    """`hear` belongs to the source's thread; all else may be read from any."""

    def __init__(self) -> None:
        self.muted = threading.Event()  # as by the switch of a microphone: it gives silence
        self.level_db: float | None = None  # of the last piece, in dB of full scale; None: nothing was heard yet
        self.dead_s = 0.0  # for how long it has given nothing that could be the sound of any room
        self._loudest_db: float | None = None
        self._recent: deque[Samples] = deque(maxlen=round(CHECKED_S / PIECE_S))

    def begin(self) -> None:
        """The source was opened anew."""
        self.level_db = self._loudest_db = None
        self.dead_s = 0.0
        self._recent.clear()

    def hear(self, piece: Samples) -> Samples:
        """Takes 20 ms, and gives what is to be encoded."""
        if self.muted.is_set():
            piece = np.zeros_like(piece)
        level_db = 10 * math.log10(float(np.var(piece)) / _FULL_SCALE**2 + _LEAST)  # cheap cards have an offset
        self.dead_s = self.dead_s + PIECE_S if level_db < DEAD_DB else 0.0
        self.level_db = level_db
        self._loudest_db = level_db if self._loudest_db is None else max(level_db, self._loudest_db)
        self._recent.append(piece)
        return piece

    def take_loudest(self) -> int | None:
        """The loudest since this was asked last, from 0 to 100; None: nothing was heard since."""
        loudest_db, self._loudest_db = self._loudest_db, None
        return level_of(loudest_db) if loudest_db is not None else None

    def recent(self) -> Samples:
        """The last two seconds, or what there is of them."""
        pieces = tuple(self._recent)
        return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int16)


@runtime_checkable
class Hears(Protocol):
    """A source of sound that tells how loud it is. One that is not live hears only while it is on air."""

    ear: Ear
