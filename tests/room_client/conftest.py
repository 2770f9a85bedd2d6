"""A small real server for the room: aiohttp, python-socketio, and a stock aiortc peer that answers its offer."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from fractions import Fraction
from typing import Any

import aioice.ice
import av
import numpy as np
import pytest
import socketio
from aiohttp import web
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from room_client.observing import RoomObserver, RoomState
from room_client.sources.contract import SourceUnusable
from signaling.messages import LineView, LinkEnded, StageView
from signaling.refusals import Refusal, RefusalCode
from signaling.wire.slots import SlotName, Upstream
from tests.waiting import eventually

KEY = "a-good-key"


class Pictures(MediaStreamTrack):
    """A small moving picture, ten times a second, by absolute deadlines."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._start = time.monotonic()

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(max(0.0, self._start + self._count / 10 - time.monotonic()))
        if self.readyState != "live":
            raise MediaStreamError
        grey = np.full((144, 128), (self._count * 5) % 200, dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(grey, format="yuv420p")
        frame.pts, frame.time_base = self._count * 9000, Fraction(1, 90_000)
        self._count += 1
        return frame


class Sound(MediaStreamTrack):
    """Silence in pieces of 20 ms."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._start = time.monotonic()

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(max(0.0, self._start + self._count / 50 - time.monotonic()))
        if self.readyState != "live":
            raise MediaStreamError
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1920), dtype=np.int16), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._count * 960, Fraction(1, 48_000)
        self._count += 1
        return frame


class Answerer:
    """One stock peer: sends a picture and a sound down, decodes what the room sends up."""

    def __init__(self) -> None:
        self.peer = RTCPeerConnection(
            # the default leaves the second and later audio m-lines of a bundle on a transport of their own
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.pictures = self.key_pictures = self.sounds = 0
        self.size = (0, 0)
        self._readers: list[asyncio.Task[None]] = []
        self.peer.on("track", self._track)

    async def answer(self, offer: str, codec: str) -> str:
        await self.peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        transceivers = self.peer.getTransceivers()
        places = {2: Pictures(), 5: Sound()} if len(transceivers) == 8 else {}
        for index, track in places.items():
            transceivers[index].sender.replaceTrack(track)
            transceivers[index].direction = "sendonly"
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        sdp = self.peer.localDescription.sdp
        if codec == "vp8":  # a stock peer would take the first codec offered
            lines = sdp.split("\r\n")
            sdp = "\r\n".join(
                re.sub(r"SAVPF 102 .*", "SAVPF 96 97", line) if line.startswith("m=video") else line
                for line in lines
            )
        return sdp

    def ask_for_key_frame(self) -> None:
        """aiortc offers no public call for a PLI."""
        receiver = self.peer.getTransceivers()[0].receiver
        source = receiver.getSynchronizationSources()[0].source
        task = asyncio.ensure_future(receiver._send_rtcp_pli(source))
        self._readers.append(task)

    def _track(self, track: MediaStreamTrack) -> None:
        self._readers.append(asyncio.ensure_future(self._read(track)))

    async def _read(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, av.VideoFrame):
                self.pictures += 1
                self.key_pictures += frame.key_frame
                self.size = (frame.width, frame.height)
            else:
                self.sounds += 1

    async def close(self) -> None:
        await self.peer.close()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)


class Server:
    """Speaks the namespace /room as PROTOCOL.md has it; keeps what rooms sent."""

    def __init__(self) -> None:
        self.codec = "h264"
        self.socket = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins=[])
        self.answerers: list[Answerer] = []
        self.received: list[dict[str, int]] = []
        self.devices: list[dict[str, str]] = []
        self.hands: list[bool] = []
        self.pictures: list[dict[str, object]] = []
        self.helped: list[dict[str, Any]] = []
        self.checked: list[dict[str, Any]] = []
        self.leaves = 0
        self.sids: list[str] = []
        self.url = ""
        self.refuse_join: Refusal | None = None
        self.stage = StageView(room_code="06649", room_name="Hồng Hải", reception_state="open", in_audience=True)
        self._runner: web.AppRunner | None = None
        for name, handler in (
            ("connect", self._connect),
            ("join", self._join),
            ("received", self._received),
            ("devices", self._devices),
            ("hand", self._hand),
            ("picture", self._picture),
            ("helped", self._helped),
            ("checked", self._checked),
            ("leave", self._leave),
        ):
            self.socket.on(name, handler, namespace="/room")

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        self.socket.attach(app)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def close(self) -> None:
        await self.socket.shutdown()
        for answerer in self.answerers:
            await answerer.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def show(self, **changes: object) -> None:
        """Change the stage and send it to everybody."""
        self.stage = self.stage.model_copy(update=changes)
        await self.socket.emit("stage", self.stage.model_dump(mode="json"), namespace="/room")

    async def end_links(self, code: RefusalCode, rejoin: bool, link: str = "") -> None:
        message = LinkEnded(link=link, refusal=Refusal(code=code), rejoin=rejoin)
        await self.socket.emit("link_ended", message.model_dump(mode="json"), namespace="/room")

    async def _connect(self, sid: str, environ: dict[str, object], auth: dict[str, str]) -> None:
        if auth["key"] != KEY:
            refusal = Refusal(code=RefusalCode.BAD_KEY, text="Khóa phòng không đúng.")
            raise socketio.exceptions.ConnectionRefusedError("bad_key", refusal.model_dump(mode="json"))
        self.sids.append(sid)
        await self.socket.emit("stage", self.stage.model_dump(mode="json"), to=sid, namespace="/room")

    async def _join(self, sid: str, data: dict[str, str]) -> dict[str, object]:
        if self.refuse_join is not None:
            return {"refusal": self.refuse_join.model_dump(mode="json")}
        answerer = Answerer()
        self.answerers.append(answerer)
        return {"link": f"l{len(self.answerers)}", "sdp": await answerer.answer(data["sdp"], self.codec)}

    async def _received(self, sid: str, data: dict[str, int]) -> None:
        self.received.append(data)

    async def look(self, seen: bool) -> None:
        """The province looks at its rooms, or no longer."""
        await self.socket.emit("wall", {"seen": seen}, namespace="/room")

    async def ask(self, act: str, **more: str) -> dict[str, Any]:
        """The technician asks; what the room answers."""
        number = len(self.helped) + 1
        await self.socket.emit("help", {"number": number, "act": act, **more}, namespace="/room")
        await eventually(lambda: "" if len(self.helped) >= number else f"no answer to {act}", 20)
        assert self.helped[-1]["number"] == number
        return self.helped[-1]

    async def _helped(self, sid: str, data: dict[str, Any]) -> None:
        self.helped.append(data)

    async def _checked(self, sid: str, data: dict[str, Any]) -> None:
        self.checked.append(data)

    async def _picture(self, sid: str, data: dict[str, object]) -> None:
        self.pictures.append(data)

    async def _devices(self, sid: str, data: dict[str, str]) -> None:
        self.devices.append(data)

    async def _hand(self, sid: str, data: dict[str, bool]) -> None:
        self.hands.append(data["raised"])

    async def _leave(self, sid: str, data: object) -> None:
        self.leaves += 1


class Witness:
    """A link's observer to whom nothing is of interest."""

    def first_packet(self, slot: SlotName, at: float) -> None: ...

    def key_frame(self, slot: SlotName, at: float, rtp_time: int) -> None: ...

    def label(self, slot: SlotName, at: float, label: str) -> None: ...

    def key_frame_wanted(self, upstream: Upstream) -> None: ...


class Seen(RoomObserver):
    """Keeps everything a room tells."""

    def __init__(self) -> None:
        self.states: list[RoomState] = []
        self.stages: list[StageView] = []
        self.first: dict[SlotName, float] = {}
        self.key_frames: list[SlotName] = []
        self.labels: list[tuple[SlotName, str]] = []
        self.wanted: list[Upstream] = []
        self.ends: list[object] = []
        self.problems: list[SourceUnusable | None] = []
        self.layers: list[str] = []
        self.looks: list[bool] = []

    def on_state(self, state: RoomState) -> None:
        self.states.append(state)

    def on_stage(self, stage: StageView) -> None:
        self.stages.append(stage)

    def on_first_packet(self, slot: SlotName, at: float) -> None:
        self.first[slot] = at

    def on_key_frame(self, slot: SlotName, at: float) -> None:
        self.key_frames.append(slot)

    def on_test_card(self, slot: SlotName, at: float, label: str) -> None:
        self.labels.append((slot, label))

    def on_key_frame_wanted(self, upstream: Upstream) -> None:
        self.wanted.append(upstream)

    def on_line(self, line: LineView) -> None:
        self.layers.append(line.layer)

    def on_seen(self, seen: bool) -> None:
        self.looks.append(seen)

    def on_link_ended(self, end: object) -> None:
        self.ends.append(end)

    def on_source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        self.problems.append(problem)


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice (under the stock peer) gathers every address but loopback; tests keep to loopback."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    await server.start()
    before = asyncio.all_tasks()
    yield server
    await server.close()
    names = [t.get_name() for t in asyncio.all_tasks() - before if t.get_name().startswith(("room", "fleet"))]
    assert not names, f"tasks left behind: {names}"
