"""A simulated line: a queue that fills, losses, and a room at its end that reports once a second.

As on a real link what was sent is counted once a second, too, at another time than the reports come.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from server.media.allocation import Picture, Step, ladder
from server.media.budget import PACKET_BITS, LineBudget
from signaling.wire.slots import Layer, SlotName

RATES = ((Layer.HIGH, 2_000_000), (Layer.MEDIUM, 600_000), (Layer.LOW, 150_000))
CAMERA = ladder([Picture(SlotName.FLOOR_VIDEO, RATES)])
ONE_LAYER = ladder([Picture(SlotName.FLOOR_VIDEO, RATES[:1])])
STEP_S = 0.05
SOUND_BPS = 50_000


@dataclass
class Line:
    """A line of `rate_bps` with half a second of queue, and a room at its end that reports every second."""

    rate_bps: float
    steps: tuple[Step, ...] = CAMERA
    loss: float = 0.0
    base_rtt_ms: float = 40.0
    remb: bool = False
    seed: int = 1
    counted_at: int = 0  # of twenty ticks
    budget: LineBudget = field(default_factory=LineBudget)
    now_s: float = 100.0
    queue_bits: float = 0.0
    overflowing_s: float = 0.0  # how long it threw packets away, sound among them
    history: list[tuple[float, Layer | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._step = self.steps[0]
        self._sent = self._lost = self._came = 0.0
        self._ticks = 0
        self._remb = self._asked = self._among = 0.0
        self._pictures = self._sent_bps = 0.0

    @property
    def layer(self) -> Layer | None:
        return self._step.layers[0]

    def run(self, seconds: float) -> None:
        for _ in range(int(seconds / STEP_S)):
            self._ticks += 1
            self.now_s += STEP_S
            if self._ticks % 10 == 0 or self.budget.fallen:
                self._step = self.budget.choose(self.steps, self.now_s)
                self.history.append((self.now_s, self.layer))
            self._carry()
            if self._ticks % 20 == self.counted_at:
                self._sent_bps, self._pictures = self._pictures, 0.0
            if self._ticks % 20 == 0:
                self._report()

    def _carry(self) -> None:
        bits = (self._step.cost_bps + SOUND_BPS) * STEP_S
        dropped = bits * self.loss * self._random.uniform(0.7, 1.3)
        self.queue_bits += bits - dropped
        room = max(self.rate_bps * 0.5, 60_000)
        overflow = max(0.0, self.queue_bits - self.rate_bps * STEP_S - room)
        self.queue_bits -= overflow
        carried = min(self.queue_bits, self.rate_bps * STEP_S)
        self.queue_bits -= carried
        self._sent += bits
        self._pictures += self._step.cost_bps / 1.1 * STEP_S
        self._lost += dropped + overflow
        self.overflowing_s += STEP_S if overflow else 0.0
        self._asked += (dropped + overflow) / PACKET_BITS
        self._among += bits / PACKET_BITS
        if self._asked >= 1:
            self.budget.asked(int(self._asked), int(self._among), 0, self.now_s)
            self._asked, self._among = self._asked % 1, self._among % 1
        self._came += carried

    def _report(self) -> None:
        sent_bps = int(self._sent_bps)
        loss_percent = 100 * self._lost / self._sent if self._sent else 0.0
        rtt_ms = self.base_rtt_ms + 1000 * self.queue_bits / self.rate_bps
        if self.remb:
            full = self.queue_bits > 0.1 * self.rate_bps
            before = self._remb or 1e9
            self._remb = 0.85 * self._came if full else min(1.5 * self._came + 10_000, before * 1.08)
            self.budget.estimated(int(self._remb), sent_bps, self.now_s)
        self.budget.reported(loss_percent, rtt_ms, sent_bps, self.now_s)
        self._sent = self._lost = self._came = 0.0

    def share(self, layer: Layer | None, since_s: float) -> float:
        seen = [each for at, each in self.history if at >= since_s]
        return sum(each is layer for each in seen) / len(seen)

    def nacks_for_a_second(self, asked: int, among: int, repeats: int = 0) -> Step:
        """So many packets are asked for again at once, twice, half a second apart; the step that follows."""
        for _ in range(2):
            self.budget.asked(asked, among, repeats, self.now_s)
            self.now_s += 0.5
            step = self.budget.choose(self.steps, self.now_s)
        return step
