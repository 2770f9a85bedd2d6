"""Counting one stream by its sequence numbers alone: every gap exactly, repeats and duplicates apart."""

from __future__ import annotations

from dataclasses import dataclass

from signaling.wire.reporting import Reporting
from signaling.wire.rtcp import ReportBlock
from signaling.wire.sequence import sequence_step

FIRST_TURN = 0x10000  # so that a packet overtaken by the very first one seen still has a positive number
MOST_MISSING = 10_000  # numbers remembered as missing; older ones stay lost for good


@dataclass(frozen=True, slots=True)
class StreamTotals:
    """A snapshot. `lost`: never came; `late`: came after a higher number (overtaken, or repeated)."""

    packets: int = 0
    bytes: int = 0
    lost: int = 0
    late: int = 0
    duplicates: int = 0
    first_at: float | None = None  # monotonic
    last_at: float | None = None


class CountedStream:
    """One SSRC. `packets`, `bytes` and `highest` are written by the link's loop for packets in order.

    `inspected`: every packet is decrypted, because someone waits for a key frame or a label.
    """

    __slots__ = (
        "_lost_for_good",
        "_reporting",
        "base",
        "bytes",
        "duplicates",
        "first_at",
        "highest",
        "inspected",
        "key_frame_time",
        "last_at",
        "late",
        "missing",
        "packets",
        "ssrc",
    )

    def __init__(self, ssrc: int) -> None:
        self.ssrc = ssrc
        self.packets = self.bytes = self.duplicates = self.late = 0
        self.base = self.highest = -1  # unwrapped; -1: nothing came yet
        self.missing: dict[int, None] = {}  # in order of number
        self._lost_for_good = 0
        self.inspected = False
        self.key_frame_time = -1  # RTP time of the key frame under way; -1: none yet
        self.first_at: float | None = None
        self.last_at: float | None = None
        self._reporting = Reporting()

    def out_of_order(self, sequence: int, now: float) -> None:
        """A packet that does not follow the highest one; its `packets` and `bytes` are counted by the caller."""
        if self.highest < 0:
            self.base = self.highest = FIRST_TURN + sequence
            self.first_at = now
            return
        step = sequence_step(sequence, self.highest & 0xFFFF)
        number = self.highest + step
        if step > 0:
            for lost in range(self.highest + 1, number):
                self.missing[lost] = None
            self.highest = number
            while len(self.missing) > MOST_MISSING:
                del self.missing[next(iter(self.missing))]
                self._lost_for_good += 1
        elif number in self.missing:
            del self.missing[number]
            self.late += 1
        elif number < self.base:  # overtaken by the very first one seen
            for lost in range(number + 1, self.base):
                self.missing[lost] = None
            self.base = number
            self.late += 1
        else:
            self.duplicates += 1

    @property
    def lost(self) -> int:
        return len(self.missing) + self._lost_for_good

    def totals(self) -> StreamTotals:
        return StreamTotals(
            self.packets, self.bytes, self.lost, self.late, self.duplicates, self.first_at, self.last_at
        )

    def sender_reported(self, ntp_middle: int, now: float) -> None:
        self._reporting.sender_reported(ntp_middle, now)

    def report(self, now: float) -> ReportBlock | None:
        """For a receiver report; None before the first packet. Interarrival jitter is not measured here."""
        if self.highest < 0:
            return None
        expected = self.highest - self.base + 1
        return self._reporting.block(self.ssrc, expected, expected - self.lost, self.highest - FIRST_TURN, 0, now)
