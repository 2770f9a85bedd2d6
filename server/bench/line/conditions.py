"""What a line does to packets, as data: the conditions of one direction, and a preset's phases in time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bursts:
    """Loss in bursts: the Gilbert-Elliott model. Each packet may turn a good line bad, or a bad one good again.

    All four are probabilities. The share of lost packets in the long run is `loss`.
    """

    turns_bad: float
    turns_good: float
    loss_when_bad: float = 1.0
    loss_when_good: float = 0.0

    @property
    def loss(self) -> float:
        bad = self.turns_bad / (self.turns_bad + self.turns_good)
        return bad * self.loss_when_bad + (1 - bad) * self.loss_when_good

    @classmethod
    def of(cls, loss: float, length: float) -> Bursts:
        """Bursts that take `loss` (a share) of all packets, `length` packets at a time on average."""
        leaves = 1 / length
        return cls(turns_bad=leaves * loss / (1 - loss), turns_good=leaves)


@dataclass(frozen=True, slots=True)
class Conditions:
    """One direction of a line. Shares are probabilities per packet.

    A packet passes, in this order: the queue (drop-tail), the bottleneck, the losses, the delay.
    """

    rate_bps: float | None = None  # of IP packets; None: as fast as they come
    queue_bytes: int = 64_000  # before the bottleneck; what does not fit is lost
    delay_ms: float = 0.0
    jitter_ms: float = 0.0  # on top of the delay, evenly spread
    reorders: bool = False  # jitter may let packets overtake each other
    loss: float = 0.0
    bursts: Bursts | None = None
    duplicates: float = 0.0
    dark: bool = False  # nothing passes: the cable is out


@dataclass(frozen=True, slots=True)
class Phase:
    """Conditions that hold for `seconds`; None: for ever, as the last phase of a preset does."""

    up: Conditions  # from the room to the server
    down: Conditions
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """A line with a name. `measure_s`: how long the table looks at it, from the moment the line begins.

    `known_before`: the room joins on this line instead of meeting it on the air: a distance does not change in a
    moment, and a round trip that suddenly grows is a queue to whoever has to tell the two apart.
    """

    name: str
    says: str
    phases: tuple[Phase, ...]
    measure_s: float
    known_before: bool = False


def upstream(phases: Sequence[Phase]) -> list[tuple[float, Conditions]]:
    """What a `Line` from the room to the server goes through."""
    return [(math.inf if phase.seconds is None else phase.seconds, phase.up) for phase in phases]


def downstream(phases: Sequence[Phase]) -> list[tuple[float, Conditions]]:
    """What a `Line` from the server to the room goes through."""
    return [(math.inf if phase.seconds is None else phase.seconds, phase.down) for phase in phases]
