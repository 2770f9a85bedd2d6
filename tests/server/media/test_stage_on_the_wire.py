"""Real links to a real media process: who receives what, packet by packet."""

from __future__ import annotations

import asyncio
import os
import socket
import time

import pytest

from signaling.channel import connected_socket
from signaling.messages import LinkState, Purpose
from signaling.ports import LinkChanged, LinkReports, OpenLink
from signaling.refusals import RefusalCode, Refused
from signaling.tap import LONGEST_MESSAGE, TapTrack, parse, split
from signaling.wire.slots import SlotName
from tests.server.media.wire import DESK, DESK_SLOTS, FLOOR_SLOTS, Media, until_more
from tests.waiting import eventually


async def test_the_desk_is_seen_and_heard_in_every_room(media: Media) -> None:
    desk = await media.join(DESK, Purpose.DESK)
    rooms = [await media.join(code) for code in ("06649", "06652")]
    desk.publish()
    for room in rooms:
        await until_more(room, SlotName.DESK_VIDEO)
        await until_more(room, SlotName.DESK_AUDIO)
    await media.until_shown("desk", DESK)


async def test_a_room_given_the_floor_is_seen_elsewhere_at_once_and_does_not_hear_itself(media: Media) -> None:
    speaker, listener = await media.join("06649"), await media.join("06652")
    speaker.publish()
    given = time.monotonic()
    await media.stage(floor="06649")
    await eventually(lambda: not listener.heard.key_frames and "no picture yet")
    assert listener.heard.key_frames[0][0] is SlotName.FLOOR_VIDEO
    assert listener.heard.key_frames[0][1] - given < 1.0, "no timed test: only that it is not a matter of seconds"
    await until_more(listener, SlotName.FLOOR_AUDIO)
    assert speaker.packets(*FLOOR_SLOTS) == 0, "a thin line is not to carry a room's own picture back"


async def test_the_room_that_spoke_before_sees_who_speaks_now(media: Media) -> None:
    first, second = await media.join("06649"), await media.join("06652")
    first.publish()
    second.publish()
    await media.stage(floor="06649")
    await until_more(second, *FLOOR_SLOTS)
    await media.stage(floor="06652")
    await until_more(first, SlotName.FLOOR_VIDEO)
    await until_more(first, SlotName.FLOOR_AUDIO)
    before = second.packets(*FLOOR_SLOTS)
    await until_more(first, *FLOOR_SLOTS, packets=50)
    assert second.packets(*FLOOR_SLOTS) == before


async def test_nothing_is_forwarded_from_a_room_without_the_floor(media: Media) -> None:
    eager, listener = await media.join("06649"), await media.join("06652")
    desk = await media.join(DESK, Purpose.DESK)
    desk.publish()
    eager.publish()
    await until_more(listener, *DESK_SLOTS, packets=50)
    assert listener.packets(*FLOOR_SLOTS) == 0


async def test_a_closed_item_sends_other_rooms_no_packet_at_all(media: Media) -> None:
    desk, watcher = await media.join(DESK, Purpose.DESK), await media.join(DESK, Purpose.WATCH)
    rooms = [await media.join(code) for code in ("06649", "06652", "06655")]
    desk.publish()
    for room in rooms:
        await until_more(room, *DESK_SLOTS)
    await media.stage(closed=True, audience=("06655",))
    await until_more(rooms[2], *DESK_SLOTS)  # in flight before is here by now: one socket, one order
    before = [room.link.counts().datagrams for room in rooms[:2]]
    rtp_before = [room.packets() for room in rooms[:2]]
    await until_more(rooms[2], *DESK_SLOTS, packets=100)
    await until_more(watcher, *DESK_SLOTS)
    assert [room.packets() for room in rooms[:2]] == rtp_before
    assert all(after.link.counts().datagrams >= b for after, b in zip(rooms[:2], before, strict=True))
    await media.stage(closed=False, audience=None)
    for room in rooms:
        await until_more(room, *DESK_SLOTS)


async def test_before_the_opening_only_the_desk_receives(media: Media) -> None:
    await media.stage(live=False)
    desk, watcher = await media.join(DESK, Purpose.DESK), await media.join(DESK, Purpose.WATCH)
    room = await media.join("06649")
    desk.publish()
    await until_more(watcher, SlotName.DESK_VIDEO, packets=50)
    assert room.packets() == 0
    assert watcher.packets(SlotName.DESK_AUDIO) == 0, "the desk does not hear itself"


