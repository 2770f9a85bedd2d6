"""A real RTSP server as the camera of a room: passed through, killed, frozen, with too few key frames."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise

import av
import numpy as np
import pytest

from room_client.packetising import nal_type, split_annex_b
from room_client.sources.choosing import audio_source, video_source
from room_client.sources.contract import EncodedFrame, SourceProblem, SourceUnusable
from room_client.sources.feed import Feed
from signaling.wire.rtp import NAL_IDR, NAL_SPS
from tests.room_client.rtsp_server import RtspServer, needed
from tests.waiting import eventually

STARTS_WITHIN_S = 20


class Taken:
    def __init__(self) -> None:
        self.frames: list[EncodedFrame] = []
        self.said: list[SourceUnusable | None] = []

    async def more(self, count: int, within_s: float = STARTS_WITHIN_S) -> None:
        wanted = len(self.frames) + count
        await eventually(
            lambda: (
                "" if len(self.frames) >= wanted else f"{len(self.frames)} of {wanted} came, said: {self.said}"
            ),
            within_s,
        )


@pytest.fixture
def servers() -> Iterator[list[RtspServer]]:
    needed()
    started: list[RtspServer] = []
    yield started
    for server in started:
        server.close()


@asynccontextmanager
async def feeding(feed: Feed) -> AsyncIterator[None]:
    feed.set_on_air(True)
    feed.start()
    try:
        yield
    finally:
        await feed.stop()


def camera(server: RtspServer, taken: Taken) -> Feed:
    source = video_source(server.address, "")
    assert source is not None
    return Feed("camera", source, "h264", lambda frame, at: taken.frames.append(frame), taken.said.append)


def started(servers: list[RtspServer], server: RtspServer) -> RtspServer:
    servers.append(server)
    server.start()
    return server


def profile_of(frames: list[EncodedFrame]) -> set[int]:
    units = [unit for frame in frames for unit in split_annex_b(frame.data)]
    return {unit[1] for unit in units if nal_type(unit) == NAL_SPS}


async def test_it_is_killed_and_started_again_and_the_room_picks_it_up(servers: list[RtspServer]) -> None:
    server, taken = started(servers, RtspServer()), Taken()
    async with feeding(camera(server, taken)):
        await taken.more(30)
        assert taken.frames[0].key
        assert not taken.said
        server.kill()
        await eventually(lambda: "" if taken.said else "nobody said that the camera is gone", 15)
        server.start()
        await taken.more(30)
    first, second = taken.said
    assert first is not None
    assert first.problem is SourceProblem.ENDED
    assert "secret" not in first.detail
    assert second is None, "and that it is back"


async def test_it_hangs_without_a_word_and_goes_on_later(servers: list[RtspServer]) -> None:
    server, taken = started(servers, RtspServer()), Taken()
    async with feeding(camera(server, taken)):
        await taken.more(15)
        server.freeze()
        await eventually(lambda: "" if taken.said else "nobody noticed that the camera hangs", 15)
        server.thaw()
        await taken.more(15, 30)
    assert taken.said[-1] is None


async def test_one_that_seldom_makes_key_frames_is_encoded_here_once_they_are_asked_for(
    servers: list[RtspServer],
) -> None:
    server, taken = started(servers, RtspServer(gop=75)), Taken()  # five seconds
    feed = camera(server, taken)
    async with feeding(feed):
        await taken.more(15)
        assert [frame.key for frame in taken.frames[:15]].count(True) == 1
        feed.want_key_frame()
        await taken.more(75)  # it keeps us waiting for longer than is right
        for _ in range(2):
            feed.want_key_frame()
            before = len(taken.frames)
            await taken.more(15)
            assert any(frame.key for frame in taken.frames[before : before + 8]), "within half a second"
    context = av.CodecContext.create("h264", "r")
    pictures = [picture for frame in taken.frames for picture in context.decode(av.Packet(frame.data))]
    assert len(pictures) > 100
    assert all(b.ticks > a.ticks for a, b in pairwise(taken.frames))


async def test_a_profile_that_not_every_browser_reads_is_encoded_anew(servers: list[RtspServer]) -> None:
    server, taken = started(servers, RtspServer(profile="high")), Taken()
    async with feeding(camera(server, taken)):
        await taken.more(20)
    assert profile_of(taken.frames) == {66}, "baseline"
    assert NAL_IDR in map(nal_type, split_annex_b(taken.frames[0].data))


async def test_its_sound_is_heard_too(servers: list[RtspServer]) -> None:
    server, taken = started(servers, RtspServer()), Taken()
    source = audio_source(server.address, "")
    assert source is not None
    feed = Feed("microphone", source, "opus", lambda frame, at: taken.frames.append(frame), taken.said.append)
    async with feeding(feed):
        await taken.more(100)
    context = av.CodecContext.create("libopus", "r")
    context.sample_rate, context.layout = 48_000, "mono"  # type: ignore[attr-defined]
    sounds = [s for frame in taken.frames for s in context.decode(av.Packet(frame.data))]
    heard = np.concatenate([s.to_ndarray().reshape(-1) for s in sounds[50:]]).astype(float)  # type: ignore[union-attr]
    strongest = np.argmax(np.abs(np.fft.rfft(heard))) * 48_000 / len(heard)
    assert abs(strongest - 440) < 5, strongest
