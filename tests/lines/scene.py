"""The steps of the scenarios: what happens to the line, and what the room behind it sees and hears."""

from __future__ import annotations

import time
from dataclasses import dataclass

from server.bench.line.conditions import Conditions, Phase
from server.bench.line.joined import Joined
from server.bench.line.presets import PRESETS
from server.bench.line.situation import RoomBehindLine
from tests.waiting import eventually

FIRST_PICTURE_WITHIN_S = 10.0
ENOUGH_PICTURES = 10  # the room receives, and not only a first key frame


@dataclass(frozen=True, slots=True)
class Span:
    """What the room saw and heard over a span of time."""

    seconds: float
    frozen_s: float
    missing_sound_s: float
    pictures: int
    lost_by_line: int  # downstream packets: by chance, for want of room, in the dark
    offered_to_line: int
    joins: int


class Scene:
    def __init__(self, joined: Joined, room: RoomBehindLine) -> None:
        self.joined = joined
        self.room = room

    # --- what happens

    def the_line_becomes(self, preset: str) -> None:
        self.joined.line.becomes(PRESETS[preset].phases)

    def the_line_goes_dark_for(self, seconds: float) -> None:
        good, dark = PRESETS["good-line"].phases[0], Conditions(dark=True)
        self.joined.line.becomes([Phase(dark, dark, seconds), good])

    def the_router_binds_the_room_anew(self) -> None:
        self.joined.router_binds_anew()

    def the_room_gets_another_address(self) -> None:
        self.joined.room_moves()

    def the_room_gets_its_address_back(self) -> None:
        self.joined.room_moves_back()

    # --- what is seen of it

    async def the_room_receives(self) -> None:
        """Picture and sound, so far without a hole."""
        await eventually(self._receives, FIRST_PICTURE_WITHIN_S)

    async def over(self, seconds: float) -> Span:
        """What the room sees and hears from now on, for so long."""
        first, line_first, joins = self.room.seen(), self.joined.line.counted().down, self.room.seen().joins
        await passed(first.at_s + seconds)
        last, line_last = self.room.seen(), self.joined.line.counted().down
        gone = sum(line_last[how] - line_first[how] for how in ("lost", "overflowed", "dark"))
        return Span(
            seconds=last.at_s - first.at_s,
            frozen_s=last.frozen_s(first.at_s),
            missing_sound_s=max(0.0, last.missing_sound_s - first.missing_sound_s),
            pictures=last.pictures - first.pictures,
            lost_by_line=gone,
            offered_to_line=line_last["offered"] - line_first["offered"],
            joins=last.joins - joins,
        )

    async def the_picture_is_whole_again(self, within_s: float) -> float:
        """Wait for it; how many seconds it took."""
        asked_s = time.monotonic()

        def missing() -> str | None:
            seen = self.room.seen()
            if seen.frozen or (seen.last_picture_s or 0.0) < asked_s:
                return f"the last whole picture came {_ago(seen.at_s, seen.last_picture_s)} ({seen.state})"
            return None

        await eventually(missing, within_s)
        return time.monotonic() - asked_s

    async def the_picture_is_given_up(self, within_s: float) -> None:
        """Wait until the server has told the room that its line carries sound only."""

        def missing() -> str | None:
            layers = self.room.seen().layers
            told = layers[-1][1] if layers else ""
            return None if told == "none" else f"the room was last told of layer {told!r}"

        await eventually(missing, within_s)

    async def sound_is_there(self, within_s: float) -> float:
        """Wait until some came since now; how many seconds it took."""
        asked_s = time.monotonic()

        def missing() -> str | None:
            seen = self.room.seen()
            came = (seen.last_sound_s or 0.0) > asked_s
            return None if came else f"the last sound came {_ago(seen.at_s, seen.last_sound_s)} ({seen.state})"

        await eventually(missing, within_s)
        return time.monotonic() - asked_s

    def _receives(self) -> str | None:
        seen = self.room.seen()
        if seen.pictures < ENOUGH_PICTURES:
            return f"only {seen.pictures} whole pictures came ({seen.state})"
        return None if seen.sounds else "no sound came"


async def passed(until_s: float) -> None:
    """Wait for a moment of the monotonic clock: a span is measured by its length, and nothing else ends it."""

    def missing() -> str | None:
        left_s = until_s - time.monotonic()
        return f"{left_s:.1f} s are left of the span" if left_s > 0 else None

    await eventually(missing, timeout_s=until_s - time.monotonic() + 5)


def _ago(now_s: float, at_s: float | None) -> str:
    return "never" if at_s is None else f"{now_s - at_s:.2f} s ago"
