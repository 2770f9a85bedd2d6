"""Small pictures of an unattended room: only while the province looks, of whatever its camera is."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from room_client.cli import status_line
from room_client.room import Room, RoomState
from room_client.sources.choosing import NONE, video_source
from room_client.sources.contract import ShowsStill, SourceProblem, SourceUnusable
from room_client.sources.h264_stream import decoded_key_frame
from room_client.sources.small_picture import small_jpeg
from server.receptions.jpeg import jpeg_size
from tests.room_client.conftest import Seen, Server
from tests.room_client.test_room_joins_receives_and_publishes import living, options
from tests.room_client.test_sources import make_film
from tests.waiting import eventually


def _still(option: str) -> bytes:
    source = video_source(option, "06664")
    assert isinstance(source, ShowsStill)
    still = source.still()
    assert still is not None
    return small_jpeg(still)


def test_a_test_card_and_every_film_have_a_picture(tmp_path: Path) -> None:
    assert jpeg_size(_still("test")) == (160, 90)
    for profile in ("Baseline", "High"):
        assert jpeg_size(_still(str(make_film(tmp_path / f"{profile}.mp4", profile)))) == (160, 90)


def test_what_is_passed_through_is_decoded_from_its_last_key_frame(tmp_path: Path) -> None:
    source = video_source(str(make_film(tmp_path / "film.mp4")), "")
    assert source is not None
    source.open("h264")
    frames = [frame for _ in range(20) if (frame := source.read(True)) is not None]
    source.close()
    key = next(frame for frame in frames if frame.key)
    picture = decoded_key_frame(key.data)
    assert picture is not None
    assert (picture.width, picture.height) == (320, 240)
    assert decoded_key_frame(b"\x00\x00\x00\x01\x65nonsense") is None


def test_what_is_not_there_has_none_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable) as unusable:
        _still(str(tmp_path / "nothing.mp4"))
    assert unusable.value.problem is SourceProblem.NO_SUCH_FILE
    text = tmp_path / "text.mp4"
    text.write_text("no film")
    with pytest.raises(SourceUnusable):
        _still(str(text))


async def test_it_sends_pictures_only_while_it_is_looked_at(server: Server) -> None:
    seen = Seen()
    room = Room(options(server), seen)
    async with living(room):
        await eventually(lambda: "" if room.state is RoomState.JOINED else room.state.value)
        await eventually(lambda: "" if server.received else "no `received` message")
        assert server.pictures == []
        await server.look(True)
        await eventually(lambda: "" if server.pictures else "no picture")
        picture = server.pictures[0]
        assert jpeg_size(base64.b64decode(str(picture["jpeg"]))) == (160, 90)
        assert picture["level"] is None, "off the air a test tone is not open"
        assert seen.looks == [True]
        await server.show(hand_raised=True)  # a change: at once, not in ten seconds
        await eventually(lambda: "" if len(server.pictures) > 1 else "no second picture")
        await server.look(False)
        await eventually(lambda: "" if seen.looks == [True, False] else "it thinks it is seen")
        count, reports = len(server.pictures), len(server.received)
        await server.show(hand_raised=False)
        await eventually(lambda: "" if len(server.received) > reports else "no report")
        assert len(server.pictures) == count


async def test_how_loud_the_microphone_is_comes_with_the_picture_or_without_one(server: Server) -> None:
    room = Room(options(server, video=NONE))
    async with living(room):
        await eventually(lambda: "" if room.state is RoomState.JOINED else room.state.value)
        await server.show(has_floor=True)
        await eventually(
            lambda: "" if room.ear is not None and room.ear.level_db is not None else "it hears nothing"
        )
        assert "dB" in str(status_line(room, 1.0))
        await server.look(True)
        await eventually(lambda: "" if server.pictures else "no picture")
        assert server.pictures[0]["jpeg"] == ""
        level = server.pictures[0]["level"]
        assert isinstance(level, int)
        assert 10 < level < 90


async def test_a_room_without_a_camera_sends_none(server: Server) -> None:
    seen = Seen()
    room = Room(options(server, video=NONE), seen)
    async with living(room):
        await eventually(lambda: "" if room.state is RoomState.JOINED else room.state.value)
        await server.look(True)
        await eventually(lambda: "" if seen.looks else "not told")
        await eventually(lambda: "" if len(server.received) > 1 else "no report")
        assert server.pictures == []
