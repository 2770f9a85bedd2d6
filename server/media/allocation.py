"""Which layer of which picture fits into a budget: the ladder from nothing to everything.

Pictures come in the order of their importance (floor, document, desk). First each gets its lowest layer, then
the most important one its best, then the next. Sound is not on the ladder: it is sent before any of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signaling.wire.slots import Layer, SlotName

OVERHEAD = 1.1  # IP, UDP, SRTP on packets of about 1,000 bytes, and some repeats
_ASSUMED_BPS = {Layer.HIGH: 2_000_000, Layer.MEDIUM: 600_000, Layer.LOW: 150_000}  # before it was measured


@dataclass(frozen=True, slots=True)
class Picture:
    """What a slot shows: its layers that are being sent, best first, and their rates."""

    slot: SlotName
    layers: tuple[tuple[Layer, int], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ladder: a layer (or None) for each picture, and what that costs."""

    cost_bps: int
    layers: tuple[Layer | None, ...]


def ladder(pictures: Sequence[Picture]) -> tuple[Step, ...]:
    """From no picture at all to the best of each; costs ascend."""
    chosen: list[int] = [len(picture.layers) for picture in pictures]  # index into layers; beyond: none
    steps = [_step(pictures, chosen)]
    for index, picture in enumerate(pictures):
        if picture.layers:
            chosen[index] = len(picture.layers) - 1
            steps.append(_step(pictures, chosen))
    for index in range(len(pictures)):
        while chosen[index] > 0:
            chosen[index] -= 1
            steps.append(_step(pictures, chosen))
    return tuple(steps)


def _step(pictures: Sequence[Picture], chosen: Sequence[int]) -> Step:
    layers: list[Layer | None] = []
    cost = 0.0
    for picture, index in zip(pictures, chosen, strict=True):
        if index >= len(picture.layers):
            layers.append(None)
            continue
        layer, rate_bps = picture.layers[index]
        layers.append(layer)
        cost += (rate_bps or _ASSUMED_BPS[layer]) * OVERHEAD
    return Step(int(cost), tuple(layers))
