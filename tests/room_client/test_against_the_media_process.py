"""Rooms and the real media process (`python -m server.media`) behind the test server's signalling."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from room_client.fleet import Fleet
from room_client.link import LinkEnd
from room_client.room import RoomOptions
from signaling.channel import Channel, connected_socket
from signaling.messages import Joined, Purpose, StageView
from signaling.ports import LinkOpened, OpenLink, SetStage
from signaling.refusals import Refusal, RefusalCode, Refused
from signaling.wire.slots import SlotName
from tests.room_client.conftest import Seen, Server
from tests.waiting import eventually

DESK = "22"


class MediaServer(Server):
    """Keys are room codes here; links are opened by the real media process."""

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._rooms: dict[str, tuple[str, Purpose]] = {}
        self._count = 0
        self.process: asyncio.subprocess.Process | None = None
        self._channel: Channel | None = None
        self._pump: asyncio.Task[None] | None = None
        self.floor: str | None = None

    async def start_media(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.media", "--listen", f"127.0.0.1:{self._port}",
            "--run-directory", str(self._directory), "--codec", self.codec,
        )  # fmt: skip
        found: list[socket.socket] = []

        def reason() -> str:
            try:
                found.append(connected_socket(self._directory / "media.sock"))
            except OSError:
                return "the media process does not listen"
            return ""

        await eventually(reason)
        reader, writer = await asyncio.open_unix_connection(sock=found[0])
        self._channel = Channel(reader, writer)
        self._pump = asyncio.create_task(self._read(self._channel), name="reads the channel")
        await self.give_floor(self.floor)

    async def end_media(self, number: signal.Signals = signal.SIGTERM) -> None:
        assert self.process is not None
        assert self._pump is not None
        assert self._channel is not None
        self.process.send_signal(number)
        await self.process.wait()
        await self._pump
        await self._channel.close()
        self._channel = None

    async def give_floor(self, code: str | None) -> None:
        self.floor = code
        assert self._channel is not None
        await self._channel.request(
            SetStage(live=True, closed=False, audience=None, floor=code, record=False, desk=DESK)
        )
        for sid in self._rooms:
            await self._tell(sid)

    async def _read(self, channel: Channel) -> None:
        async for _ in channel.frames():
            pass

    async def _tell(self, sid: str) -> None:
        code, _ = self._rooms[sid]
        view = StageView(
            room_code=code, room_name=code, reception_state="open", in_audience=True, has_floor=code == self.floor
        )
        await self.socket.emit("stage", view.model_dump(mode="json"), to=sid, namespace="/room")

    async def _connect(self, sid: str, environ: dict[str, object], auth: dict[str, str]) -> None:
        self._rooms[sid] = (auth["key"], Purpose(auth["purpose"]))
        await self._tell(sid)

    async def _join(self, sid: str, data: dict[str, str]) -> dict[str, object]:
        self._count += 1
        code, purpose = self._rooms[sid]
        refusal = Refusal(code=RefusalCode.MEDIA_NOT_RUNNING)
        if self._channel is not None:
            try:
                reply = await self._channel.request(
                    OpenLink(link=f"l{self._count}", room=code, purpose=purpose, sdp=data["sdp"])
                )
                assert isinstance(reply, LinkOpened)
                return Joined(link=reply.link, sdp=reply.sdp).model_dump(mode="json")
            except Refused as refused:
                refusal = refused.refusal
        return {"refusal": refusal.model_dump(mode="json")}


@pytest.fixture(params=["h264", "vp8"])
async def media(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[MediaServer]:
    server = MediaServer(tmp_path)
    server.codec = request.param
    await server.start()
    await server.start_media()
    yield server
    await server.close()
    await server.end_media()


def options(server: MediaServer, code: str, purpose: Purpose = Purpose.ROOM) -> RoomOptions:
    return RoomOptions(server.url, code, purpose)


async def test_floor_goes_from_room_to_room(media: MediaServer) -> None:
    codes = ("10001", "10002", "10003")
    seen = [Seen() for _ in range(4)]
    rooms = [options(media, code) for code in codes]
    async with Fleet([*rooms, options(media, DESK, Purpose.DESK)], seen) as fleet:
        assert await fleet.until_joined() == 4
        watcher, spectator = seen[2], fleet.rooms[2]
        await eventually(lambda: "" if SlotName.DESK_VIDEO in watcher.first else "no picture of the desk")
        for code in codes[:2]:
            keys = watcher.key_frames.count(SlotName.FLOOR_VIDEO)
            await media.give_floor(code)
            await eventually(
                lambda keys=keys: (
                    "" if watcher.key_frames.count(SlotName.FLOOR_VIDEO) > keys else "no picture of the floor"
                )
            )
            if media.codec == "h264":
                await eventually(
                    lambda code=code: (
                        "" if watcher.labels[-1] == (SlotName.FLOOR_VIDEO, code) else str(watcher.labels)
                    )
                )
        await eventually(lambda: "" if SlotName.FLOOR_AUDIO in watcher.first else "no sound of the floor")
        counts = spectator.counts()
        assert counts is not None
        assert counts.undecryptable == counts.unknown == 0
        assert sum(c.lost for c in counts.slots.values()) == 0
        statistics = fleet.statistics()
        assert (statistics.rooms, statistics.joined, statistics.on_air) == (4, 4, 2)
        assert statistics.receiving == 3


@pytest.mark.parametrize("media", ["h264"], indirect=True)
async def test_media_process_killed_and_started_again(media: MediaServer) -> None:
    seen = [Seen(), Seen()]
    rooms = [options(media, "10001"), options(media, DESK, Purpose.DESK)]
    async with Fleet(rooms, seen) as fleet:
        await fleet.until_joined()
        await eventually(lambda: "" if fleet.rooms[0].receiving() else "receives nothing")
        await media.end_media(signal.SIGKILL)
        await eventually(lambda: "" if seen[0].ends else "not noticed", 5)
        assert seen[0].ends[0] in (LinkEnd.SERVER_GONE, LinkEnd.SILENT)
        await media.start_media()
        await eventually(lambda: "" if fleet.rooms[0].receiving() else "receives nothing after the restart", 15)
        assert fleet.rooms[0].joins == 2


async def test_fleet_wants_an_observer_for_each_room() -> None:
    with pytest.raises(ValueError, match="came 1 observers for 2 rooms"):
        Fleet([RoomOptions("http://127.0.0.1:9", "1")] * 2, [Seen()])


async def test_fleet_that_cannot_join_ends_cleanly() -> None:
    fleet = Fleet([RoomOptions("http://127.0.0.1:9", "1")] * 3)
    async with fleet:
        assert await fleet.until_joined(timeout_s=0.5) == 0
        assert fleet.outcomes() == [None] * 3
    assert fleet.statistics().joined == 0
