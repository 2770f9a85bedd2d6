"""A linked room sends far more than a camera and a microphone: it is cut off, nobody else notices, and the
recording neither (OWASP ASVS 5.0, 17.2.5, 17.2.7)."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from signaling.messages import LinkState, Purpose
from signaling.ports import LinkReports
from signaling.refusals import RefusalCode
from signaling.wire import rtcp
from signaling.wire.rtp import pack_packet
from signaling.wire.slots import SlotName, Upstream
from tests.hostile.intruder import SSRCS, Intruder
from tests.hostile.reception import Received, Reception, recorded_reception
from tests.server.media.wire import Media
from tests.waiting import eventually

CUT_OFF_WITHIN_S = 3.0
BATCH = 400  # then everybody else of this process has a turn
Send = Callable[[int], None]


def much_media(room: Intruder) -> Send:
    """Valid SRTP on the camera's own stream."""
    keys, payload = room.keys(), b"\x41\x9a" + os.urandom(1100)
    kind = room.answer.parts[Upstream.CAMERA].payload_type

    def send(number: int) -> None:
        room.send(keys.protect(pack_packet(kind, True, number, number * 30, SSRCS[Upstream.CAMERA], payload)))

    return send


def many_streams(room: Intruder) -> Send:
    """Every packet under a number of its own: libsrtp keeps each of them as a stream."""
    keys = room.keys()

    def send(number: int) -> None:
        room.send(keys.protect(pack_packet(102, True, 1, 2, 5_000_000 + number, bytes(20))))

    return send


def many_reports(room: Intruder) -> Send:
    """NACKs that name thousands of packets each."""
    keys = room.keys()
    slots = [
        ssrc
        for part, answered in room.answer.parts.items()
        if isinstance(part, SlotName)
        for ssrc in answered.ssrcs
    ]
    reports = [rtcp.receiver_report(1, ()) + rtcp.packets_wanted(1, ssrc, range(4000)) for ssrc in slots]

    def send(number: int) -> None:
        room.send(keys.protect_rtcp(reports[number % len(reports)]))

    return send


@asynccontextmanager
async def linked(media: Media, room: str) -> AsyncIterator[Intruder]:
    """A room with a link like any other, whose packets are its own affair."""
    intruder = Intruder(media)
    try:
        await intruder.negotiate(room, Purpose.ROOM)
        assert await intruder.check()
        assert await intruder.shake()
        await eventually(
            lambda: LinkState.CONNECTED not in intruder.states() and f"media told {intruder.states()}"
        )
        yield intruder
    finally:
        intruder.close()


async def flood(send: Send, stop: Callable[[], bool]) -> int:
    numbers = itertools.count()
    while not stop():
        for number in itertools.islice(numbers, BATCH):
            send(number)
        await asyncio.sleep(0)
    return next(numbers)


def lost(reception: Reception) -> list[int]:
    return [
        sum(room.link.counts().slots[slot].lost for slot in (SlotName.DESK_VIDEO, SlotName.DESK_AUDIO))
        for room in reception.rooms
    ]


@pytest.mark.parametrize("has_floor", [False, True], ids=["without the floor", "with the floor"])
async def test_rooms_that_flood_are_cut_off(tmp_path: Path, has_floor: bool) -> None:
    async with recorded_reception(tmp_path) as reception:
        for room, how in (("06658", much_media), ("06661", many_streams), ("06664", many_reports)):
            async with linked(reception.media, room) as flooder:
                if has_floor:
                    await reception.media.stage(floor=room)
                await cut_off(reception, flooder, how(flooder))
        await reception.sealed_whole()


async def cut_off(reception: Reception, flooder: Intruder, send: Send) -> None:
    """Let it flood until it is cut off; the others have lost nothing, and the process has not grown."""
    before, lost_before = reception.received(), lost(reception)
    pictures, memory_mb, closed = reception.camera.pictures_sent, reception.memory_mb(), len(reception.closed())
    started_s = time.monotonic()
    sent = await asyncio.wait_for(flood(send, lambda: len(reception.closed()) > closed), 15)
    lasted_s = time.monotonic() - started_s
    print(f"{sent} packets in {lasted_s:.2f} s, memory +{reception.memory_mb() - memory_mb:.1f} MB")
    assert reception.closed()[-1].room == flooder.room
    assert reception.closed()[-1].refusal is RefusalCode.TOO_MUCH_MEDIA
    assert lasted_s < CUT_OFF_WITHIN_S
    await reception.everybody_receives()
    await eventually(lambda: lost(reception) != lost_before and f"lost {lost(reception)}, before {lost_before}")
    sent_pictures = reception.camera.pictures_sent - pictures
    await eventually(lambda: missing(before, reception.received(), sent_pictures))
    assert not any(room.ended for room in reception.received())
    assert len(reception.closed()) == closed + 1
    assert reception.memory_mb() - memory_mb < 20


def missing(before: list[Received], now: list[Received], pictures: int) -> str | None:
    """A picture is at least one packet; those of this moment may still be under way."""
    came = [later.packets - earlier.packets for earlier, later in zip(before, now, strict=True)]
    return None if min(came) >= pictures else f"{came} packets came of {pictures} pictures"


async def test_a_camera_at_full_quality_is_no_flood(media: Media) -> None:
    """Three layers, a document, sound, a key frame of each at once: 7 Mbit/s, half a megabyte of it at once."""
    async with linked(media, "06658") as room:
        send = much_media(room)
        started_s, sent = time.monotonic(), 0
        while (elapsed_s := time.monotonic() - started_s) < 4:
            due = int(elapsed_s * 400 + 400 * (int(elapsed_s) + 1))
            for number in range(sent, due):
                send(number)
            sent = due
            await asyncio.sleep(0.01)
        (link,) = (await media.status()).links
        assert link.state in (LinkState.CONNECTED, LinkState.RECEIVING)
        await eventually(lambda: None if received(media) >= sent * 0.99 else f"{received(media)} of {sent} came")


def received(media: Media) -> int:
    """What the server took of the one link that there is."""
    reports = [frame for frame in media.told if isinstance(frame, LinkReports) and frame.links]
    return reports[-1].links[0].packets_received if reports else 0
