"""How long rooms take to a picture: one after the other, all at once, and after the media process was killed."""

from __future__ import annotations

import asyncio
import os
import signal

from server.bench.hall import Hall, now
from server.bench.report import Scenario

JOIN_WITHIN_S = 60.0
RESTART_WITHIN_S = 15.0
SPACING_S = 0.02  # a province switching on, one room after the other


async def join_in_turn(hall: Hall) -> Scenario:
    """Starts all rooms, and leaves them there."""
    found = Scenario("join")
    await hall.ask_all("start", spacing_s=SPACING_S * len(hall.rooms))
    await _judge(found, hall, await hall.until_pictured(JOIN_WITHIN_S))
    times = await hall.times()
    found.add_spread("from a room's start to its first picture", _ms(times), "ms", (0.5, 0.95))
    return found


async def storm_after_kill(hall: Hall) -> Scenario:
    """The rooms are in; the media process is killed and everybody comes back by himself."""
    found = Scenario("storm: media process killed")
    killed, killed_at = hall.media_pids, now()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    restarted_at = await _until_restarted(hall, killed)
    if restarted_at is None:
        found.problems.append(f"the media process was not started again within {RESTART_WITHIN_S:.0f} s")
        return found
    await _judge(found, hall, await hall.until_pictured(JOIN_WITHIN_S, since=killed_at))
    pictured = [at for at in (await hall.times())["pictured"] if at is not None and at >= killed_at]
    if pictured:
        found.add("from the kill to the new process", restarted_at - killed_at, "s", 1)
        found.add("from the kill to the last room's picture", max(pictured) - killed_at, "s", len(pictured))
        found.add("from the new process to the last picture", max(pictured) - restarted_at, "s", len(pictured))
    return found


async def storm_at_once(hall: Hall) -> Scenario:
    """Fresh rooms, all started in the same moment."""
    found = Scenario("storm: all at once")
    started = now()
    await hall.ask_all("start", spacing_s=0)
    await _judge(found, hall, await hall.until_pictured(JOIN_WITHIN_S))
    times = await hall.times()
    pictured = [at for at in times["pictured"] if at is not None]
    if pictured:
        found.add("until the last room's picture", max(pictured) - started, "s", len(pictured))
        found.add_spread("until a room's picture", [at - started for at in pictured], "s", (0.5,))
    return found


async def _judge(found: Scenario, hall: Hall, pictured: int) -> None:
    rooms = len(hall.room_keys)
    found.expect(pictured == rooms, f"{rooms - pictured} of {rooms} rooms had no picture in {JOIN_WITHIN_S:.0f} s")


async def _until_restarted(hall: Hall, killed: list[int]) -> float | None:
    deadline = now() + RESTART_WITHIN_S
    while now() < deadline:
        try:
            running = hall.media_pids
            if len(running) == len(killed) and not set(running) & set(killed):
                return now()
        except ProcessLookupError:
            pass
        await asyncio.sleep(0.01)
    return None


def _ms(times: dict[str, list[float | None]]) -> list[float]:
    pairs = zip(times["started"], times["pictured"], strict=True)
    return [(there - began) * 1000 for began, there in pairs if began is not None and there is not None]
