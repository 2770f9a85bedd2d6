"""Each preset for its full length, one after the other: one reception, one room at a time, nothing else."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from server.bench.line.browser_desk import chromium
from server.bench.line.conditions import Preset
from server.bench.line.joined import Joined, joined_by_line
from server.bench.line.namespaces import demand
from server.bench.line.office import Ready
from server.bench.line.presets import PRESETS
from server.bench.line.result import LineResult, as_table, judged
from server.bench.line.situation import Desk, RoomBehindLine, office, room_behind
from server.bench.report import machine

SEED = 1
GOOD = PRESETS["good-line"]
FIRST_PICTURES = 15  # a second of them: the room receives
RECEIVES_WITHIN_S = 20.0
LOOK_EVERY_S = 0.2
SETTLES_S = 3.0  # on a good line, before it turns bad: what a room needs to reach full quality


class RoomReceivesNothing(Exception):
    """The room saw no picture on a good line, so there is nothing to measure."""


@dataclass(slots=True)
class LinesMeasured:
    """A whole table of them. `desk`: where there is a Chromium it sends three layers, else a film is the one."""

    desk: Desk
    results: list[LineResult] = field(default_factory=list)
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def ok(self) -> bool:
        """Every room was there again when its line was, and none had to join anew for that."""
        return all(result.joins == 0 and not result.lost_for_good for result in self.results)

    def as_json(self) -> dict[str, object]:
        return {
            "started_at": self.started_at,
            "machine": machine(),
            "desk": self.desk,
            "lines": [result.as_json() for result in self.results],
            "ok": self.ok,
        }

    def as_table(self) -> Table:
        return as_table(self.results)


async def measure_lines(presets: Sequence[Preset], step: Callable[[str], None]) -> LinesMeasured:
    """Raises as `run_lines`."""
    found = LinesMeasured("browser" if chromium() else "film")
    found.results = await run_lines(presets, desk=found.desk, step=step)
    return found


async def run_lines(
    presets: Sequence[Preset] = tuple(PRESETS.values()),
    seed: int = SEED,
    desk: Desk = "film",
    step: Callable[[str], None] = lambda words: None,
) -> list[LineResult]:
    """One result for each preset. Raises namespaces.NamespacesMissing, RoomReceivesNothing, asked.ProcessGone."""
    demand()
    results = []
    with tempfile.TemporaryDirectory(prefix="tiepdan-lines-") as directory, joined_by_line(seed) as joined:
        step("starting the server and the desk")
        with office(joined, Path(directory), desk=desk) as ready:
            for preset in presets:
                step(preset.says)
                results.append(await measured(joined, ready, preset, seed))
    return results


async def measured(joined: Joined, ready: Ready, preset: Preset, seed: int) -> LineResult:
    """One preset with a room of its own, which receives before the measurement begins."""
    joined.line.becomes(preset.phases if preset.known_before else GOOD.phases)
    with room_behind(joined.room, ready.address, next(iter(ready.room_keys.values()))) as room:
        await _until_receiving(room)
        if not preset.known_before:
            await asyncio.sleep(SETTLES_S)
        first, before = room.seen(), joined.line.becomes(preset.phases).down
        await asyncio.sleep(preset.measure_s)
        last, after = room.seen(), joined.line.counted().down
        return judged(preset, seed, first, last, before, after)


async def _until_receiving(room: RoomBehindLine) -> None:
    try:
        async with asyncio.timeout(RECEIVES_WITHIN_S):
            while True:
                if room.seen().pictures >= FIRST_PICTURES:
                    return
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError as none:
        raise RoomReceivesNothing(f"no picture within {RECEIVES_WITHIN_S:.0f} s ({room.seen().state})") from none
