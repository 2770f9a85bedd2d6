"""What a delivered packet costs the media process, what a room costs it in memory, and whether one is lost."""

from __future__ import annotations

import asyncio
from typing import Any

from server.bench.completeness import incomplete, shares
from server.bench.hall import Hall
from server.bench.load import load
from server.bench.process import Cost, cost_of, costs_of
from server.bench.report import Scenario

SELF_CHECK_ROOMS, SELF_CHECK_RATE, SELF_CHECK_S = 40, 250.0, 3.0
BUSIEST = 0.9  # cores of one process of the load generator above which its figures are not to be believed
Counts = dict[str, Any]
COUNTED = ("packets", "bytes", "lost", "late", "duplicates", "unauthentic", "dropped_here", "proven")


async def measure_capacity(hall: Hall, seconds: float, empty: Cost) -> Scenario:
    """The rooms are in. `empty`: what the media process cost before they came."""
    found = Scenario("capacity")
    sent_before = (await hall.camera.ask("camera_state"))["packets"]
    before = await hall.ask_all("counts")
    media_before, others_before = costs_of(hall.media_pids), _others(hall)
    await asyncio.sleep(seconds)
    sent = (await hall.camera.ask("camera_state"))["packets"] - sent_before
    after = await hall.ask_all("counts")
    media_after, others_after = costs_of(hall.media_pids), _others(hall)
    span = media_after.at - media_before.at
    counted = {
        name: sum(b["counts"][name] - a["counts"][name] for a, b in zip(before, after, strict=True))
        for name in COUNTED
    }
    packets = counted["packets"]
    if not packets:
        found.problems.append("no packet arrived")
        return found
    media_s = media_after.cpu_s - media_before.cpu_s
    found.add("media, CPU per delivered packet", media_s / packets * 1e6, "us", packets)
    found.add("media, cores", media_s / span, "cores", 1)
    found.add("delivered", packets / span, "packets/s", packets)
    found.add("delivered", counted["bytes"] * 8 / span / 1e6, "Mbit/s", packets)
    found.add("lost", counted["lost"], "packets", packets)
    got = shares(sent, [n for a in before for n in a["desk"]], [n for b in after for n in b["desk"]])
    found.add("of the camera's picture, the room that got least", min(got) * 100, "%", len(got))
    found.expect(not (reason := incomplete(sent, got)), reason)
    found.add("decrypted as proof", counted["proven"], "packets", counted["proven"])
    grown = media_after.resident_bytes - empty.resident_bytes
    found.add("media, memory per room", grown / len(hall.room_keys) / 1e6, "MB", len(hall.room_keys))
    for name, cost in others_after.items():
        if name in others_before:
            found.add(f"{name}, cores", (cost.cpu_s - others_before[name].cpu_s) / span, "cores", 1)
    await _judge_load(found, before, after, packets)
    found.expect(counted["lost"] == 0, f"{counted['lost']} packets were lost")
    found.expect(counted["unauthentic"] == 0, f"{counted['unauthentic']} packets were not authentic")
    return found


async def _judge_load(found: Scenario, before: list[Counts], after: list[Counts], packets: int) -> None:
    """Whether the instrument itself was good enough for what it says."""
    cores = [(b["cpu_s"] - a["cpu_s"]) / (b["at"] - a["at"]) for a, b in zip(before, after, strict=True)]
    cpu_s = sum(b["cpu_s"] - a["cpu_s"] for a, b in zip(before, after, strict=True))
    found.add("load generator, cores", sum(cores), "cores", len(cores))
    found.add("load generator, CPU per packet", cpu_s / packets * 1e6, "us", packets)
    dropped = sum(
        b["counts"]["dropped_here"] - a["counts"]["dropped_here"] for a, b in zip(before, after, strict=True)
    )
    found.add("load generator, dropped by itself", dropped, "packets", packets)
    found.expect(dropped == 0, f"the load generator itself dropped {dropped} packets: it was the bottleneck")
    busiest = max(cores)
    found.expect(busiest < BUSIEST, f"a process of the load generator took {busiest:.2f} cores: use --processes")
    own_us, own_packets = await check_load()
    found.add("load generator alone, against a plain sender", own_us, "us/packet", own_packets)


async def check_load() -> tuple[float, int]:
    """What a packet costs a counting end with nobody else's work in the figure: microseconds, and packets."""
    async with load() as receiving, load() as sending:
        ports = (await receiving.ask("receive_plainly", rooms=SELF_CHECK_ROOMS))["ports"]
        first = await receiving.ask("plain_counts")
        await sending.ask("send_plainly", ports=ports, packets_per_s=SELF_CHECK_RATE, seconds=SELF_CHECK_S)
        last = await receiving.ask("plain_counts")
        packets = int(last["counts"]["packets"] - first["counts"]["packets"])
        return (last["cpu_s"] - first["cpu_s"]) / max(1, packets) * 1e6, packets


def _others(hall: Hall) -> dict[str, Cost]:
    return {name: cost_of(pid) for name, pid in hall.other_pids.items()}
