"""Floor changes as a rehearsal measures them: from the click to the new room's picture, in every room.

Two rooms beside the counted ones have the floor in turn with test cards, whose key frames say whose they are.
"""

from __future__ import annotations

import asyncio

from room_client.fleet import Fleet
from room_client.room import RoomOptions
from server.bench.hall import Hall, now
from server.bench.report import Scenario
from signaling.desk_messages import CommandName

CHANGES = 20
SEEN_WITHIN_S = 5.0
HELD_S = 0.7  # how long each has the floor once all have seen it


async def measure_floor(hall: Hall) -> Scenario:
    found = Scenario("floor")
    speakers = Fleet([RoomOptions(hall.address, key) for _, key in hall.speakers])
    taken_ms: list[float] = []
    async with speakers:
        if await speakers.until_joined() < len(hall.speakers):
            found.problems.append("the rooms that should have the floor could not join")
            return found
        await hall.ask_all("inspect_floor", wanted=True)
        try:
            for change in range(CHANGES):
                taken_ms += await _change(found, hall, hall.speakers[change % len(hall.speakers)][0])
        finally:
            await hall.ask_all("inspect_floor", wanted=False)
            await hall.press(CommandName.TAKE_FLOOR_BACK)
    found.add_spread(f"click to picture, {CHANGES} changes", taken_ms, "ms", (0.5, 0.95))
    return found


async def _change(found: Scenario, hall: Hall, code: str) -> list[float]:
    clicked = now()
    await hall.press(CommandName.FLOOR, room=code)
    answers = await hall.ask_all("until", what="floor", label=code, since=clicked, within_s=SEEN_WITHIN_S)
    seen = sum(answer["rooms"] for answer in answers)
    rooms = len(hall.room_keys)
    found.expect(seen == rooms, f"{rooms - seen} of {rooms} rooms did not see a floor change")
    shown = (await hall.times())["floor"]
    await asyncio.sleep(HELD_S)
    return [(at - clicked) * 1000 for label, at in shown if label == code and at >= clicked]
