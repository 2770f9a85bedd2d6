"""What the recorder takes: a burst larger than its socket arrives whole, one that sleeps hurts nobody."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.media.pipe import MOST_WAITING, PacketPipe
from server.media.stage import Stage
from server.media.tap_server import MOST_WAITING_ISOLATED, TapServer
from signaling.channel import connected_socket
from signaling.ports import SetStage
from signaling.tap import LONGEST_MESSAGE, WANT_ISOLATED, TapPacket, TapTrack, key_frame_wanted, parse, split
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import VIDEO_SLOTS, Layer, SlotName, Upstream
from tests.server.media.packets import feed, only, source
from tests.signaling.wire.packets import DELTA_FRAME, KEY_FRAME, rtp
from tests.waiting import eventually


@pytest.fixture
def stage() -> Stage:
    made = Stage(
        {name: (2 * i, 2 * i + 1) for i, name in enumerate(SlotName)},
        lambda lane: None,
        lambda lane: None,
        lambda slot, room: None,
    )
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


def publish(stage: Stage, name: SlotName, packets: int) -> None:
    """A source in that slot, and so many of its packets, one right after the other."""
    slot, sent = stage.slots[name], source(Upstream.CAMERA if name.is_video else Upstream.MICROPHONE)
    slot.show(sent, 0.0)
    only(sent).lanes = (slot.lanes[Layer.HIGH],)
    for number in range(packets):
        payload = KEY_FRAME if number == 0 else DELTA_FRAME + bytes(1150)
        feed(sent, rtp(number, 30 * number, payload), number / 3000)


async def until_tapped(stage: Stage, name: SlotName) -> None:
    await eventually(lambda: not stage.slots[name].admitted and "not tapped yet")


async def test_a_burst_larger_than_the_socket_arrives_whole_and_in_order(
    stage: Stage, tap_path: Path, recorder: list[socket.socket]
) -> None:
    server = TapServer(tap_path, stage, VideoCodec.H264)
    recorder.append(connected_socket(tap_path, socket.SOCK_SEQPACKET))
    await until_tapped(stage, SlotName.PROGRAMME_VIDEO)
    publish(stage, SlotName.PROGRAMME_VIDEO, 3000)
    loop = asyncio.get_running_loop()
    seen: list[TapPacket] = []
    while len(seen) < 3000:
        seen += map(parse, split(await loop.sock_recv(recorder[0], LONGEST_MESSAGE)))
    numbers = [int.from_bytes(p.rtp[2:4], "big") for p in seen]
    assert numbers == list(range(numbers[0], numbers[0] + 3000))
    assert {p.track for p in seen} == {TapTrack.PROGRAMME_VIDEO}
    assert server.packets_dropped == 0
    server.close()


async def test_a_recorder_that_does_not_read_loses_packets_and_memory_does_not_grow(
    stage: Stage, tap_path: Path, recorder: list[socket.socket]
) -> None:
    server = TapServer(tap_path, stage, VideoCodec.H264)
    recorder.append(connected_socket(tap_path, socket.SOCK_SEQPACKET))
    await until_tapped(stage, SlotName.PROGRAMME_VIDEO)
    publish(stage, SlotName.PROGRAMME_VIDEO, 3 * MOST_WAITING // 1150)
    assert server.packets_dropped > 0
    server.close()


async def test_the_newest_recorder_wins(stage: Stage, tap_path: Path, recorder: list[socket.socket]) -> None:
    server = TapServer(tap_path, stage, VideoCodec.VP8)
    for _ in range(2):
        recorder.append(connected_socket(tap_path, socket.SOCK_SEQPACKET))
    loop = asyncio.get_running_loop()
    assert await asyncio.wait_for(loop.sock_recv(recorder[0], 10), 5) == b"", "the first is let go"
    await until_tapped(stage, SlotName.DESK_AUDIO)
    publish(stage, SlotName.DESK_AUDIO, 1)
    (datagram,) = split(await asyncio.wait_for(loop.sock_recv(recorder[1], LONGEST_MESSAGE), 5))
    assert parse(datagram).track is TapTrack.DESK_AUDIO
    server.close()
    assert await loop.sock_recv(recorder[1], 10) == b""


async def test_isolated_pictures_are_taken_from_the_stage_once_they_are_asked_for(
    stage: Stage, tap_path: Path, recorder: list[socket.socket]
) -> None:
    server = TapServer(tap_path, stage, VideoCodec.H264)
    recorder.append(connected_socket(tap_path, socket.SOCK_SEQPACKET))
    await until_tapped(stage, SlotName.PROGRAMME_VIDEO)
    programme = list(stage.slots[SlotName.PROGRAMME_VIDEO].admitted)
    assert not any(stage.slots[name].admitted for name in VIDEO_SLOTS), "nobody asked: nobody takes a packet"
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(recorder[0], WANT_ISOLATED)
    await until_tapped(stage, SlotName.FLOOR_VIDEO)
    assert stage.slots[SlotName.PROGRAMME_VIDEO].admitted == programme, "the programme's numbers go on"
    publish(stage, SlotName.FLOOR_VIDEO, 3)
    message = await asyncio.wait_for(loop.sock_recv(recorder[0], LONGEST_MESSAGE), 5)
    assert [parse(datagram).track for datagram in split(message)] == [TapTrack.FLOOR_VIDEO] * 3, "one message"
    stage.apply(SetStage(live=True, closed=True, audience=(), floor=None, record=True, desk=None), 0.0)
    assert not any(stage.slots[name].admitted for name in VIDEO_SLOTS), "nothing of a closed item"
    server.close()


async def test_a_key_frame_is_asked_for_in_the_slot_that_needs_it(
    stage: Stage, tap_path: Path, recorder: list[socket.socket]
) -> None:
    server = TapServer(tap_path, stage, VideoCodec.H264)
    recorder.append(connected_socket(tap_path, socket.SOCK_SEQPACKET))
    asked: list[SlotName] = []
    for name, slot in stage.slots.items():
        slot.want_key_frame = lambda name=name: asked.append(name)  # type: ignore[method-assign, misc]
    loop = asyncio.get_running_loop()
    floor, programme = (key_frame_wanted(track) for track in (TapTrack.FLOOR_VIDEO, TapTrack.PROGRAMME_VIDEO))
    for said in (floor, b"K\xff", b"?", programme):
        await loop.sock_sendall(recorder[0], said)
    await eventually(lambda: len(asked) < 2 and f"{asked} were asked")
    assert asked == [SlotName.FLOOR_VIDEO, SlotName.PROGRAMME_VIDEO]
    server.close()


async def test_isolated_pictures_leave_room_in_the_pipe_for_the_programme() -> None:
    """Of a recorder that does not read."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pipe = PacketPipe(ours, lambda said: None, lambda: None)
    while pipe.send((b"isolated", bytes(1150)), MOST_WAITING_ISOLATED):
        pass
    for _ in range(MOST_WAITING // 2 // 1200):
        assert pipe.send((b"programme", bytes(1150)))
    pipe.close()
    theirs.close()
