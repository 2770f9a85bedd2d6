"""Sound in pieces that are recognised one at a time: from one quiet moment to another, none so long that its
caption fills the picture. What is quiet all through is nobody's speech. Sans-IO.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # of the models
BLOCK = RATE // 50  # 20 ms
LEAST_S, MOST_S = 2.0, 7.0
PAUSE_S = 0.35  # of quiet ends a piece that is long enough
QUIET = 0.01  # of full scale (-40 dB): a room's own noise after the microphones' automatic gain is below it
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Piece:
    starts: int  # samples
    samples: Samples

    @property
    def ends(self) -> int:
        return self.starts + len(self.samples)

    @property
    def is_quiet(self) -> bool:
        return bool(np.max(_loudness(self.samples), initial=0.0) < QUIET)


class Cutter:
    """`feed` in order, `finish` at the end."""

    def __init__(self, starts: int = 0) -> None:
        """`starts`: of the first sample."""
        self._starts = starts
        self._held: Samples = np.zeros(0, np.float32)

    def feed(self, samples: Samples) -> Iterator[Piece]:
        self._held = np.concatenate([self._held, samples])
        while (cut := _cut(self._held)) is not None:
            yield self._take(cut)

    def finish(self) -> Iterator[Piece]:
        if len(self._held):
            yield self._take(len(self._held))

    def _take(self, count: int) -> Piece:
        piece = Piece(self._starts, self._held[:count])
        self._held = self._held[count:]
        self._starts += count
        return piece


def _cut(held: Samples) -> int | None:
    """Where the first piece ends; None: more is needed to know."""
    loud = _loudness(held)
    least, most, pause = (round(seconds * RATE / BLOCK) for seconds in (LEAST_S, MOST_S, PAUSE_S))
    quiet = 0
    for number, loudness in enumerate(loud[:most]):
        quiet = quiet + 1 if loudness < QUIET else 0
        if quiet >= pause and number >= least:
            return (number - quiet // 2) * BLOCK
    if len(loud) < most:
        return None
    return (least + int(np.argmin(loud[least:most])) + 1) * BLOCK


def _loudness(samples: Samples) -> Samples:
    """Of each whole block."""
    blocks = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    level: Samples = np.sqrt(np.mean(np.square(blocks), axis=1, dtype=np.float32))
    return level