async def test_the_floor_is_refused_to_a_room_outside_the_audience_whatever_control_says(media: Media) -> None:
    outside, inside = await media.join("06649"), await media.join("06652")
    outside.publish()
    await media.stage(audience=("06652",), floor="06649")
    desk = await media.join(DESK, Purpose.DESK)
    desk.publish()
    await until_more(inside, *DESK_SLOTS, packets=50)
    assert inside.packets(*FLOOR_SLOTS) == 0
    assert outside.packets() == 0


async def test_the_desk_camera_that_came_last_is_shown_and_the_first_again_when_it_goes(media: Media) -> None:
    room = await media.join("06649")
    first = await media.join(DESK, Purpose.DESK)
    first.publish()
    await until_more(room, SlotName.DESK_VIDEO)
    second = await media.join(DESK, Purpose.DESK)
    second.publish()
    await until_more(room, SlotName.DESK_VIDEO, packets=30)
    await second.mute()
    await until_more(room, SlotName.DESK_VIDEO, packets=30)
    await second.close()
    await until_more(room, SlotName.DESK_VIDEO, packets=30)


async def test_the_recorder_takes_the_programme_and_nothing_of_a_closed_item(media: Media) -> None:
    desk, room = await media.join(DESK, Purpose.DESK), await media.join("06649")
    recorder = connected_socket(media.directory / "media-tap.sock", socket.SOCK_SEQPACKET)
    try:
        desk.publish()
        loop = asyncio.get_running_loop()
        tracks = set()
        while tracks != {TapTrack.PROGRAMME_VIDEO, TapTrack.DESK_AUDIO}:
            for datagram in split(await asyncio.wait_for(loop.sock_recv(recorder, LONGEST_MESSAGE), 5)):
                packet = parse(datagram)
                tracks.add(packet.track)
                assert abs(packet.capture_us / 1e6 - time.time()) < 5
        await media.stage(closed=True, audience=("06649",))
        while True:  # what was sent before the closing
            try:
                recorder.recv(LONGEST_MESSAGE)
            except BlockingIOError:
                break
        await until_more(room, *DESK_SLOTS, packets=50)
        with pytest.raises(BlockingIOError):
            recorder.recv(LONGEST_MESSAGE)
    finally:
        recorder.close()


async def test_a_link_says_goodbye_and_is_gone(media: Media) -> None:
    room = await media.join("06649")
    await eventually(lambda: not any(
        isinstance(f, LinkChanged) and f.state is LinkState.CONNECTED for f in media.told
    ) and "not connected yet")  # fmt: skip
    await room.close()
    await eventually(lambda: not any(
        isinstance(f, LinkChanged) and f.state is LinkState.CLOSED for f in media.told
    ) and "not closed yet")  # fmt: skip
    assert (await media.status()).links == ()


async def test_a_room_that_receives_is_known_to_receive(media: Media) -> None:
    desk, room = await media.join(DESK, Purpose.DESK), await media.join("06649")
    desk.publish()
    await until_more(room, *DESK_SLOTS)
    await eventually(lambda: not any(
        isinstance(f, LinkChanged) and f.room == "06649" and f.state is LinkState.RECEIVING for f in media.told
    ) and "no receiver report has come")  # fmt: skip
    await eventually(lambda: not any(
        isinstance(f, LinkReports) and any(r.rtt_ms is not None for r in f.links) for f in media.told
    ) and "no round trip was measured")  # fmt: skip


async def test_random_datagrams_end_nobodys_link(media: Media) -> None:
    desk, room = await media.join(DESK, Purpose.DESK), await media.join("06649")
    desk.publish()
    await until_more(room, *DESK_SLOTS)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for size in (0, 1, 4, 12, 20, 100, 1400, 1600, 9000):
            for first in (0, 1, 20, 22, 63, 128, 144, 191, 255):
                stranger.sendto((bytes([first]) + os.urandom(size))[:size], ("127.0.0.1", media.port))
    await until_more(room, *DESK_SLOTS, packets=50)


async def test_an_offer_that_is_none_is_refused_and_disturbs_nobody(media: Media) -> None:
    desk, room = await media.join(DESK, Purpose.DESK), await media.join("06649")
    desk.publish()
    with pytest.raises(Refused) as refused:
        await media.channel.request(OpenLink(link="x", room="06652", purpose=Purpose.ROOM, sdp="hello"))
    assert refused.value.code is RefusalCode.BAD_SDP
    await until_more(room, *DESK_SLOTS)
