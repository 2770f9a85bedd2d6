"""What a room tells the server by itself: its devices when they change, and every two seconds what it received."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from room_client.kept_signalling import KeptSignalling
from room_client.link import LinkCounts
from room_client.signalling import Signalling
from room_client.sources.contract import SourceProblem, SourceUnusable
from signaling.messages import Devices, DeviceState, Received
from signaling.wire.slots import Upstream

RECEIVED_INTERVAL_S = 2.0


def received(counts: LinkCounts) -> Received:
    video = [c for slot, c in counts.slots.items() if slot.is_video]
    audio = [c for slot, c in counts.slots.items() if not slot.is_video]
    return Received(
        video_packets=sum(c.packets for c in video),
        audio_packets=sum(c.packets for c in audio),
        lost_packets=sum(max(0, c.lost) for c in video + audio),
        frames=sum(c.frames for c in video),
    )


def state_of(problem: SourceUnusable | None) -> DeviceState:
    """The one word for a device; as the page has it, one that is there and gives nothing is blocked."""
    if problem is None:
        return DeviceState.OK
    blocked = problem.problem in (SourceProblem.NOT_PERMITTED, SourceProblem.SILENT)
    return DeviceState.BLOCKED if blocked else DeviceState.MISSING


class Reporting:
    """`run` it as a task."""

    def __init__(
        self, signalling: KeptSignalling, counts: Callable[[], LinkCounts | None], absent: frozenset[Upstream]
    ) -> None:
        """`absent`: what this room has no device for by its own wish."""
        self._signalling = signalling
        self._counts = counts
        self._changed = asyncio.Event()
        self._devices = {
            upstream: DeviceState.OFF if upstream in absent else DeviceState.OK
            for upstream in (Upstream.CAMERA, Upstream.MICROPHONE)
        }

    def device(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        """How a device fares; None: well."""
        if upstream in self._devices:
            self._devices[upstream] = state_of(problem)
            self._changed.set()

    async def prove(self, within_s: float) -> None:
        """Report now, and give the connection up if the server does not acknowledge."""
        if (counts := self._counts()) is not None:
            await self._signalling.prove(received(counts), within_s)

    async def run(self) -> None:
        told: Signalling | None = None
        while True:
            signalling = await self._signalling.connected()
            while self._counts() is None and not signalling.lost.done():
                await asyncio.wait((signalling.lost,), timeout=0.1)  # a room that has not joined tells nothing
            if signalling is not told or self._changed.is_set():
                told = signalling
                self._changed.clear()
                await signalling.send(
                    Devices(camera=self._devices[Upstream.CAMERA], microphone=self._devices[Upstream.MICROPHONE])
                )
            try:
                async with asyncio.timeout(RECEIVED_INTERVAL_S):
                    await self._changed.wait()
            except TimeoutError:
                if (counts := self._counts()) is not None:
                    await self._signalling.prove(received(counts))
