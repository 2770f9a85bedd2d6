"""The media process' own histogram of the delay it adds, as the server's /metrics publishes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import aiohttp

from signaling.ports import DELAY_BOUNDS_S

_BUCKET = re.compile(r'^\w*added_delay\w*_bucket\{[^}]*le="([^"]+)"[^}]*\}\s+([0-9.e+]+)', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DelayHistogram:
    """Packets by added delay: bounds in seconds, and how many packets were within each and all before it."""

    bounds_s: tuple[float, ...]
    within: tuple[float, ...]

    @property
    def packets(self) -> int:
        return int(self.within[-1]) if self.within else 0

    def since(self, earlier: DelayHistogram) -> DelayHistogram:
        return DelayHistogram(
            self.bounds_s, tuple(now - then for now, then in zip(self.within, earlier.within, strict=True))
        )

    def upper_bound_s(self, share: float) -> float:
        """The bound of the bucket that holds the `share`; the last bound for what lies beyond all."""
        wanted = share * self.packets
        for bound, within in zip(self.bounds_s, self.within, strict=True):
            if within >= wanted:
                return min(bound, DELAY_BOUNDS_S[-1])
        return DELAY_BOUNDS_S[-1]


async def delay_histogram(address: str) -> DelayHistogram | str:
    """The histogram now, or why there is none."""
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{address}/metrics") as answer:
            if answer.status != 200:
                return f"/metrics answers {answer.status}"
            text = await answer.text()
    except aiohttp.ClientError as error:
        return f"/metrics does not answer: {type(error).__name__}"
    return read_histogram(text)


def read_histogram(text: str) -> DelayHistogram | str:
    buckets = sorted((float(bound), float(count)) for bound, count in _BUCKET.findall(text))
    if not buckets:
        return "/metrics has no histogram of the added delay"
    return DelayHistogram(tuple(bound for bound, _ in buckets), tuple(count for _, count in buckets))
