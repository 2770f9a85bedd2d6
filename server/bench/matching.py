"""Which packet that arrived is which one that was sent.

The server renumbers what it forwards: sequence numbers and timestamps of a slot are those of its source plus
a constant each. So one pair gives the constants, and all others must fit them; a wrong guess does not fit,
because pictures differ in how many packets they have.
"""

from __future__ import annotations

from collections.abc import Sequence

Stamp = tuple[int, int, int]
"""Sequence number, RTP timestamp, wall-clock nanoseconds."""

LONGEST_NS = 1_000_000_000
SAMPLE = 400
ENOUGH = 0.98


def delays_us(sent: Sequence[Stamp], arrived: Sequence[Stamp]) -> list[float]:
    """From sending to arriving, of each packet that arrived (first time only); [] when no constants fit."""
    sent_at = {(sequence, timestamp): at_ns for sequence, timestamp, at_ns in sent}
    arrived = [stamp for stamp in arrived if sent and sent[0][2] + LONGEST_NS // 4 < stamp[2] <= sent[-1][2]]
    if not arrived:
        return []
    shift = _shift(sent, arrived, sent_at)
    if shift is None:
        return []
    found = []
    for sequence, timestamp, at_ns in arrived:
        departed = sent_at.pop(((sequence - shift[0]) & 0xFFFF, (timestamp - shift[1]) & 0xFFFFFFFF), None)
        if departed is not None:
            found.append((at_ns - departed) / 1000)
    return found


def _shift(
    sent: Sequence[Stamp], arrived: Sequence[Stamp], sent_at: dict[tuple[int, int], int]
) -> tuple[int, int] | None:
    first_sequence, first_timestamp, first_ns = arrived[0]
    sample = arrived[:SAMPLE]
    for sequence, timestamp, at_ns in reversed(sent):
        if not 0 <= first_ns - at_ns < LONGEST_NS:
            continue
        shift = (first_sequence - sequence) & 0xFFFF, (first_timestamp - timestamp) & 0xFFFFFFFF
        fits = sum(((s - shift[0]) & 0xFFFF, (t - shift[1]) & 0xFFFFFFFF) in sent_at for s, t, _ in sample)
        if fits >= ENOUGH * len(sample):
            return shift
    return None
