"""What the line carries down to this room, in bits a second: what a REMB says.

After the receiver-side congestion control of draft-ietf-rmcat-gcc (section 5), in its simplest form. A queue
shows as packets that come later after their RTP time than the quickest of the last seconds did; a line's own
delay, however long, does not. While no queue stands and little is lost the estimate rises, but never far above
what really arrives, because nothing else was proven.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

POLL_S = 0.5
BASE_WINDOWS = 20  # of POLL_S: the quickest packet of so long is the line without a queue
QUEUE_S = 0.06  # a queue that stood so long for a whole window, and grows, is too much …
LONG_QUEUE_S = 0.2  # … and one so long is too much however it changes
RELIEVED_S = 0.03  # below this the queue is drained, and the estimate may rise again
GROWS_S = 0.005
JUMP_S = 5.0  # a transit that differs by more is another numbering
DECREASE = 0.85
MOST_LOSS = 0.10
LOSS_PACKETS = 250  # fewer say little: 5 % of 80 are easily 10 %
RATE_S = 1.0
START_BPS = 300_000
LEAST_BPS = 30_000  # below the sound alone nothing is gained
RISE_A_SECOND = 1.08
CEILING = 0.96  # of what arrived while a queue stood: that is all the line carries
NEAR_CEILING = 0.92
RISE_NEAR_CEILING = 1.01
CEILING_S = 20.0  # a line may have become better


@dataclass(slots=True)
class _Stream:
    """Delay of one stream above an arbitrary beginning."""

    reference: float  # transit of the first packet, in ticks modulo 2**32
    clock_hz: int
    quickest: float | None = None  # of the present window
    windows: deque[float] | None = None

    def delay_s(self, transit: float) -> float:
        step = (transit - self.reference) % 2**32
        return (step - 2**32 if step >= 2**31 else step) / self.clock_hz


class Estimate:
    """Feed it arrivals; `poll` every `POLL_S`."""

    def __init__(self) -> None:
        self.bps: int | None = None  # None: nothing arrived yet that could be judged
        self.queue_s = 0.0
        self._streams: dict[int, _Stream] = {}
        self._received: deque[tuple[float, int]] = deque()
        self._counted: deque[tuple[int, int]] = deque(maxlen=24)
        self._paused = True
        self._ceiling_bps = 0.0
        self._ceiling_at = 0.0
        self._polled_at = 0.0

    def arrived(self, stream: int, rtp_time: int, clock_hz: int, now_s: float) -> None:
        """The first packet with this timestamp, in order (not a repeat)."""
        transit = now_s * clock_hz - rtp_time
        known = self._streams.get(stream)
        if known is None or abs(delay_s := known.delay_s(transit)) > JUMP_S:
            self._streams[stream] = _Stream(transit % 2**32, clock_hz, 0.0, deque(maxlen=BASE_WINDOWS))
        elif known.quickest is None or delay_s < known.quickest:
            known.quickest = delay_s

    def poll(self, octets: int, expected: int, received: int, now_s: float) -> int | None:
        """The estimate now. Totals since the link began: octets of all datagrams of media, packets expected and
        received before repair."""
        before_queue_s, self.queue_s = self.queue_s, self._standing_queue_s()
        nothing_came = bool(self._received) and self._received[-1][1] == octets
        if nothing_came or self._paused:  # what a pause swallowed says nothing of what the line carries
            self._received.clear()
            self._counted.clear()
        self._paused = nothing_came
        self._received.append((now_s, octets))
        while len(self._received) > 2 and now_s - self._received[1][0] >= RATE_S:
            self._received.popleft()
        since_s, before = self._received[0]
        took_s, self._polled_at = now_s - self._polled_at, now_s
        if now_s - since_s < POLL_S:
            return self.bps
        rate_bps = (octets - before) * 8 / (now_s - since_s)
        lost_share = self._lost_share(expected, received)
        grows = self.queue_s > before_queue_s + GROWS_S
        if rate_bps < 1000 and self.bps is None:
            return None
        present = float(self.bps or START_BPS)
        queued = self.queue_s > LONG_QUEUE_S or (self.queue_s > QUEUE_S and grows)
        if queued or lost_share > MOST_LOSS:
            if queued:
                self._ceiling_bps, self._ceiling_at = CEILING * rate_bps, now_s
            present = min(present, DECREASE * rate_bps)
        elif self.bps is None:
            present = max(present, 1.5 * rate_bps + 20_000)
        elif self.queue_s < RELIEVED_S:
            present = self._risen(present, rate_bps, min(took_s, 2 * POLL_S), now_s)
        self.bps = max(LEAST_BPS, int(present))
        return self.bps

    def _risen(self, present: float, rate_bps: float, took_s: float, now_s: float) -> float:
        if rate_bps > 1.15 * self._ceiling_bps or now_s - self._ceiling_at > CEILING_S:
            self._ceiling_bps = 0.0
        factor = RISE_A_SECOND
        if self._ceiling_bps:
            if present >= self._ceiling_bps:
                return present
            if present > NEAR_CEILING * self._ceiling_bps:
                factor = RISE_NEAR_CEILING
        risen: float = present * factor**took_s
        return max(present, min(risen, 1.5 * rate_bps + 20_000))

    def _standing_queue_s(self) -> float:
        """The longest of the streams' queues that stood for the whole window; begins a new window."""
        standing_s = 0.0
        for stream in self._streams.values():
            if stream.quickest is None or stream.windows is None:
                continue
            stream.windows.append(stream.quickest)
            standing_s = max(standing_s, stream.quickest - min(stream.windows))
            stream.quickest = None
        return standing_s

    def _lost_share(self, expected: int, received: int) -> float:
        self._counted.append((expected, received))
        while len(self._counted) > 2 and expected - self._counted[1][0] >= LOSS_PACKETS:
            self._counted.popleft()
        wanted = expected - self._counted[0][0]
        if wanted < LOSS_PACKETS:
            return 0.0
        return max(0.0, 1 - (received - self._counted[0][1]) / wanted)
