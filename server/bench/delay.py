"""What the server adds to a packet's way: from outside, packet by packet, and as the media process counts it.

From outside: the camera notes when it handed each packet to its socket; at the first, the middle and the last
room the kernel notes when it arrived. The same over a direct socket is taken off. Both ends are on one machine
and one clock.
"""

from __future__ import annotations

import asyncio

from server.bench.hall import Hall
from server.bench.matching import delays_us
from server.bench.media_figures import DelayHistogram, delay_histogram
from server.bench.report import Scenario, percentile

BASELINE_TIMES = 500


async def watch_delay(hall: Hall, seconds: float, baseline_us: float) -> list[float]:
    """Milliseconds that were added, of every packet of the desk's picture to the rooms watched."""
    watched = _watched(hall)
    for rooms, indices in watched:
        await hall.rooms[rooms].ask("stamp_rooms", rooms=indices, wanted=True)
    await hall.camera.ask("stamp", wanted=True)
    try:
        await asyncio.sleep(seconds)
        sent = [tuple(stamp) for stamp in (await hall.camera.ask("departures"))["departures"]]
        arrived = []
        for rooms, indices in watched:
            arrived += (await hall.rooms[rooms].ask("arrivals", rooms=indices))["arrivals"]
    finally:
        await hall.camera.ask("stamp", wanted=False)
        for rooms, indices in watched:
            await hall.rooms[rooms].ask("stamp_rooms", rooms=indices, wanted=False)
    found: list[float] = []
    for stamps in arrived:
        found += [(us - baseline_us) / 1000 for us in delays_us(sent, [tuple(stamp) for stamp in stamps])]
    return found


async def direct_us(hall: Hall) -> float:
    """What the way takes without a server, in the middle."""
    return percentile((await hall.camera.ask("baseline", count=BASELINE_TIMES))["delays_us"], 0.5)


async def measure_delay(hall: Hall, seconds: float) -> Scenario:
    found = Scenario("delay")
    baseline_us = await direct_us(hall)
    before = await delay_histogram(hall.address)
    delays = await watch_delay(hall, seconds, baseline_us)
    after = await delay_histogram(hall.address)
    found.add_spread("added, seen from outside", delays, "ms", (0.5, 0.99))
    found.add("direct socket, taken off", baseline_us / 1000, "ms", BASELINE_TIMES)
    if isinstance(before, DelayHistogram) and isinstance(after, DelayHistogram):
        since = after.since(before)
        for share in (0.5, 0.99):
            bound = since.upper_bound_s(share) * 1000
            found.add("added, by media's histogram, at most", bound, "ms", since.packets, f"p{share * 100:g}")
    else:
        found.missing("added, by media's histogram", "ms", after if isinstance(after, str) else str(before))
    found.expect(bool(delays), "no packet could be followed from the camera to a room")
    return found


def _watched(hall: Hall) -> list[tuple[int, list[int]]]:
    """The first, the middle and the last room that joined: (which process, which of its rooms)."""
    count = len(hall.room_keys)
    share = -(-count // hall.processes)
    places: dict[int, list[int]] = {}
    for place in sorted({0, count // 2, count - 1}):
        places.setdefault(place // share, []).append(place % share)
    return list(places.items())
