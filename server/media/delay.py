"""How long packets stay in the media process: from their arrival at the kernel until the system call that sends
them to the last of their receivers is done, once for each receiver. Counted by buckets, so that nothing is kept
per packet."""

from __future__ import annotations

import time

import numpy as np

from signaling.ports import DELAY_BOUNDS_S

_BOUNDS = np.array(DELAY_BOUNDS_S)


class DelayHistogram:
    """`counts`: one per bucket of DELAY_BOUNDS_S, and one for what is beyond."""

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = np.zeros(len(DELAY_BOUNDS_S) + 1, np.int64)
        self.sum_s = 0.0

    def add(self, arrivals_s: list[float], receivers: int) -> None:
        """Packets that arrived at these wall-clock seconds have just left for the last of so many receivers."""
        delays = time.time() - np.array(arrivals_s)
        self.counts += np.bincount(np.searchsorted(_BOUNDS, delays), minlength=len(self.counts)) * receivers
        self.sum_s += float(delays.sum()) * receivers
