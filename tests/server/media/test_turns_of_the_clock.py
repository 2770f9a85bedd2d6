"""What media does by the clock comes once each turn: behind a picture where one passes, else by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from server.media import upkeep
from server.media.delay import DelayHistogram
from server.media.directory import TURNS, LinkDirectory
from server.media.link import Link
from server.media.upkeep import Upkeep
from signaling.ports import Frame, MediaReport
from tests.waiting import eventually

FULL_S = 1000.0  # a moment at which a second begins


class Links(LinkDirectory):
    """There are none; which turns were looked for is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[int] = []

    def of_turn(self, turn: int) -> list[Link]:
        self.turns.append(turn)
        return super().of_turn(turn)


class Watched:
    """An upkeep whose neighbours only count; `now_s` is what its clock shows, None: the real time."""

    def __init__(self) -> None:
        self.now_s: float | None = None
        self.looks = self.stage_ticks = self.allocations = 0
        self.links = Links()
        self.told: list[Frame] = []
        self.fails = False
        port: Any = SimpleNamespace(others=SimpleNamespace(look=self._look), datagrams_received=0)
        intake: Any = SimpleNamespace(tick=lambda now_s: None, bytes_received=0, refused=0, checks_refused=0)
        stage: Any = SimpleNamespace(tick=self._tick, allocate=self._allocate)
        fanout: Any = SimpleNamespace(
            packets_sent=0, bytes_sent=0, packets_dropped=0, repeats_sent=0, delays=DelayHistogram()
        )
        acts: Any = None  # nothing follows from links that are not there
        self.upkeep = Upkeep(port, self.links, intake, stage, fanout, None, acts, self.told.append)

    @property
    def turns(self) -> list[int]:
        return self.links.turns

    @property
    def reports(self) -> int:
        return sum(isinstance(frame, MediaReport) for frame in self.told)

    def monotonic(self) -> float:
        return time.monotonic() if self.now_s is None else self.now_s

    def at(self, turn: float) -> None:
        """So many turns after the beginning a picture has left."""
        self.now_s = FULL_S + turn / TURNS + 1e-6
        self.upkeep.take_turns()

    def _look(self) -> None:
        self.looks += 1

    def _tick(self, now_s: float) -> None:
        self.stage_ticks += 1
        if self.fails:
            raise RuntimeError("a fault nobody had thought of")

    def _allocate(self, now_s: float, links: Any = None) -> None:
        self.allocations += 1


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    there = Watched()
    monkeypatch.setattr(upkeep, "time", SimpleNamespace(monotonic=there.monotonic, time=time.time))
    yield there
    there.upkeep.stop()


async def test_each_turn_comes_once_however_many_pictures_pass(watched: Watched) -> None:
    watched.now_s = FULL_S
    watched.upkeep.start()
    for picture in range(1, 101):
        watched.at(picture / 5)
    assert watched.turns == [*range(1, TURNS), 0]
    assert watched.looks == TURNS
    assert (watched.stage_ticks, watched.allocations, watched.reports) == (10, 2, 1)


async def test_pictures_that_are_rarer_than_turns_bring_several(watched: Watched) -> None:
    watched.now_s = FULL_S
    watched.upkeep.start()
    for picture in range(1, 9):
        watched.at(picture * 2.5)
    assert watched.turns == [*range(1, TURNS), 0]
    assert watched.looks == 8


async def test_after_a_long_standstill_everything_is_done_once(watched: Watched) -> None:
    watched.now_s = FULL_S
    watched.upkeep.start()
    watched.at(3600 * TURNS)
    assert sorted(watched.turns) == list(range(TURNS)), "each link is looked at once"
    assert watched.looks == watched.stage_ticks == watched.allocations == watched.reports == 1


async def test_without_a_picture_it_comes_by_itself(watched: Watched) -> None:
    watched.upkeep.start()
    began_s = time.monotonic()
    await eventually(lambda: None if len(watched.turns) >= 10 else f"{len(watched.turns)} turns")
    assert time.monotonic() - began_s >= 9 / TURNS
    assert watched.looks <= len(watched.turns)


async def test_a_turn_that_fails_does_not_stop_the_clock(watched: Watched) -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    watched.fails = True
    watched.upkeep.start()
    await eventually(lambda: None if told else "it did not fail yet")
    watched.fails = False
    came = len(watched.turns)
    await eventually(lambda: None if len(watched.turns) >= came + 3 else f"{len(watched.turns) - came} turns more")


async def test_after_its_end_no_picture_brings_a_turn(watched: Watched) -> None:
    watched.now_s = FULL_S
    watched.upkeep.start()
    watched.upkeep.stop()
    watched.at(3)
    assert watched.turns == []
