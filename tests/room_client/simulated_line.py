"""A seeded line in simulated time: a token bucket with a queue, a delay, and random loss."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass

from room_client.estimating import POLL_S, Estimate

VIDEO, AUDIO = 1, 2
VIDEO_HZ, AUDIO_HZ = 90_000, 48_000
HEADERS = 12


@dataclass
class Line:
    """`rate_bps` None: as fast as you like. `queue_s`: what the queue holds at that rate; the rest is dropped."""

    rate_bps: int | None = None
    delay_s: float = 0.02
    jitter_s: float = 0.002
    loss: float = 0.0
    queue_s: float = 0.4


def simulate(
    line: Line, sends_bps: Callable[[int | None], float], seconds: float, seed: int, start_time: int = 0
) -> list[tuple[float, int | None]]:
    """The estimate every half second. `sends_bps` decides from the last estimate how much video is sent; sound
    comes on top (40 kbit/s in 50 packets a second)."""
    chance = random.Random(seed)
    estimate = Estimate()
    arrivals: list[tuple[float, int, int, int, int]] = []
    free_at = 0.0
    number = octets = expected = received = 0
    told: int | None = None
    estimates = []
    frame_at, sound_at, poll_at, seen_poll = 0.0, 0.0, POLL_S, 0.0
    last_time: dict[int, int] = {}
    rest = 0.0

    def send(at: float, stream: int, clock: int, size: int) -> None:
        nonlocal free_at, number, expected
        number += 1
        expected += 1
        if chance.random() < line.loss:
            return
        leaves = at
        if line.rate_bps is not None:
            if free_at - at > line.queue_s:
                return
            leaves = free_at = max(free_at, at) + size * 8 / line.rate_bps
        arrives = leaves + line.delay_s + chance.uniform(0, line.jitter_s)
        heapq.heappush(arrivals, (arrives, number, stream, (start_time + round(at * clock)) & 0xFFFFFFFF, size))

    while seen_poll < seconds:
        now = min(frame_at, sound_at, poll_at)
        while arrivals and arrivals[0][0] <= now:
            at, _, stream, rtp_time, size = heapq.heappop(arrivals)
            octets += size
            received += 1
            if last_time.get(stream) != rtp_time:
                last_time[stream] = rtp_time
                estimate.arrived(stream, rtp_time, VIDEO_HZ if stream == VIDEO else AUDIO_HZ, at)
        if now == poll_at:
            told = estimate.poll(octets, expected, received, now)
            estimates.append((now, told))
            seen_poll, poll_at = now, poll_at + POLL_S
        elif now == sound_at:
            send(now, AUDIO, AUDIO_HZ, 100)
            sound_at += 0.02
        else:
            rest += max(0.0, sends_bps(told)) / 8 / 25
            while rest >= 300:
                size = min(1200, int(rest))
                send(now, VIDEO, VIDEO_HZ, size)
                rest -= size
            frame_at += 0.04
    return estimates
