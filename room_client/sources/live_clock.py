"""A live source's timestamps on our monotonic clock."""

from __future__ import annotations

import time
from fractions import Fraction

LARGEST_DRIFT_S = 0.5  # between the source's clock and ours, before the count is set right


class LiveClock:
    """The source's own spacing, set right when it drifts. 0 ticks is the moment this was made."""

    def __init__(self, clock_hz: int) -> None:
        self._clock_hz = clock_hz
        self._opened_at = time.monotonic()
        self._offset: int | None = None
        self._last = -1

    def ticks(self, stamp: int | None, time_base: Fraction | None) -> int:
        """Never smaller than the one before. `stamp` None: the source names no time, so it is now."""
        now = int((time.monotonic() - self._opened_at) * self._clock_hz)
        if stamp is None or time_base is None:
            ticks = now
        else:
            own = round(stamp * time_base * self._clock_hz)
            if self._offset is None or abs(own + self._offset - now) > LARGEST_DRIFT_S * self._clock_hz:
                self._offset = now - own
            ticks = own + self._offset
        self._last = max(self._last + 1, ticks)
        return self._last
