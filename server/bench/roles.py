"""What a process of the load generator can be: a camera, rooms, rooms of Janus, or one half of the self-check.

Every public coroutine is a question that may be asked (`server.bench.worker`); its result is the answer.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from room_client.counting.end import CountingEnd
from room_client.counting.link import CountingCounts, counts_of
from room_client.counting.path import Shared
from room_client.fleet import CountingFleet
from room_client.link import LinkFailed
from server.bench.baseline import direct_delays_us
from server.bench.camera import KEPT, Camera, DeskOutlet, PlainOutlet
from server.bench.material import make_material
from server.bench.peer.janus_room import JanusRoom, JanusSession
from server.bench.plain_sender import PlainReceivers, send_plainly
from signaling.wire.slots import SlotName

JANUS_TRIES = 4
Answer = dict[str, Any]


class CameraRole:
    """`camera_to_desk`, `camera_to_address`; then `stamp` and `departures`, `baseline`."""

    def __init__(self) -> None:
        self._outlet: DeskOutlet | PlainOutlet | None = None
        self._camera: Camera | None = None

    async def camera_to_desk(self, url: str, key: str, sound: bool) -> Answer:
        material = make_material()
        outlet = DeskOutlet(url, key)
        self._outlet = outlet
        await outlet.open()
        self._camera = outlet.camera = Camera(material, outlet, sound)
        return {"packets_per_s": material.packets_per_s}

    async def camera_to_address(self, host: str, port: int, payload_type: int) -> Answer:
        material = make_material()
        self._outlet = PlainOutlet((host, port), payload_type)
        self._camera = Camera(material, self._outlet, sound=False)
        return {"packets_per_s": material.packets_per_s}

    async def stamp(self, wanted: bool) -> Answer:
        if isinstance(self._outlet, DeskOutlet):
            self._outlet.departures = deque(maxlen=KEPT) if wanted else None
        return {}

    async def departures(self) -> Answer:
        kept = self._outlet.departures if isinstance(self._outlet, DeskOutlet) else None
        taken = list(kept or ())
        if kept is not None:
            kept.clear()
        return {"departures": taken}

    async def baseline(self, count: int) -> Answer:
        return {"delays_us": await direct_delays_us(count)}

    async def camera_state(self) -> Answer:
        wanted = self._camera.key_frames_wanted if self._camera else 0
        return {"packets": self._outlet.packets if self._outlet else 0, "key_frames_wanted": wanted}

    async def close(self) -> None:
        if self._camera is not None:
            await self._camera.stop()
        if self._outlet is not None:
            await self._outlet.close()


class RoomsRole:
    """`rooms`, then `start`, `until`, `counts`, `times`, `floor`, `stamp_rooms`, `arrivals`."""

    def __init__(self) -> None:
        self._fleet: CountingFleet | None = None

    @property
    def fleet(self) -> CountingFleet:
        if self._fleet is None:
            raise ValueError("came a question about rooms; allowed is `rooms` first")
        return self._fleet

    async def rooms(self, url: str, keys: list[str], jpegs: Sequence[str] = ()) -> Answer:
        """`jpegs`: small pictures in base64, which the rooms send in turn while the province looks."""
        self._fleet = CountingFleet(url, keys, [base64.b64decode(jpeg, validate=True) for jpeg in jpegs])
        return {}

    async def start(self, spacing_s: float) -> Answer:
        self.fleet.start(spacing_s)
        return {"at": time.monotonic()}

    async def until(self, what: str, within_s: float, label: str = "", since: float = 0.0) -> Answer:
        """`what`: "pictured" (each room's first picture, not before `since`) or "floor" (shows `label`)."""
        rooms = self.fleet.rooms

        def done() -> int:
            if what == "pictured":
                return sum(r.pictured_at is not None and r.pictured_at >= since for r in rooms)
            return sum(r.floor_label == label and r.floor_at >= since for r in rooms)

        await self.fleet.until(lambda: done() == len(rooms), within_s)
        return {"rooms": done()}

    async def times(self) -> Answer:
        """Of each room, on the monotonic clock that all processes of a machine share."""
        rooms = self.fleet.rooms
        return {
            "started": [r.started_at for r in rooms],
            "pictured": [r.pictured_at for r in rooms],
            "floor": [[r.floor_label, r.floor_at] for r in rooms],
            "joins": [r.joins for r in rooms],
            "refused": [r.refusal for r in rooms if r.refusal],
        }

    async def counts(self) -> Answer:
        """Sums over the rooms, and of each room the packets of the desk's picture on its present link."""
        links = [room.link for room in self.fleet.rooms]
        desk = [link.totals()[SlotName.DESK_VIDEO].packets if link is not None else 0 for link in links]
        receiving = sum(packets > 0 for packets in desk)
        return {"counts": asdict(self.fleet.counts()), "desk": desk, "receiving": receiving, **_own_cost()}

    async def inspect_floor(self, wanted: bool) -> Answer:
        for room in self.fleet.rooms:
            room.inspect_floor(wanted)
        return {}

    async def stamp_rooms(self, rooms: list[int], wanted: bool) -> Answer:
        for index in rooms:
            link = self.fleet.rooms[index].link
            if link is not None:
                link.end.path.stamp_arrivals(wanted)
        return {}

    async def arrivals(self, rooms: list[int]) -> Answer:
        """Of the desk's picture: sequence number, timestamp, wall-clock nanoseconds."""
        links = [self.fleet.rooms[index].link for index in rooms]
        taken = []
        for link in links:
            desk = link.slots.get(SlotName.DESK_VIDEO) if link is not None else None
            arrivals = link.end.path.take_arrivals() if link is not None else []
            taken.append([a[1:] for a in arrivals if desk is not None and a.ssrc == desk.ssrc])
        return {"arrivals": taken}

    async def close(self) -> None:
        if self._fleet is not None:
            await self._fleet.stop()


class JanusRole:
    """`janus_rooms`, then `janus_counts`: the same counting ends on a Janus mountpoint."""

    def __init__(self) -> None:
        self._shared: Shared | None = None
        self._session: JanusSession | None = None
        self._rooms: list[JanusRoom] = []

    async def janus_rooms(self, url: str, count: int, mountpoint: int) -> Answer:
        """Adds that many, all at once."""
        if self._shared is None or self._session is None:
            self._shared, self._session = Shared(), JanusSession(url)
            await self._session.open()
        opening = (self._open(self._shared, self._session, mountpoint) for _ in range(count))
        self._rooms += await asyncio.gather(*opening)
        return {}

    async def _open(self, shared: Shared, session: JanusSession, mountpoint: int) -> JanusRoom:
        """Raises LinkFailed after the last try: a busy Janus does not answer every handshake."""
        for _ in range(JANUS_TRIES - 1):
            room = JanusRoom(CountingEnd(shared, self), session, mountpoint)
            try:
                await room.open()
                return room
            except LinkFailed:
                await room.close()
        room = JanusRoom(CountingEnd(shared, self), session, mountpoint)
        await room.open()
        return room

    async def janus_counts(self) -> Answer:
        counts = sum((counts_of(room.end) for room in self._rooms), CountingCounts())
        receiving = sum(any(s.packets for s in room.end.streams.values()) for room in self._rooms)
        ended = sum(room.end.ended.done() for room in self._rooms)
        desk = [counts_of(room.end).packets for room in self._rooms]
        return {"counts": asdict(counts), "desk": desk, "receiving": receiving, "ended": ended, **_own_cost()}

    def key_frame(self, ssrc: int, at: float) -> None:
        """From its first key frame on a stream is only counted."""
        for room in self._rooms:
            if (stream := room.end.streams.get(ssrc)) is not None and stream.key_frame_time >= 0:
                stream.inspected = False

    def label(self, ssrc: int, at: float, label: str) -> None:
        """There are no test cards here."""

    async def close(self) -> None:
        for room in self._rooms:
            await room.close()
        if self._session is not None:
            await self._session.close()
        if self._shared is not None:
            self._shared.close()


class SelfCheckRole:
    """`receive_plainly`, then `plain_counts`; and in another process `send_plainly`."""

    def __init__(self) -> None:
        self._receivers: PlainReceivers | None = None

    async def receive_plainly(self, rooms: int) -> Answer:
        self._receivers = PlainReceivers(rooms)
        return {"ports": self._receivers.ports}

    async def plain_counts(self) -> Answer:
        counts = self._receivers.counts() if self._receivers else CountingCounts()
        return {"counts": asdict(counts), **_own_cost()}

    async def send_plainly(self, ports: list[int], packets_per_s: float, seconds: float) -> Answer:
        return {"sent": await send_plainly(ports, packets_per_s, seconds)}

    async def close(self) -> None:
        if self._receivers is not None:
            await self._receivers.close()


def _own_cost() -> Answer:
    return {"cpu_s": time.process_time(), "at": time.monotonic()}
