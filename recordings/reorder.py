"""Puts one track's packets back into the order of their sequence numbers, and says how many are missing.

Sans-IO: time comes in as `now_us`. A missing packet is waited for at most `hold_us` (retransmissions of
what a source lost arrive within that), then the packets behind it are let go with `lost` set on the first.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from signaling.wire.sequence import sequence_step

HOLD_US = 300_000
LIMIT = 512  # packets behind a hole: 2 s of 2 Mbit/s; beyond it the hole is given up early
LARGEST_STEP = 4_096  # further ahead than this is no loss but another numbering
LATE_RUN = 32  # that many packets in a row from "before" mean that the numbering started anew

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Ordered(Generic[Item]):
    item: Item
    lost: int  # packets missing right before this one


class ReorderBuffer(Generic[Item]):
    def __init__(self, hold_us: int = HOLD_US, limit: int = LIMIT) -> None:
        self._hold_us = hold_us
        self._limit = limit
        self._next: int | None = None  # unwrapped: grows beyond 65535
        self._waiting: dict[int, tuple[Item, int]] = {}
        self._lost = 0
        self._late_run = 0
        self._out: deque[Ordered[Item]] = deque()

    def handle_input(self, sequence: int, item: Item, now_us: int) -> None:
        """`sequence` as on the wire (16 bits). A duplicate, or one already given up, is dropped."""
        if self._next is None:
            self._next = sequence
        ahead = sequence_step(sequence, self._next)
        if ahead < 0:
            self._late_run += 1
            if self._late_run < LATE_RUN and ahead > -LARGEST_STEP:
                return
            self._start_anew(sequence)
        elif ahead > LARGEST_STEP:
            self._start_anew(sequence)
        else:
            sequence = self._next + ahead
            self._late_run = 0
            self._waiting.setdefault(sequence, (item, now_us))
            self._let_go()
            while len(self._waiting) > self._limit:
                self._give_up()
            return
        self._waiting[sequence] = (item, now_us)
        self._let_go()

    def poll_output(self) -> Ordered[Item] | None:
        return self._out.popleft() if self._out else None

    def poll_timeout(self) -> int | None:
        """When `handle_timeout` is to be called, in the clock of `now_us`."""
        if not self._waiting:
            return None
        return min(arrived for _, arrived in self._waiting.values()) + self._hold_us

    def handle_timeout(self, now_us: int) -> None:
        while (due := self.poll_timeout()) is not None and due <= now_us:
            self._give_up()

    def _start_anew(self, sequence: int) -> None:
        while self._waiting:
            self._give_up()
        self._next = sequence
        self._lost += 1  # how many is not known; at least the join between the numberings
        self._late_run = 0

    def _give_up(self) -> None:
        """Skip the hole before the first waiting packet."""
        first = min(self._waiting)
        self._lost += first - (self._next or 0)
        self._next = first
        self._let_go()

    def _let_go(self) -> None:
        while self._next is not None and self._next in self._waiting:
            item, _ = self._waiting.pop(self._next)
            self._out.append(Ordered(item, self._lost))
            self._lost = 0
            self._next += 1
