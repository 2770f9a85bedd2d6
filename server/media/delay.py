"""How long packets stay in the media process: from their arrival at the kernel until the system call that sends
them to the last of their receivers is done, once for each receiver. Counted by buckets, so that nothing is kept
per packet."""

from __future__ import annotations

import time
from bisect import bisect_left

from signaling.ports import DELAY_BOUNDS_S


class DelayHistogram:
    """`counts`: one per bucket of DELAY_BOUNDS_S, and one for what is beyond."""

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(DELAY_BOUNDS_S) + 1)
        self.sum_s = 0.0

    def add(self, arrivals_s: list[float], receivers: int) -> None:
        """Packets that arrived at these wall-clock seconds have just left for the last of so many receivers.

        There are about ten of them, most in one bucket: the array functions of NumPy took five times as long.
        """
        now_s, counts = time.time(), self.counts
        for arrived_s in arrivals_s:
            delay_s = now_s - arrived_s
            counts[bisect_left(DELAY_BOUNDS_S, delay_s)] += receivers
            self.sum_s += delay_s * receivers
