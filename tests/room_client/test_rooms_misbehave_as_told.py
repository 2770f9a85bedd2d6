"""Faults on purpose: a line that is cut, hung up or loses, a camera that is pulled out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest

from room_client.fault_injection.devices import FaultyDevice
from room_client.fault_injection.faults import LOSS_SHARE, Fault
from room_client.fault_injection.line import FaultyLine
from room_client.fault_injection.room import MisbehavingRoom
from room_client.observing import RoomOptions
from room_client.path import Path
from room_client.sources.contract import SourceProblem, SourceUnusable
from room_client.sources.test_card import TestCard
from tests.waiting import eventually

STUN = b"\x00\x01 a check"


@dataclass
class Server:
    """An echo of TCP that remembers whether its connections live."""

    port: int = 0
    ended: list[bool] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.ended)
        self.ended.append(False)
        try:
            while piece := await reader.read(1000):
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            self.ended[number] = True
            writer.close()


@asynccontextmanager
async def stood_on_a_line(seed: int = 0) -> AsyncIterator[tuple[FaultyLine, Server]]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    line = FaultyLine(f"http://127.0.0.1:{server.port}", seed)
    await line.open()
    try:
        yield line, server
    finally:
        await line.close()
        listening.close()
        await listening.wait_closed()


async def connected(line: FaultyLine) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(line.url.rsplit(":", 1)[1]))


async def test_what_a_cut_line_holds_comes_when_it_is_whole_again() -> None:
    async with stood_on_a_line() as (line, server):
        reader, writer = await connected(line)
        writer.write(b"before")
        assert await reader.readexactly(6) == b"before"
        line.cut()
        writer.write(b"during")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(1), 0.1)
        line.mend()
        assert await reader.readexactly(6) == b"during"
        assert server.ended == [False]
        writer.close()


async def test_the_server_hears_at_once_that_a_room_was_killed() -> None:
    async with stood_on_a_line() as (line, server):
        reader, writer = await connected(line)
        writer.write(b"x")
        await reader.readexactly(1)
        line.cut()
        await line.hang_up()
        await eventually(lambda: None if server.ended == [True] else "the server still believes in it", 5)
        writer.close()


async def test_the_server_hears_nothing_of_a_power_cut_and_the_next_connection_is_a_new_one() -> None:
    async with stood_on_a_line() as (line, server):
        reader, writer = await connected(line)
        writer.write(b"x")
        await reader.readexactly(1)
        line.cut()
        await line.strand()
        writer.close()
        line.mend()
        reader, writer = await connected(line)
        writer.write(b"y")
        assert await reader.readexactly(1) == b"y"
        assert server.ended == [False, False]
        writer.close()


class Ear:
    """A path's owner that counts what arrives."""

    def __init__(self) -> None:
        self.checks = 0
        self.refused = 0

    def dtls_arrived(self, data: bytes) -> None: ...

    def media_arrived(self, data: bytes, now_s: float) -> None: ...

    def stun_arrived(self, path: Path, data: bytes) -> None:
        self.checks += 1

    def path_refused(self, path: Path) -> None:
        self.refused += 1

    def path_failed(self, path: Path) -> None: ...


class Echo(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.came = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.came += 1
        self.transport.sendto(data, addr)


async def test_a_line_that_loses_a_tenth_loses_it_both_ways_and_the_same_each_time() -> None:
    loop = asyncio.get_running_loop()
    transport, echo = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    line, ear = FaultyLine("http://127.0.0.1:1", seed=7), Ear()
    path = line.open_path(transport.get_extra_info("sockname"), ear)
    try:
        path.send(STUN)
        await eventually(lambda: None if ear.checks == 1 else "a whole line lost something", 5)
        line.loss = LOSS_SHARE
        kept = sum(line.passes() for _ in range(10_000))
        assert kept / 10_000 == pytest.approx(1 - LOSS_SHARE, abs=0.015)
        again = FaultyLine("http://127.0.0.1:1", seed=7)
        again.loss = LOSS_SHARE
        assert sum(again.passes() for _ in range(10_000)) == kept
        line.cut()
        came = echo.came
        path.send(STUN)
        line.mend()
        line.loss = 0.0
        path.send(STUN)
        await eventually(lambda: None if ear.checks == 2 else "the line is not whole again", 5)
        assert echo.came == came + 1
    finally:
        path.close()
        transport.close()


@pytest.mark.parametrize("url", ["https://tiepdan.local:8443", "http://tiepdan.local", "tiepdan.local:80", ""])
def test_a_server_that_cannot_be_stood_in_for_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="allowed is http://HOST:PORT"):
        FaultyLine(url, seed=0)


def test_a_camera_that_is_pulled_out_says_so_and_gives_pictures_again_when_it_is_back() -> None:
    camera = FaultyDevice(TestCard("06661"))
    camera.open("h264")
    first = camera.read(True)
    assert first is not None
    assert first.key
    camera.unplugged.set()
    with pytest.raises(SourceUnusable) as refused:
        camera.read(True)
    assert refused.value.problem is SourceProblem.ENDED
    camera.close()
    with pytest.raises(SourceUnusable) as refused:
        camera.open("h264")
    assert refused.value.problem is SourceProblem.NO_SUCH_DEVICE
    camera.unplugged.clear()
    camera.open("h264")
    again = camera.read(True)
    camera.close()
    assert again is not None
    assert again.key


def test_a_device_nobody_wants_at_the_moment_is_not_read_and_its_clock_goes_on() -> None:
    camera = FaultyDevice(TestCard("06661"))
    camera.open("h264")
    before = camera.read(True)
    unplugs = threading.Timer(0.05, camera.unplugged.set)  # it is heard while waiting, not at the next picture
    unplugs.start()
    assert camera.read(False) is None
    unplugs.join()
    camera.unplugged.clear()
    after = camera.read(True)
    camera.close()
    assert before is not None
    assert after is not None
    assert after.ticks - before.ticks >= 0.05 * camera.clock_hz
    assert after.key


async def test_one_fault_at_a_time() -> None:
    room = MisbehavingRoom(RoomOptions("http://127.0.0.1:9", "a key"))
    await room.begin(Fault.LOSS)
    with pytest.raises(ValueError, match="came line-dead during loss"):
        await room.begin(Fault.LINE_DEAD)
    await room.end()
    assert room.fault is None
    await room.stop()
