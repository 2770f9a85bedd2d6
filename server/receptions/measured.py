"""What the running server has been measured to do, kept for /metrics: counts and histograms, nothing of anybody.

Histograms count one observation per link and second, so that a rate over them says how links fared in that
time. They are written on control's loop only.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from server.receptions.events import Event, MediaConnected, MediaLost, RecorderConnected, RecorderLost
from signaling.ports import LinkReports, MediaReport, RecordingGrew

LOSS_BOUNDS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # of all packets
ROUND_TRIP_BOUNDS_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0)
LAG_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
LAG_EVERY_S = 0.25


class Histogram:
    """Counts by upper bound; one more counts what is beyond the last."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


def cumulated(bounds: Sequence[float], counts: Sequence[int]) -> list[tuple[str, float]]:
    """Buckets as Prometheus has them: each with everything below it."""
    names = [*(repr(float(bound)) for bound in bounds), "+Inf"]
    return [(name, float(count)) for name, count in zip(names, accumulate(counts), strict=True)]


class Measured:
    def __init__(self) -> None:
        self.media: MediaReport | None = None
        self.loss = Histogram(LOSS_BOUNDS)
        self.upstream_loss = Histogram(LOSS_BOUNDS)
        self.round_trip = Histogram(ROUND_TRIP_BOUNDS_S)
        self.loop_lag = Histogram(LAG_BOUNDS_S)
        self.media_found = 0
        self.recorder_found = 0
        self.grew_at_s: float | None = None  # when the recording last had more bytes than before
        self._grew: RecordingGrew | None = None

    def note(self, event: Event | MediaReport, now_s: float) -> None:
        match event:
            case MediaReport():
                self.media = event
            case LinkReports(links=links):
                for link in links:
                    if link.loss_percent is not None:
                        self.loss.observe(link.loss_percent / 100)
                    if link.upstream_loss_percent is not None:
                        self.upstream_loss.observe(link.upstream_loss_percent / 100)
                    if link.rtt_ms is not None:
                        self.round_trip.observe(link.rtt_ms / 1000)
            case RecordingGrew():
                before, self._grew = self._grew, event
                if before is None or before.recording != event.recording or event.bytes > before.bytes:
                    self.grew_at_s = now_s
            case MediaConnected():
                self.media_found += 1
            case MediaLost():
                self.media = None
            case RecorderConnected():
                self.recorder_found += 1
            case RecorderLost():
                self._grew = None
            case _:
                pass

    async def watch_loop(self) -> None:
        """How late the loop comes back to a sleeper, four times a second. Never returns; cancel it."""
        while True:
            asked_s = time.monotonic()
            await asyncio.sleep(LAG_EVERY_S)
            self.loop_lag.observe(max(0.0, time.monotonic() - asked_s - LAG_EVERY_S))

    def debug_snapshot(self) -> dict[str, object]:
        return {
            "media_report": self.media is not None,
            "media_found": self.media_found,
            "recorder_found": self.recorder_found,
            "link_seconds_measured": sum(self.loss.counts),
        }
