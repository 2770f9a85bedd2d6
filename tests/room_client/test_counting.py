"""A room that only counts: it must see every lost packet, and nothing but the truth."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from room_client.counting.link import CountingCounts
from room_client.counting.streams import CountedStream
from room_client.fleet import CountingFleet, Fleet
from room_client.room import RoomOptions
from signaling.channel import Channel
from signaling.messages import LinkState, Purpose
from signaling.ports import LinkChanged
from signaling.wire.slots import SlotName
from tests.room_client.test_against_the_media_process import DESK, MediaServer
from tests.waiting import eventually


class Relay:
    """A UDP relay in front of the media port, as a router is: one socket towards the server for each room."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._front.bind(("127.0.0.1", 0))
        self._loop.add_reader(self._front.fileno(), self._from_room)
        self._backs: dict[tuple[str, int], socket.socket] = {}
        self.drop_next_of: int | None = None  # which room, in the order in which they came
        self.repeat_next_of: int | None = None
        self.dropped = self.repeated = 0

    @property
    def port(self) -> int:
        return int(self._front.getsockname()[1])

    def close(self) -> None:
        for sock in (self._front, *self._backs.values()):
            self._loop.remove_reader(sock.fileno())
            sock.close()

    def _from_room(self) -> None:
        data, room = self._front.recvfrom(2048)
        back = self._backs.get(room)
        if back is None:
            back = self._backs[room] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            back.connect(self._server)
            self._loop.add_reader(back.fileno(), self._from_server, back, room, len(self._backs) - 1)
        back.send(data)

    def _from_server(self, back: socket.socket, room: tuple[str, int], number: int) -> None:
        data = back.recv(2048)
        if data[0] >> 6 == 2 and not 192 <= data[1] <= 223:
            if self.drop_next_of == number:
                self.drop_next_of = None
                self.dropped += 1
                return
            if self.repeat_next_of == number:
                self.repeat_next_of = None
                self.repeated += 1
                self._front.sendto(data, room)
        self._front.sendto(data, room)


class RelayedServer(MediaServer):
    """Answers name the relay instead of the media port, except to the desk."""

    relay: Relay | None = None
    states: dict[str, LinkState]

    async def _read(self, channel: Channel) -> None:
        self.states = {}
        async for frame, _ in channel.frames():
            if isinstance(frame, LinkChanged):
                self.states[frame.link] = frame.state

    def receiving(self) -> int:
        """Of how many links the media process says so, by their receiver reports."""
        return list(self.states.values()).count(LinkState.RECEIVING)

    async def _join(self, sid: str, data: dict[str, str]) -> dict[str, object]:
        answer = await super()._join(sid, data)
        if self.relay is not None and self._rooms[sid][0] != DESK and "sdp" in answer:
            sdp = str(answer["sdp"])
            answer["sdp"] = sdp.replace(f" {self._port} typ", f" {self.relay.port} typ")
        return answer


@pytest.fixture
async def media(tmp_path: Path) -> AsyncIterator[RelayedServer]:
    server = RelayedServer(tmp_path)
    await server.start()
    await server.start_media()
    server.relay = Relay(("127.0.0.1", server._port))
    yield server
    await server.close()
    await server.end_media()
    server.relay.close()


async def _desk_and_rooms(stack: AsyncExitStack, media: RelayedServer, rooms: int) -> CountingFleet:
    desk = await stack.enter_async_context(Fleet([RoomOptions(media.url, DESK, Purpose.DESK)]))
    assert await desk.until_joined() == 1
    fleet = CountingFleet(media.url, [f"1000{number}" for number in range(rooms)])
    stack.push_async_callback(fleet.stop)
    fleet.start(0)
    assert await fleet.until(lambda: all(room.pictured_at is not None for room in fleet.rooms), 15)
    return fleet


async def test_notices_a_single_lost_packet_of_one_room(media: RelayedServer) -> None:
    async with AsyncExitStack() as stack:
        fleet = await _desk_and_rooms(stack, media, 3)
        relay = media.relay
        assert relay is not None
        assert [room.counts().lost for room in fleet.rooms] == [0, 0, 0]
        relay.drop_next_of = 1
        await eventually(lambda: "" if relay.dropped else "nothing was dropped")
        await eventually(lambda: "" if fleet.counts().lost else "the loss was not noticed")
        packets = fleet.counts().packets
        await eventually(lambda: "" if fleet.counts().packets > packets + 100 else "hardly any packets")
        assert sorted(room.counts().lost for room in fleet.rooms) == [0, 0, 1]
        assert fleet.counts().lost == 1


