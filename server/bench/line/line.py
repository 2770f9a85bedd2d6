"""One direction of a line, sans-IO: packets in, packets out later, or never.

Nothing here knows a clock or a socket: time comes in, and chance comes from a seed, so that a minute of a bad
line takes milliseconds, and the same seed loses the same packets. `server.bench.line.emulator` is the shell.

The bottleneck is served packet by packet: what waits when the rate changes goes on at the new one.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from server.bench.line.conditions import Conditions

Phases = Sequence[tuple[float, Conditions]]
"""(seconds, conditions); the last one holds for ever, whatever its seconds."""


@dataclass(slots=True)
class Counters:
    """Packets since the line was made. `offered` = carried + lost + dark + overflowed + what is under way."""

    offered: int = 0
    offered_bytes: int = 0
    carried: int = 0  # without the second copies
    carried_bytes: int = 0
    lost: int = 0
    dark: int = 0
    overflowed: int = 0
    duplicated: int = 0
    longest_queue_bytes: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)


class Line:
    """handle_input, poll_output and poll_timeout, in the order of time; `change` gives it other conditions."""

    def __init__(self, phases: Phases, seed: int, now_s: float) -> None:
        """Raises ValueError without a phase."""
        self.counters = Counters()
        self._random = random.Random(seed)
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._served_at_s: float | None = None  # when the first of the queue has passed the bottleneck
        self._under_way: list[tuple[float, int, bytes, bool]] = []  # (comes out at, order, packet, is a copy)
        self._order = 0
        self._last_out_s = -math.inf
        self._bad = False  # of the bursts
        self._phases: deque[tuple[float, Conditions]] = deque()
        self._phase_ends_s = math.inf
        self._now = Conditions()
        self.change(phases, now_s)

    @property
    def conditions(self) -> Conditions:
        """Those that hold since the last call."""
        return self._now

    def change(self, phases: Phases, now_s: float) -> None:
        """Other phases, beginning now. What waits or is under way stays. Raises ValueError without a phase."""
        if not phases:
            raise ValueError("a line needs at least one phase")
        self._advance(now_s)
        self._phases = deque(phases)
        self._begin_phase(now_s)

    def handle_input(self, packet: bytes, now_s: float) -> None:
        """A whole IP packet arrives. `now_s` never goes back."""
        self._advance(now_s)
        counters, size = self.counters, len(packet)
        counters.offered += 1
        counters.offered_bytes += size
        if self._now.dark:
            counters.dark += 1
        elif self._now.rate_bps is None and not self._queue:
            self._leaves_bottleneck(packet, now_s)
        elif self._queued_bytes + size > self._now.queue_bytes:
            counters.overflowed += 1
        else:
            self._queue.append(packet)
            self._queued_bytes += size
            counters.longest_queue_bytes = max(counters.longest_queue_bytes, self._queued_bytes)
            if self._served_at_s is None:
                self._serve(now_s)

    def poll_timeout(self) -> float | None:
        """When to call `poll_output` next; None: not before the next input."""
        out = self._under_way[0][0] if self._under_way else math.inf
        soonest = min(out, math.inf if self._served_at_s is None else self._served_at_s)
        return None if soonest == math.inf else soonest

    def poll_output(self, now_s: float) -> list[bytes]:
        """What has come out by now, in order."""
        self._advance(now_s)
        under_way, counters = self._under_way, self.counters
        out: list[bytes] = []
        while under_way and under_way[0][0] <= now_s:
            _, _, packet, is_copy = heapq.heappop(under_way)
            out.append(packet)
            if is_copy:
                counters.duplicated += 1
            else:
                counters.carried += 1
                counters.carried_bytes += len(packet)
        return out

    def debug_snapshot(self) -> dict[str, object]:
        return {
            "conditions": asdict(self._now),
            "queued_bytes": self._queued_bytes,
            "under_way": len(self._under_way),
            **self.counters.as_json(),
        }

    # --- what happens until now ----------------------------------------------------------------

    def _advance(self, now_s: float) -> None:
        """Everything due until `now_s`: packets pass the bottleneck, phases end, in the order of time."""
        while True:
            served_at_s = math.inf if self._served_at_s is None else self._served_at_s
            if min(served_at_s, self._phase_ends_s) > now_s:
                return
            if self._phase_ends_s <= served_at_s:
                self._phases.popleft()
                self._begin_phase(self._phase_ends_s)
                continue
            packet = self._queue.popleft()
            self._queued_bytes -= len(packet)
            self._leaves_bottleneck(packet, served_at_s)
            self._serve(served_at_s)

    def _begin_phase(self, now_s: float) -> None:
        seconds, self._now = self._phases[0]
        self._phase_ends_s = now_s + seconds if len(self._phases) > 1 else math.inf
        self._bad = False
        if self._now.dark:  # a device without a carrier throws away what waits
            self.counters.dark += len(self._queue)
            self._queue.clear()
            self._queued_bytes = 0
            self._served_at_s = None

    def _serve(self, now_s: float) -> None:
        """Begin to send the first of the queue."""
        if not self._queue:
            self._served_at_s = None
        elif self._now.rate_bps is None:
            self._served_at_s = now_s
        else:
            self._served_at_s = now_s + len(self._queue[0]) * 8 / self._now.rate_bps

    def _leaves_bottleneck(self, packet: bytes, at_s: float) -> None:
        if self._is_lost():
            self.counters.lost += 1
            return
        self._set_out(packet, at_s, is_copy=False)
        if self._now.duplicates and self._random.random() < self._now.duplicates:
            self._set_out(packet, at_s, is_copy=True)

    def _is_lost(self) -> bool:
        chance, now = self._random, self._now
        if now.loss and chance.random() < now.loss:
            return True
        bursts = now.bursts
        if bursts is None:
            return False
        if chance.random() < (bursts.turns_good if self._bad else bursts.turns_bad):
            self._bad = not self._bad
        return chance.random() < (bursts.loss_when_bad if self._bad else bursts.loss_when_good)

    def _set_out(self, packet: bytes, at_s: float, *, is_copy: bool) -> None:
        now = self._now
        out_s = at_s + now.delay_ms / 1000
        if now.jitter_ms:
            out_s += self._random.random() * now.jitter_ms / 1000
        if not now.reorders:
            out_s = max(out_s, self._last_out_s)
        self._last_out_s = max(self._last_out_s, out_s)
        self._order += 1
        heapq.heappush(self._under_way, (out_s, self._order, packet, is_copy))
