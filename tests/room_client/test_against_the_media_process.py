"""Rooms and the real media process (`python -m server.media`) behind the test server's signalling."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from room_client.fleet import Fleet
from room_client.link import LinkEnd
from room_client.room import RoomOptions
from signaling.messages import Purpose
from signaling.wire.slots import SlotName
from tests.room_client.conftest import Seen
from tests.room_client.media_server import DESK, MediaServer
from tests.waiting import eventually


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
        await eventually(lambda: "" if fleet.rooms[0].receiving() else "receives nothing after the restart", 5)
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
