"""A real media process and real links to it, over loopback: what a scenario on packets is made of."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from room_client.link import Link
from server.media.workers import worker_socket
from signaling.channel import Channel, connect
from signaling.messages import Purpose
from signaling.ports import Frame, LinkOpened, MediaSnapshot, MediaStatus, OpenLink, SetStage, SlotSwitched
from signaling.wire.slots import SlotName, Upstream
from tests.signaling.wire.packets import DELTA_FRAME, KEY_FRAME, SOUND
from tests.waiting import eventually

DESK = "22"
DESK_SLOTS = (SlotName.DESK_VIDEO, SlotName.DESK_AUDIO)
FLOOR_SLOTS = (SlotName.FLOOR_VIDEO, SlotName.FLOOR_AUDIO)
FRAME_S = 1 / 50


@dataclass
class Heard:
    """What one link observed."""

    first: dict[SlotName, float] = field(default_factory=dict)
    key_frames: list[tuple[SlotName, float]] = field(default_factory=list)
    wanted: list[Upstream] = field(default_factory=list)

    def first_packet(self, slot: SlotName, at: float) -> None:
        self.first[slot] = at

    def key_frame(self, slot: SlotName, at: float, rtp_time: int) -> None:
        self.key_frames.append((slot, at))

    def label(self, slot: SlotName, at: float, label: str) -> None: ...

    def key_frame_wanted(self, upstream: Upstream) -> None:
        self.wanted.append(upstream)


class End:
    """One room's link, and its camera: a picture and a sound every 20 ms while `publish` runs."""

    def __init__(self, room: str, purpose: Purpose) -> None:
        self.room = room
        self.heard = Heard()
        self.link = Link(purpose, self.heard)
        self._publishing: asyncio.Task[None] | None = None

    def packets(self, *slots: SlotName) -> int:
        counts = self.link.counts()
        return sum(c.packets for s, c in counts.slots.items() if not slots or s in slots)

    def publish(self) -> None:
        self._publishing = asyncio.create_task(self._publish())

    async def mute(self) -> None:
        if self._publishing is not None:
            self._publishing.cancel()
            await asyncio.gather(self._publishing, return_exceptions=True)

    async def _publish(self) -> None:
        tick = 0
        while True:
            asked, self.heard.wanted = bool(self.heard.wanted), []
            picture = [KEY_FRAME, b"\x65" + bytes(300)] if asked or tick == 0 else [DELTA_FRAME + bytes(500)]
            if (camera := self.link.sender(Upstream.CAMERA)) is not None:
                camera.send_frame(picture, tick * 1800, marker=True, now=time.monotonic())
            if (microphone := self.link.sender(Upstream.MICROPHONE)) is not None:
                microphone.send_frame([SOUND + bytes(60)], tick * 960, marker=False, now=time.monotonic())
            tick += 1
            await asyncio.sleep(FRAME_S)

    async def close(self) -> None:
        await self.mute()
        await self.link.close()


class Media:
    """The process as control sees it."""

    def __init__(self, directory: Path, channel: Channel) -> None:
        self.directory = directory
        self.channel = channel
        self.told: list[Frame] = []
        self.ends: list[End] = []
        self.port = 0  # known from the first answer
        self.process: asyncio.subprocess.Process | None = None
        self._wish = SetStage(live=True, closed=False, audience=None, floor=None, record=True, desk=DESK)

    async def listen(self) -> None:
        async for frame, _ in self.channel.frames():
            self.told.append(frame)

    async def join(
        self,
        room: str,
        purpose: Purpose = Purpose.ROOM,
        through: Callable[[str], str] = lambda sdp: sdp,
        through_offer: Callable[[str], str] = lambda sdp: sdp,
    ) -> End:
        """`through`, `through_offer`: what becomes of the answer, and of the offer, on their way."""
        end = End(room, purpose)
        self.ends.append(end)
        identity = f"{room}-{len(self.ends)}"
        reply = await self.channel.request(
            OpenLink(link=identity, room=room, purpose=purpose, sdp=through_offer(end.link.offer()))
        )
        if not isinstance(reply, LinkOpened):
            raise TypeError(f"came {reply.__class__.__name__}")
        self.port = int(re.findall(r" (\d+) typ host", reply.sdp)[0])
        await end.link.connect(through(reply.sdp))
        return end

    async def stage(self, **changes: object) -> None:
        self._wish = self._wish.model_copy(update=changes)
        await self.channel.request(self._wish)

    async def status(self) -> MediaSnapshot:
        reply = await self.channel.request(MediaStatus())
        if not isinstance(reply, MediaSnapshot):
            raise TypeError(f"came {reply.__class__.__name__}")
        return reply

    def shown(self, slot: str) -> str | None:
        switches = [f for f in self.told if isinstance(f, SlotSwitched) and f.slot == slot]
        return switches[-1].room if switches else None

    async def until_shown(self, slot: str, room: str | None) -> None:
        await eventually(lambda: self.shown(slot) != room and f"{slot} shows {self.shown(slot)}, not {room}")


async def until_more(end: End, *slots: SlotName, packets: int = 10) -> None:
    """Wait until `packets` more arrive in these slots (any slot, when none is named)."""
    before = end.packets(*slots)
    await eventually(
        lambda: end.packets(*slots) < before + packets and f"{end.packets(*slots) - before} packets came"
    )


async def media_process(directory: Path, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.media",
        "--listen",
        "127.0.0.1:0",
        "--run-directory",
        str(directory),
        *arguments,
    )


async def connected(path: Path) -> Channel:
    channels: list[Channel] = []
    deadline = time.monotonic() + 15
    while not channels:
        try:
            channels.append(await connect(path))
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.01)
    return channels[0]


@asynccontextmanager
async def running_media(directory: Path, worker: int = 0, workers: int = 1) -> AsyncIterator[Media]:
    """A media process, with everybody let go and the process ended cleanly afterwards."""
    process = await media_process(directory, "--worker", str(worker), "--workers", str(workers))
    try:
        media = Media(directory, await connected(directory / worker_socket(worker)))
        media.process = process
        listening = asyncio.create_task(media.listen())
        await media.stage()
        try:
            yield media
        finally:
            for end in media.ends:
                await end.close()
            await media.channel.close()
            await listening
    finally:
        if process.returncode is None:
            process.terminate()
        if (code := await process.wait()) not in (0, -signal.SIGKILL):
            raise AssertionError(f"the media process ended with {code}")
