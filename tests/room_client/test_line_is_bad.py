"""What happens to a room's line, behind a box that can cut and move it; the media process is the real one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from room_client.fleet import Fleet
from room_client.path import PathKind
from room_client.room import Room, RoomOptions, RoomState
from signaling.messages import LineView, Paths, Purpose
from signaling.refusals import RefusalCode
from signaling.wire.slots import SlotName, Upstream
from tests.room_client.conftest import Seen
from tests.room_client.coturn import running_coturn
from tests.room_client.media_server import DESK, MediaServer
from tests.room_client.middlebox import Middlebox
from tests.waiting import eventually

ROOM = "10001"


@pytest.fixture
async def media(tmp_path: Path) -> AsyncIterator[MediaServer]:
    server = MediaServer(tmp_path)
    await server.start()
    await server.start_media()
    yield server
    await server.close()
    await server.end_media()


@pytest.fixture
async def box(media: MediaServer) -> AsyncIterator[Middlebox]:
    """Between the room and the media process; the desk has a way of its own."""
    box = Middlebox(media.media_port)
    yield box
    box.close()


@pytest.fixture
async def desk(media: MediaServer) -> AsyncIterator[Room]:
    async with Fleet([RoomOptions(media.url, DESK, Purpose.DESK)]) as fleet:
        assert await fleet.until_joined() == 1
        yield fleet.rooms[0]


@pytest.fixture
async def seen() -> Seen:
    return Seen()


@pytest.fixture
async def room(media: MediaServer, box: Middlebox, desk: Room, seen: Seen) -> AsyncIterator[Room]:
    media.through[ROOM] = box.port
    async with Fleet([RoomOptions(media.url, ROOM)], [seen]) as fleet:
        await eventually(lambda: "" if pictures(fleet.rooms[0]) > 5 else "no picture")
        yield fleet.rooms[0]


def pictures(room: Room) -> int:
    counts = room.counts()
    return counts.slots[SlotName.DESK_VIDEO].packets if counts else 0


async def until_more_pictures(room: Room, timeout_s: float) -> None:
    before = pictures(room)
    await eventually(lambda: "" if pictures(room) > before + 5 else f"{room.debug_snapshot()}", timeout_s)


async def test_cable_is_out_for_a_while(media: MediaServer, box: Middlebox, room: Room, seen: Seen) -> None:
    box.passes = False
    await eventually(lambda: "" if room.state is RoomState.SILENT else room.state, 5.5)
    await eventually(lambda: "" if len(box.rooms) > 1 else "no check from another socket", 5)
    await eventually(lambda: "" if media.restarts else "no ICE restart tried", 5)
    box.passes = True
    await eventually(lambda: "" if room.state is RoomState.JOINED else room.state, 4)
    await until_more_pictures(room, 3)
    assert (room.joins, media.joins.count(ROOM)) == (1, 1), "a new join was not needed"
    assert not seen.ends
    assert len(room.experience.silences) == 1
    (since, until) = room.experience.silences[0]
    frozen = room.experience.gaps(time.monotonic())[SlotName.DESK_VIDEO]
    assert frozen.missing_s >= until - since
    assert frozen.longest_s == pytest.approx(frozen.missing_s, abs=0.5)
    shown = frozen.pieces

    def shown_now() -> int:
        return room.experience.gaps(time.monotonic())[SlotName.DESK_VIDEO].pieces

    await eventually(lambda: "" if shown_now() > shown + 10 else f"{shown_now() - shown} pictures shown", 3)


async def test_nat_forgets_and_the_room_goes_on(box: Middlebox, room: Room, seen: Seen) -> None:
    box.forget()
    await until_more_pictures(room, 4)
    await until_more_pictures(room, 4)
    assert room.joins == 1
    assert RoomState.SILENT not in seen.states


async def test_lost_packets_are_repaired_both_ways(media: MediaServer, box: Middlebox, room: Room) -> None:
    await media.give_floor(ROOM)
    await eventually(lambda: "" if room.on_air else "not on air")
    box.loss = 0.05

    def repaired() -> int:
        counts = room.counts()
        return counts.slots[SlotName.DESK_VIDEO].repaired if counts else 0

    def repeated() -> int:
        counts = room.counts()
        return counts.sent[Upstream.CAMERA].repeated if counts else 0

    await eventually(
        lambda: "" if repaired() > 10 and repeated() > 3 else f"{repaired()} repaired, {repeated()} repeated", 60
    )
    box.loss = 0.0
    counts = room.counts()
    assert counts is not None
    desk = counts.slots[SlotName.DESK_VIDEO]
    assert desk.lost <= 0.2 * desk.repaired
    assert counts.unknown == 0, "repeats of a stream that was not agreed on"
    assert room.experience.gaps(time.monotonic())[SlotName.DESK_VIDEO].missing_s < 1.0
    assert room.joins == 1


async def test_signalling_dies_and_nobody_notices(media: MediaServer, room: Room, seen: Seen) -> None:
    await media.give_floor(ROOM)
    await eventually(lambda: "" if room.on_air else "not on air")
    connections = len(media.sids)
    before = pictures(room)
    await media.socket.disconnect(media.sids[-1], namespace="/room")
    await until_more_pictures(room, 2)
    assert room.on_air, "went off the air with the signalling"
    await eventually(lambda: "" if len(media.sids) > connections else "signalling does not come back", 3)
    await until_more_pictures(room, 2)
    assert pictures(room) > before, "another link"
    assert room.joins == 1
    assert not seen.ends


async def test_signalling_that_hangs_is_given_up_when_the_line_is_silent(
    media: MediaServer, box: Middlebox, room: Room
) -> None:
    """The TCP connection is as dead as the media, and says nothing."""
    hangs = asyncio.Event()

    async def never(sid: str, data: object) -> None:
        await hangs.wait()

    connections = len(media.sids)
    media.socket.on("received", never, namespace="/room")
    box.passes = False
    await eventually(lambda: "" if len(media.sids) > connections else "not given up", 14)
    hangs.set()
    box.passes = True
    await until_more_pictures(room, 5)
    assert room.joins == 1


async def test_server_that_knows_the_link_no_more_is_joined_again(
    media: MediaServer, box: Middlebox, room: Room, seen: Seen
) -> None:
    box.passes = False
    await media.forget_links()
    await eventually(lambda: "" if media.joins.count(ROOM) > 1 else "not joined again", 14)
    box.passes = True
    await eventually(lambda: "" if room.state is RoomState.JOINED and room.joins == 2 else room.state, 10)
    await until_more_pictures(room, 3)


async def test_server_says_that_the_link_ended(media: MediaServer, room: Room) -> None:
    started = time.monotonic()
    await media.end_links(RefusalCode.ROOM_NOT_CONNECTED, rejoin=True)
    await eventually(lambda: "" if room.joins == 2 else f"{room.joins} joins", 5)
    assert time.monotonic() - started < 3
    await until_more_pictures(room, 3)


async def test_what_is_said_of_a_former_link_ends_no_other(media: MediaServer, room: Room) -> None:
    before = room.joins
    for _ in range(3):
        await media.end_links(RefusalCode.ROOM_NOT_CONNECTED, rejoin=True, link="a-link-of-before")
    await until_more_pictures(room, 10)
    assert room.joins == before


async def test_watcher_joins_anew_without_losing_the_picture(media: MediaServer, desk: Room) -> None:
    async with Fleet([RoomOptions(media.url, ROOM, Purpose.WATCH)]) as fleet:
        watcher = fleet.rooms[0]
        await eventually(lambda: "" if pictures(watcher) > 5 else "no picture")
        before_s = watcher.experience.gaps(time.monotonic())[SlotName.DESK_VIDEO].missing_s  # until the first one
        await media.socket.disconnect(media.sids[-1], namespace="/room")
        await eventually(lambda: "" if watcher.joins == 2 else f"{watcher.joins} joins", 5)
        await until_more_pictures(watcher, 3)
        assert watcher.experience.gaps(time.monotonic())[SlotName.DESK_VIDEO].missing_s == before_s


async def test_layer_of_the_line_is_told(media: MediaServer, room: Room, seen: Seen) -> None:
    for layer in ("l", "none"):
        await media.tell_line(LineView(layer=layer))
    await eventually(lambda: "" if seen.layers[-2:] == ["l", "none"] else f"{seen.layers}")
    assert room.layer == "none"
    assert [layer for _, layer in room.experience.layers][-2:] == ["l", "none"]


async def test_room_behind_a_firewall_takes_the_relay_it_is_told_of(
    media: MediaServer, box: Middlebox, desk: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way through the box is cut; the relay knows another one."""
    async with AsyncExitStack() as stack:
        coturn = await stack.enter_async_context(running_coturn(tmp_path))
        media.paths = Paths(servers=(coturn.server(coturn.tcp),))
        monkeypatch.setattr("room_client.environment.UdpPath", _blocked)
        fleet = await stack.enter_async_context(Fleet([RoomOptions(media.url, ROOM)]))
        room = fleet.rooms[0]
        await eventually(lambda: "" if pictures(room) > 5 else f"{room.debug_snapshot()}", 15)
        assert room.path is PathKind.TURN_TCP


def _blocked(*_: object) -> None:
    raise PermissionError("a firewall")
