"""Whether each room got all that the camera sent.

A gap in the numbering is a packet lost on the way. What the server chose not to send, to a room it takes to be
out of reach or on a thin line, leaves no gap, and is seen only beside what went in.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.bench.report import percentile

SHARE = 0.99  # the counts of camera and rooms are some milliseconds apart
UNDER_WAY = 35  # packets of a key frame, which may be counted at one end and not yet at the other


def shares(sent: int, before: Sequence[int], after: Sequence[int]) -> list[float]:
    """Of each room, how much of the `sent` packets of picture it got."""
    return [(now - then) / max(1, sent) for then, now in zip(before, after, strict=True)]


def incomplete(sent: int, found: Sequence[float]) -> str:
    """A sentence when some rooms got less of the `sent` packets; empty when none did. `found`: their shares."""
    least = min(SHARE, 1 - UNDER_WAY / max(1, sent))
    fewer = [share for share in found if share < least]
    if not fewer:
        return ""
    return (
        f"{len(fewer)} of {len(found)} rooms were sent less than the camera's picture "
        f"(least {min(fewer):.0%}, in the middle of these {percentile(fewer, 0.5):.0%})"
    )
