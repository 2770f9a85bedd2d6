"""A reception that runs and is recorded: real media and recorder processes, a desk with a real picture, rooms."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from signaling.messages import LinkState, Purpose
from signaling.ports import LinkChanged
from signaling.wire.slots import SlotName, Upstream
from tests.recordings.conftest import RecorderProcess
from tests.recordings.media import FRAME_RATE, pictures, sounds
from tests.recordings.probing import probe
from tests.server.media.wire import DESK, End, Media, connected, until_more
from tests.waiting import eventually

ROOMS = ("06649", "06652", "06655")
RECORDING = "r7-hostile"


class Camera:
    """The desk's picture and sound, really encoded, until `stop`."""

    def __init__(self, end: End) -> None:
        self._end = end
        self._clip = pictures()
        self._sound = sounds()
        self.pictures_sent = 0
        self._task = asyncio.create_task(self._play(), name="desk's camera")

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _play(self) -> None:
        started_s, picture, sound, shift = time.monotonic(), 0, 0, 0
        while True:
            elapsed_s = time.monotonic() - started_s
            while sound <= elapsed_s * 50:
                self._send(Upstream.MICROPHONE, [self._sound[sound % len(self._sound)]], sound * 960, False)
                sound += 1
            while picture <= elapsed_s * FRAME_RATE:
                if self._end.heard.wanted:
                    self._end.heard.wanted = []
                    shift += -(picture + shift) % 15  # the clip has a key frame every 15 pictures
                shown = self._clip[(picture + shift) % len(self._clip)]
                self._send(Upstream.CAMERA, list(shown.payloads), picture * 90_000 // FRAME_RATE, True)
                picture += 1
                self.pictures_sent += 1
            await asyncio.sleep(0.01)

    def _send(self, upstream: Upstream, payloads: list[bytes], timestamp: int, marker: bool) -> None:
        if (sender := self._end.link.sender(upstream)) is not None:
            sender.send_frame(payloads, timestamp, marker=marker, now=time.monotonic())


@dataclass
class Received:
    """What one room had received at a moment."""

    packets: int
    undecryptable: int
    ended: bool


@dataclass
class Reception:
    media: Media
    recorder: RecorderProcess
    process: psutil.Process
    log: Path
    camera: Camera
    desk: End
    rooms: list[End] = field(default_factory=list)

    def received(self) -> list[Received]:
        counts = [(room.link.counts(), room) for room in self.rooms]
        return [
            Received(c.slots[SlotName.DESK_VIDEO].packets, c.undecryptable, room.link.ended.done())
            for c, room in counts
        ]

    def closed(self) -> list[LinkChanged]:
        return [f for f in self.media.told if isinstance(f, LinkChanged) and f.state is LinkState.CLOSED]

    def log_lines(self) -> int:
        return self.log.read_text().count("\n")

    def memory_mb(self) -> float:
        return self.process.memory_info().rss / 1e6

    def upstream_ssrcs(self) -> list[int]:
        return [
            int(found)
            for end in (self.desk, *self.rooms)
            for found in re.findall(r"a=ssrc:(\d+)", end.link.offer())
        ]

    def own_ports(self) -> list[int]:
        """The rooms' own sockets, which are connected to the media port."""
        found = psutil.Process().net_connections("udp4")
        return [one.laddr.port for one in found if one.raddr and one.raddr.port == self.media.port]

    async def everybody_receives(self, packets: int = 15) -> None:
        for room in self.rooms:
            await until_more(room, SlotName.DESK_VIDEO, packets=packets)
            await until_more(room, SlotName.DESK_AUDIO, packets=packets)

    async def sealed_whole(self, gaps_allowed: bool = False) -> None:
        """End the recording; it plays, and has every picture and no gap, or says that packets were lost there."""
        await self.recorder.set(RECORDING, "ended")
        sealed = await self.recorder.sealed_as(RECORDING)
        gaps = self.recorder.manifest(RECORDING)["gaps"]
        seen = probe(self.recorder.recordings / RECORDING / sealed.file)
        assert len(seen.video_times) == sealed.video_frames
        if gaps_allowed:
            assert {gap["reason"] for gap in gaps} <= {"packets_lost"}, gaps
            return
        assert gaps == [], gaps
        steps = [later - earlier for earlier, later in zip(seen.video_times, seen.video_times[1:], strict=False)]
        assert max(steps) < 3 / FRAME_RATE, "pictures are missing"
        assert abs(sealed.audio_seconds - sealed.seconds) < 0.2


@asynccontextmanager
async def recorded_reception(directory: Path) -> AsyncIterator[Reception]:
    """Everything ends cleanly afterwards, and the media process with status 0."""
    run, log = directory / "run", directory / "media.log"
    run.mkdir()
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.media", "--listen", "127.0.0.1:0", "--run-directory", str(run)),
            stderr=errors,
        )
    recorder = RecorderProcess(directory, segment_minutes=0.05)
    try:
        media = Media(run, await connected(run / "media.sock"))
        listening = asyncio.create_task(media.listen())
        await recorder.start()
        await media.stage()
        desk = await media.join(DESK, Purpose.DESK)
        camera = Camera(desk)
        try:
            rooms = [await media.join(code) for code in ROOMS]
            reception = Reception(media, recorder, psutil.Process(process.pid), log, camera, desk, rooms)
            await recorder.set(RECORDING, "recording")
            await reception.everybody_receives()
            await recorder.until_grew("recording", lambda grew: grew.growing and grew.seconds > 0.5)
            await eventually(lambda: not media.shown("desk") and "no desk on the stage")
            yield reception
        finally:
            await camera.stop()
            for end in media.ends:
                await end.close()
            await media.channel.close()
            await listening
    finally:
        assert await recorder.stop() == 0
        if process.returncode is None:
            process.terminate()
        assert await process.wait() == 0, log.read_text()[-2000:]
