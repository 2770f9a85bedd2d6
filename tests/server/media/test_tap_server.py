"""What the recorder takes: a burst larger than its socket arrives whole, one that sleeps hurts nobody."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.media.stage import Stage
from server.media.tap_server import MOST_WAITING, TapServer
from signaling.channel import connected_socket
from signaling.ports import SetStage
from signaling.tap import HEADER_BYTES, TapTrack, parse
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import SlotName
from tests.server.media.packets import source
from tests.waiting import eventually

PACKET = memoryview(bytes([0x80, 0]) + bytes(1200))


@pytest.fixture
def stage() -> Stage:
    made = Stage({name: i for i, name in enumerate(SlotName)}, lambda slot: None, lambda slot, room: None)
    made.apply(SetStage(live=True, closed=False, audience=None, floor=None, record=True, desk=None), 0.0)
    return made


@pytest.fixture
def tap_path(tmp_path: Path) -> Path:
    return tmp_path / "tap.sock"


@pytest.fixture
def recorder(tap_path: Path) -> Iterator[list[socket.socket]]:
    opened: list[socket.socket] = []
    yield opened
    for each in opened:
        each.close()


async def test_a_burst_larger_than_the_socket_arrives_whole_and_in_order(
    stage: Stage, tap_path: Path, recorder: list[socket.socket]
) -> None:
    server = TapServer(tap_path, stage, VideoCodec.H264)
    recorder.append(connected_socket(tap_path, socket.SOCK_SEQPACKET))
    slot = stage.slots[SlotName.PROGRAMME_VIDEO]
    await eventually(lambda: slot.tap is None and "not tapped yet")
    for number in range(3000):
        assert slot.tap is not None
        slot.tap(slot, source(identity=number), 1.0, PACKET)
    loop = asyncio.get_running_loop()
    seen = [parse(await loop.sock_recv(recorder[0], 2000)) for _ in range(3000)]
    assert [p.source for p in seen] == list(range(3000))
    assert {p.track for p in seen} == {TapTrack.PROGRAMME_VIDEO}
    assert server.packets_dropped == 0
    server.close()


async def test_a_recorder_that_does_not_read_loses_packets_and_memory_does_not_grow(
    stage: Stage, tap_path: Path, recorder: list[socket.socket]
) -> None:
    server = TapServer(tap_path, stage, VideoCodec.H264)
    recorder.append(connected_socket(tap_path, socket.SOCK_SEQPACKET))
    slot = stage.slots[SlotName.PROGRAMME_VIDEO]
    await eventually(lambda: slot.tap is None and "not tapped yet")
    for number in range(3 * MOST_WAITING):
        assert slot.tap is not None
        slot.tap(slot, source(identity=number), 1.0, PACKET)
    assert server.packets_dropped > 0
    server.close()


async def test_the_newest_recorder_wins(stage: Stage, tap_path: Path, recorder: list[socket.socket]) -> None:
    server = TapServer(tap_path, stage, VideoCodec.VP8)
    slot = stage.slots[SlotName.DESK_AUDIO]
    for _ in range(2):
        recorder.append(connected_socket(tap_path, socket.SOCK_SEQPACKET))
    loop = asyncio.get_running_loop()
    assert await asyncio.wait_for(loop.sock_recv(recorder[0], 10), 5) == b"", "the first is let go"
    await eventually(lambda: slot.tap is None and "not tapped yet")
    assert slot.tap is not None
    slot.tap(slot, source(), 1.0, PACKET)
    assert len(await asyncio.wait_for(loop.sock_recv(recorder[1], 2000), 5)) == HEADER_BYTES + len(PACKET)
    server.close()
    assert await loop.sock_recv(recorder[1], 10) == b""
