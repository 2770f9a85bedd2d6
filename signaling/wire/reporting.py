"""What the receiving end of one stream reports (RFC 3550, section 6.4 and A.3): loss since the last report,
and how long ago the sender's last report came, from which the sender learns the round trip."""

from __future__ import annotations

from signaling.wire.rtcp import ReportBlock


class Reporting:
    """One stream's reports. `now_s` is monotonic; who counts the packets is the caller."""

    __slots__ = ("_expected", "_last_sr", "_last_sr_s", "_received")

    def __init__(self) -> None:
        self._expected = 0  # at the last report
        self._received = 0
        self._last_sr = 0
        self._last_sr_s = 0.0

    def sender_reported(self, ntp_middle: int, now_s: float) -> None:
        self._last_sr, self._last_sr_s = ntp_middle, now_s

    def block(
        self, ssrc: int, expected: int, received: int, highest: int, jitter: int, now_s: float
    ) -> ReportBlock:
        """`expected` and `received` since the beginning, duplicates as the caller counts them; `highest` is the
        highest sequence number, unwrapped."""
        interval = expected - self._expected
        lost = interval - (received - self._received)
        self._expected, self._received = expected, received
        fraction = min(255, (lost << 8) // interval) if interval > 0 and lost > 0 else 0
        delay = int((now_s - self._last_sr_s) * 65536) if self._last_sr else 0
        return ReportBlock(ssrc, fraction, expected - received, highest, jitter, self._last_sr, delay)
