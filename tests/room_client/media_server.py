"""The test server's signalling in front of the real media process (`python -m server.media`)."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
from pathlib import Path

from signaling.channel import Channel, connected_socket
from signaling.messages import Joined, LineView, Paths, Purpose, StageView
from signaling.ports import CloseLink, LinkOpened, OpenLink, RestartLink, SetStage
from signaling.refusals import Refusal, RefusalCode, Refused
from tests.room_client.conftest import Server
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
        self._links: dict[str, str] = {}  # of each room the last one
        self.process: asyncio.subprocess.Process | None = None
        self._channel: Channel | None = None
        self._pump: asyncio.Task[None] | None = None
        self.floor: str | None = None
        self.paths = Paths()
        self.joins: list[str] = []  # codes of the rooms that joined
        self.restarts: list[str] = []  # links
        self.media_port = self._port
        self.through: dict[str, int] = {}  # rooms whose answers name another port: a middlebox's
        self.socket.on("restart", self._restart, namespace="/room")

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
            room_code=code, room_name=code, reception_state="open", in_audience=True, has_floor=code == self.floor,
            desk_present=True,
        )  # fmt: skip
        await self.socket.emit("stage", view.model_dump(mode="json"), to=sid, namespace="/room")

    async def _connect(self, sid: str, environ: dict[str, object], auth: dict[str, str]) -> None:
        self._rooms[sid] = (auth["key"], Purpose(auth.get("purpose", "room")))
        self.sids.append(sid)
        await self.socket.emit("paths", self.paths.model_dump(mode="json"), to=sid, namespace="/room")
        await self._tell(sid)

    async def tell_line(self, view: LineView) -> None:
        await self.socket.emit("line", view.model_dump(mode="json"), namespace="/room")

    async def _join(self, sid: str, data: dict[str, str]) -> dict[str, object]:
        self._count += 1
        code, purpose = self._rooms[sid]
        self.joins.append(code)
        before, link = self._links.get(code), f"l{self._count}"
        answer = await self._open(code, OpenLink(link=link, room=code, purpose=purpose, sdp=data["sdp"]))
        self._links[code] = link
        if before is not None and self._channel is not None:  # as the server does
            self._channel.send(CloseLink(link=before))
        return answer

    async def _restart(self, sid: str, data: dict[str, str]) -> dict[str, object]:
        code, _ = self._rooms[sid]
        link = self._links.get(code)
        if link is None:
            return {"refusal": Refusal(code=RefusalCode.ROOM_NOT_CONNECTED).model_dump(mode="json")}
        self.restarts.append(link)
        return await self._open(code, RestartLink(link=link, sdp=data["sdp"]))

    async def forget_links(self) -> None:
        """As a server that was started anew, and ended what it found."""
        for link in self._links.values():
            if self._channel is not None:
                self._channel.send(CloseLink(link=link))
        self._links.clear()

    async def _open(self, code: str, wish: OpenLink | RestartLink) -> dict[str, object]:
        refusal = Refusal(code=RefusalCode.MEDIA_NOT_RUNNING)
        if self._channel is not None:
            try:
                reply = await self._channel.request(wish)
                assert isinstance(reply, LinkOpened)
                port = self.through.get(code, self._port)
                sdp = re.sub(rf"\b{self._port} typ host", f"{port} typ host", reply.sdp)
                return Joined(link=reply.link, sdp=sdp).model_dump(mode="json")
            except Refused as refused:
                refusal = refused.refusal
        return {"refusal": refusal.model_dump(mode="json")}
