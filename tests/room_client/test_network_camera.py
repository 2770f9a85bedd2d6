"""An RTSP camera (RFC 2326, interleaved), made of a film: what it sends reaches the rooms unchanged."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from room_client.packetising import h264_payloads, nal_type, split_annex_b
from room_client.sources.cameras import NetworkCamera
from room_client.sources.contract import EncodedFrame, SourceProblem, SourceUnusable
from room_client.sources.feed import Feed
from room_client.sources.files import VideoFile
from signaling.wire.rtp import NAL_IDR, NAL_PPS, NAL_SPS, pack_packet
from tests.room_client.test_sources import make_film, read
from tests.waiting import eventually


class Camera:
    """Serves one film, over and over, to whoever asks; key frames without SPS and PPS, as many cameras do."""

    def __init__(self, film: Path) -> None:
        source = VideoFile(str(film))
        source.open("h264")
        self.pictures = [list(split_annex_b(f.data)) for f in read(source, 20)]
        source.close()
        self.sets = [u for u in self.pictures[0] if nal_type(u) in (NAL_SPS, NAL_PPS)]
        self.pictures = [[u for u in units if u not in self.sets] for units in self.pictures]
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return f"rtsp://user:secret@127.0.0.1:{self._server.sockets[0].getsockname()[1]}/live"

    async def hang_up(self) -> None:
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self.hang_up()
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        talk = asyncio.create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        playing: asyncio.Task[None] | None = None
        try:
            while request := (await reader.readuntil(b"\r\n\r\n")).decode().lstrip():
                method = request.split(" ", 1)[0]
                number = next(line for line in request.split("\r\n") if line.lower().startswith("cseq"))
                lines, body = ["RTSP/1.0 200 OK", number, "Session: 1"], ""
                if method == "OPTIONS":
                    lines.append("Public: DESCRIBE, SETUP, PLAY, TEARDOWN")
                elif method == "DESCRIBE":
                    body = self._description()
                    lines += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
                elif method == "SETUP":
                    lines.append("Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
                writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
                if method == "PLAY" and playing is None:
                    playing = asyncio.create_task(self._play(writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if playing is not None:
                playing.cancel()
                await asyncio.gather(playing, return_exceptions=True)
            writer.close()

    def _description(self) -> str:
        sets = ",".join(base64.b64encode(unit).decode() for unit in self.sets)
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
            "c=IN IP4 0.0.0.0\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"
            f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sets}\r\n"
        )

    async def _play(self, writer: asyncio.StreamWriter) -> None:
        sequence = 65_530
        for count in range(10_000):
            payloads = h264_payloads(self.pictures[count % len(self.pictures)])
            for index, payload in enumerate(payloads):
                packet = pack_packet(96, index == len(payloads) - 1, sequence, count * 3600, 5, payload)
                sequence += 1
                writer.write(b"$\x00" + len(packet).to_bytes(2, "big") + packet)
            await writer.drain()
            await asyncio.sleep(0.04)


@pytest.fixture
async def camera(tmp_path: Path) -> AsyncIterator[Camera]:
    camera = Camera(make_film(tmp_path / "film.mp4"))
    yield camera
    await camera.close()


async def test_a_camera_is_passed_through_and_comes_back(camera: Camera) -> None:
    frames: list[EncodedFrame] = []
    said: list[SourceUnusable | None] = []
    source = NetworkCamera(await camera.start())
    feed = Feed("camera", source, "h264", lambda frame, at: frames.append(frame), said.append)
    feed.start()
    feed.set_on_air(True)
    await eventually(lambda: "" if len(frames) > 25 else f"{len(frames)} pictures, {said}", 20)
    assert source.passed_through
    assert frames[0].key
    sent = {tuple(units) for units in camera.pictures}
    for frame in frames:
        units = list(split_annex_b(frame.data))
        own = [u for u in units if nal_type(u) not in (NAL_SPS, NAL_PPS)]
        assert tuple(own) in sent
        if frame.key:
            assert [u for u in units if nal_type(u) in (NAL_SPS, NAL_PPS)] == camera.sets
            assert NAL_IDR in map(nal_type, units)
    steps = [b.ticks - a.ticks for a, b in pairwise(frames)]
    assert min(steps) > 0
    assert sorted(steps)[len(steps) // 2] == 3600
    count = len(frames)
    await camera.hang_up()
    await eventually(lambda: "" if said else "the end of the camera was not noticed")
    problem = said[0]
    assert problem is not None
    assert problem.problem is SourceProblem.ENDED
    assert "secret" not in problem.detail
    await eventually(lambda: "" if len(frames) > count + 5 else "did not come back", 20)
    assert said[-1] is None
    assert camera.connections == 2
    await feed.stop()