async def test_counts_repeats_apart_and_proves_its_keys(media: RelayedServer) -> None:
    async with AsyncExitStack() as stack:
        fleet = await _desk_and_rooms(stack, media, 1)
        relay = media.relay
        assert relay is not None
        relay.repeat_next_of = 0
        await eventually(lambda: "" if relay.repeated else "nothing was repeated")
        await eventually(lambda: "" if fleet.counts().duplicates else "the repeat was not noticed")
        counts = fleet.counts()
        assert (counts.lost, counts.duplicates, counts.late) == (0, 1, 0)
        assert counts.proven >= 2  # picture and sound
        assert counts.unauthentic == counts.unknown == counts.dropped_here == 0


async def test_server_sees_it_receiving(media: RelayedServer) -> None:
    async with AsyncExitStack() as stack:
        await _desk_and_rooms(stack, media, 2)
        await eventually(lambda: "" if media.receiving() == 2 else f"{media.receiving()} rooms are receiving", 15)


async def test_hears_whose_test_card_the_floor_shows(media: RelayedServer) -> None:
    async with AsyncExitStack() as stack:
        fleet = await _desk_and_rooms(stack, media, 2)
        speaker = await stack.enter_async_context(Fleet([RoomOptions(media.url, "20001")]))
        assert await speaker.until_joined() == 1
        for room in fleet.rooms:
            room.inspect_floor(True)
        await media.give_floor("20001")
        assert await fleet.until(lambda: all(room.floor_label == "20001" for room in fleet.rooms), 10)


async def test_stamps_arrivals_by_the_kernels_clock(media: RelayedServer) -> None:
    async with AsyncExitStack() as stack:
        fleet = await _desk_and_rooms(stack, media, 1)
        link = fleet.rooms[0].link
        assert link is not None
        link.end.path.stamp_arrivals(True)
        stamped = list(link.end.path.take_arrivals())

        def enough() -> str:
            stamped.extend(link.end.path.take_arrivals())
            return "" if len(stamped) > 50 else f"{len(stamped)} arrivals"

        await eventually(enough)
        link.end.path.stamp_arrivals(False)
        assert link.end.path.take_arrivals() == []
        assert [s.at_ns for s in stamped] == sorted(s.at_ns for s in stamped)
        assert {s.ssrc for s in stamped} <= {stream.ssrc for stream in link.slots.values()}
        desk = [s.sequence for s in stamped if s.ssrc == link.slots[SlotName.DESK_VIDEO].ssrc]
        assert [(s - desk[0]) & 0xFFFF for s in desk] == list(range(len(desk)))
        assert fleet.counts().lost == 0


# --- numbers, without a network


def _counted(*sequences: int) -> CountedStream:
    stream = CountedStream(1)
    for sequence in sequences:
        stream.packets += 1
        if stream.highest >= 0 and (stream.highest + 1) & 0xFFFF == sequence:
            stream.highest += 1
        else:
            stream.out_of_order(sequence, 0.0)
    return stream


@pytest.mark.parametrize("first", [0, 1, 65_533, 65_534, 65_535])
def test_every_gap_is_counted_at_every_wrap_edge(first: int) -> None:
    numbers = [(first + n) & 0xFFFF for n in range(10)]
    assert _counted(*numbers).lost == 0
    for missing in range(1, 9):
        assert _counted(*(n for n in numbers if n != numbers[missing])).lost == 1
    late = _counted(*numbers[:3], *numbers[4:], numbers[3])
    assert (late.lost, late.late, late.duplicates) == (0, 1, 0)
    twice = _counted(*numbers, numbers[5])
    assert (twice.lost, twice.late, twice.duplicates) == (0, 0, 1)
    overtaken = _counted(numbers[2], *numbers[:2], *numbers[3:])
    assert (overtaken.lost, overtaken.late) == (0, 2)


def test_large_gaps_are_counted_exactly_and_memory_is_bounded() -> None:
    stream = _counted(0, 30_000)
    assert stream.lost == 29_999
    assert len(stream.missing) == 10_000
    report = stream.report(1.0)
    assert report is not None
    assert report.cumulative_lost == 29_999
    assert report.highest_sequence == 30_000


def test_counts_add_up() -> None:
    one = CountingCounts(1, 2, 3, 4, 5, 6, 7, 8, 9)
    assert one + one == CountingCounts(2, 4, 6, 8, 10, 12, 14, 16, 18)
