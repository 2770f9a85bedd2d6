"""How much room a recording has left, and which of its two places the next segment goes to.

A disk is left before it is full, so that the segment that is open can still be closed and the manifest written.
"""

from __future__ import annotations

import shutil
from pathlib import Path

RESERVE = 64_000_000  # a place with less than this gets no new segment while there is another
LEAST = 2_000_000_000
AHEAD_S = 4 * 3600  # half a long day: time to make room, or to mount another disk
LEAST_RATE = 60_000  # bytes a second: sound and a small picture, until the recording shows its own rate
AVOIDED_US = 600_000_000  # a place that refused is not asked again for this long


def free_bytes(path: Path) -> int | None:
    """None where it cannot be told."""
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return None


def is_low(free: int, recorded_bytes: int, recorded_s: float) -> bool:
    """Whether what is still to come may not fit. It is needed twice: as segments, and in the file made of them."""
    rate = max(LEAST_RATE, recorded_bytes / recorded_s if recorded_s > 60 else 0)
    return free < max(LEAST, recorded_bytes + 2 * rate * AHEAD_S)


class Shelves:
    """The first place, and the spare one where there is one. Remembers which refused, and when."""

    def __init__(self, first: Path, spare: Path | None) -> None:
        self._first = first
        self._spare = spare
        self._refused_us: dict[Path, int] = {}
        self.present = first

    @property
    def on_spare(self) -> bool:
        return self.present != self._first

    def choose(self, now_us: int) -> Path:
        """Where the next segment is written."""
        self.present = self._first
        if self._spare is not None and not self._is_well(self._first, now_us):
            spare_us, first_us = (self._refused_us.get(place) for place in (self._spare, self._first))
            if spare_us is None or first_us is None or spare_us <= first_us:  # else: by turns
                self.present = self._spare
        return self.present

    def refused(self, now_us: int) -> None:
        self._refused_us[self.present] = now_us

    def has_another(self, now_us: int) -> bool:
        """Whether there is a place that did not refuse lately, so that nothing needs to be waited for."""
        return self._spare is not None and any(
            now_us - self._refused_us.get(place, -AVOIDED_US) >= AVOIDED_US for place in (self._first, self._spare)
        )

    def _is_well(self, place: Path, now_us: int) -> bool:
        if now_us - self._refused_us.get(place, -AVOIDED_US) < AVOIDED_US:
            return False
        free = free_bytes(place)
        return free is None or free >= RESERVE
