"""Many rooms in one process: `Fleet` for rehearsals and the demonstration, `CountingFleet` for measuring.

Rooms that only receive cost one UDP socket and one Socket.IO connection each; nothing is decoded, and only
rooms on air encode. See `room_client.udp_path` for why a received packet is cheap, and `room_client.counting`
for a much cheaper one that is counted and hardly more.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from room_client.counting.link import CountingCounts
from room_client.counting.path import Shared
from room_client.counting.room import CountingRoom
from room_client.room import Room, RoomObserver, RoomOptions, RoomOutcome, RoomState

START_SPACING_S = 0.02  # 100 rooms in 2 s: a province switching on, not a stampede
STOPS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class FleetStatistics:
    """Sums over the rooms' present links."""

    rooms: int
    joined: int
    receiving: int
    on_air: int
    packets: int
    bytes: int
    lost: int
    datagrams: int
    undecryptable: int
    refused: int


class Fleet:
    """`async with Fleet(options): …` or `start` and `stop`. `rooms` are in the order of the options."""

    def __init__(
        self,
        options: Sequence[RoomOptions],
        observers: Sequence[RoomObserver] | None = None,
        start_spacing_s: float = START_SPACING_S,
    ) -> None:
        """`observers`: one for each room, in the same order. Raises ValueError if their number differs."""
        if observers is not None and len(observers) != len(options):
            raise ValueError(f"came {len(observers)} observers for {len(options)} rooms")
        self._changed = asyncio.Event()
        watcher = _StateWatcher(self._changed)
        self.rooms = [
            Room(option, *((observers[index],) if observers else ()), watcher)
            for index, option in enumerate(options)
        ]
        self._start_spacing_s = start_spacing_s
        self._runs: list[asyncio.Task[RoomOutcome]] = []
        self._starting: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Fleet:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def start(self) -> None:
        """Start the rooms one after the other, in the background."""
        self._starting = asyncio.create_task(self._start(), name="fleet start")

    async def until_joined(self, count: int | None = None, timeout_s: float = 30.0) -> int:
        """Wait until `count` rooms (default all) are joined; how many are, at the latest after `timeout_s`."""
        wanted = len(self.rooms) if count is None else count
        try:
            async with asyncio.timeout(timeout_s):
                while self._joined() < wanted:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pass
        return self._joined()

    async def stop(self) -> None:
        """End every room and wait for it, a few at a time so that goodbyes are not lost in a burst."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
            self._starting = None
        for first in range(0, len(self._runs), STOPS_AT_ONCE):
            for room in self.rooms[first : first + STOPS_AT_ONCE]:
                room.stop()
            await asyncio.gather(*self._runs[first : first + STOPS_AT_ONCE], return_exceptions=True)
        self._runs.clear()

    def outcomes(self) -> list[RoomOutcome | None]:
        """Of rooms that ended by themselves; None for those that still live."""
        return [run.result() if run.done() and not run.cancelled() else None for run in self._runs]

    def statistics(self) -> FleetStatistics:
        counts = [c for room in self.rooms if (c := room.counts()) is not None]
        slots = [slot for c in counts for slot in c.slots.values()]
        return FleetStatistics(
            rooms=len(self.rooms),
            joined=self._joined(),
            receiving=sum(room.receiving() for room in self.rooms),
            on_air=sum(room.on_air for room in self.rooms),
            packets=sum(s.packets for s in slots),
            bytes=sum(s.bytes for s in slots),
            lost=sum(max(0, s.lost) for s in slots),
            datagrams=sum(c.datagrams for c in counts),
            undecryptable=sum(c.undecryptable for c in counts),
            refused=sum(room.state is RoomState.REFUSED for room in self.rooms),
        )

    def _joined(self) -> int:
        return sum(room.state is RoomState.JOINED for room in self.rooms)

    async def _start(self) -> None:
        for room in self.rooms:
            self._runs.append(asyncio.create_task(room.run(), name="fleet room"))
            await asyncio.sleep(self._start_spacing_s)


class CountingFleet:
    """Rooms that join and count. `start`, wait with `until`, `stop`."""

    def __init__(self, server_url: str, keys: Sequence[str], jpegs: Sequence[bytes] = ()) -> None:
        """`jpegs`: small pictures that the rooms send in turn while the province looks; 4,992 bytes at most."""
        self._shared = Shared()
        self.changed = asyncio.Event()
        pictures = itertools.cycle(jpegs or (b"",))
        self.rooms = [
            CountingRoom(self._shared, server_url, key, self.changed.set, jpeg)
            for key, jpeg in zip(keys, pictures, strict=False)
        ]
        self._starting: asyncio.Task[None] | None = None

    def start(self, spacing_s: float) -> None:
        """Start the rooms in the background, one every `spacing_s`; 0: all in the same moment."""
        self._starting = asyncio.create_task(self._start(spacing_s), name="counting fleet start")

    async def _start(self, spacing_s: float) -> None:
        for room in self.rooms:
            room.start()
            if spacing_s:
                await asyncio.sleep(spacing_s)

    async def until(self, holds: Callable[[], bool], within_s: float) -> bool:
        """Wait until `holds()`, looked at whenever a room saw something; False after `within_s`."""
        try:
            async with asyncio.timeout(within_s):
                while not holds():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            return False
        return True

    def counts(self) -> CountingCounts:
        return sum((room.counts() for room in self.rooms), CountingCounts())

    async def stop(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
            self._starting = None
        for first in range(0, len(self.rooms), STOPS_AT_ONCE):
            await asyncio.gather(*(room.stop() for room in self.rooms[first : first + STOPS_AT_ONCE]))
        self._shared.close()


class _StateWatcher(RoomObserver):
    """Tells the fleet that some room's state changed."""

    def __init__(self, changed: asyncio.Event) -> None:
        self._changed = changed

    def on_state(self, state: RoomState) -> None:
        self._changed.set()
