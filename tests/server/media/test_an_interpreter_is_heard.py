"""The interpretation on the wire: one slot more, for those who may receive, and nothing at all without it."""

from __future__ import annotations

import asyncio
import re
import socket

import pytest

from room_client.sdp import AnswerUnusable
from signaling.channel import connected_socket
from signaling.messages import Purpose
from signaling.tap import LONGEST_MESSAGE, TapTrack, parse, split
from signaling.wire.slots import STAGE_SLOTS, SlotName
from tests.server.media.wire import DESK, DESK_SLOTS, FLOOR_SLOTS, Media, until_more

INTERPRETATION = SlotName.INTERPRETER_AUDIO
INTERPRETER, SPEAKER, LISTENER, OUTSIDE = "06649", "06652", "06655", "06658"


async def test_the_interpreter_is_heard_beside_whoever_has_the_floor(media: Media) -> None:
    interpreter, speaker, listener = [await media.join(code) for code in (INTERPRETER, SPEAKER, LISTENER)]
    interpreter.publish()
    speaker.publish()
    await media.stage(floor=SPEAKER, interpreter=INTERPRETER)
    await until_more(listener, INTERPRETATION)
    await until_more(listener, SlotName.FLOOR_AUDIO)
    await until_more(speaker, INTERPRETATION)
    await media.until_shown("interpreter", INTERPRETER)
    await media.stage(floor=None)
    await until_more(listener, INTERPRETATION, packets=50)
    assert interpreter.packets(INTERPRETATION) == 0, "a hall does not hear itself"


async def test_only_the_sound_of_the_interpreter_is_forwarded(media: Media) -> None:
    interpreter, listener = await media.join(INTERPRETER), await media.join(LISTENER)
    interpreter.publish()
    await media.stage(interpreter=INTERPRETER)
    await until_more(listener, INTERPRETATION, packets=50)
    assert listener.packets() == listener.packets(INTERPRETATION)


async def test_the_desk_hears_the_interpretation(media: Media) -> None:
    interpreter, watcher = await media.join(INTERPRETER), await media.join(DESK, Purpose.WATCH)
    interpreter.publish()
    await media.stage(interpreter=INTERPRETER)
    await until_more(watcher, INTERPRETATION)


async def test_without_an_interpreter_there_is_not_one_packet_more(media: Media) -> None:
    desk, eager, listener = (
        await media.join(DESK, Purpose.DESK),
        await media.join(INTERPRETER),
        await media.join(LISTENER),
    )
    desk.publish()
    eager.publish()
    await until_more(listener, *DESK_SLOTS, packets=50)
    assert listener.packets(INTERPRETATION) == 0
    await media.stage(interpreter=INTERPRETER)
    await until_more(listener, INTERPRETATION)
    await media.stage(interpreter=None)
    await media.until_shown("interpreter", None)
    await until_more(listener, *DESK_SLOTS)  # in flight before is here by now: one socket, one order
    before = listener.packets(INTERPRETATION)
    await until_more(listener, *DESK_SLOTS, packets=100)
    assert listener.packets(INTERPRETATION) == before


async def test_rooms_outside_the_audience_get_no_packet_of_the_interpretation(media: Media) -> None:
    interpreter, listener, outside = [await media.join(code) for code in (INTERPRETER, LISTENER, OUTSIDE)]
    interpreter.publish()
    await media.stage(audience=(INTERPRETER, LISTENER), interpreter=INTERPRETER)
    await until_more(listener, INTERPRETATION, packets=50)
    assert outside.packets() == 0


async def test_a_closed_item_cuts_the_interpretation(media: Media) -> None:
    interpreter, listener, allowed = [await media.join(code) for code in (INTERPRETER, LISTENER, OUTSIDE)]
    interpreter.publish()
    await media.stage(interpreter=INTERPRETER)
    await until_more(listener, INTERPRETATION)
    await until_more(allowed, INTERPRETATION)
    await media.stage(closed=True, audience=(INTERPRETER, OUTSIDE))
    await until_more(allowed, INTERPRETATION)  # in flight before is here by now: one socket, one order
    before = listener.packets()
    await until_more(allowed, INTERPRETATION, packets=100)
    assert listener.packets() == before
    await media.stage(audience=())
    await media.until_shown("interpreter", None)
    desk, watcher = await media.join(DESK, Purpose.DESK), await media.join(DESK, Purpose.WATCH)
    desk.publish()
    await until_more(watcher, *DESK_SLOTS)
    before_allowed = allowed.packets()
    await until_more(watcher, *DESK_SLOTS, packets=100)
    assert (listener.packets(), allowed.packets()) == (before, before_allowed)
    assert watcher.packets(INTERPRETATION) == 0, "who may not receive may not be heard"


async def test_an_interpreter_outside_the_audience_is_not_heard_whatever_control_says(media: Media) -> None:
    outside, listener, desk = (
        await media.join(OUTSIDE),
        await media.join(LISTENER),
        await media.join(DESK, Purpose.DESK),
    )
    outside.publish()
    desk.publish()
    await media.stage(audience=(LISTENER,), interpreter=OUTSIDE)
    await until_more(listener, *DESK_SLOTS, packets=50)
    assert listener.packets(INTERPRETATION) == 0


async def test_an_interpreter_that_comes_back_is_heard_again(media: Media) -> None:
    interpreter, listener = await media.join(INTERPRETER), await media.join(LISTENER)
    interpreter.publish()
    await media.stage(interpreter=INTERPRETER)
    await until_more(listener, INTERPRETATION)
    await interpreter.close()
    await media.until_shown("interpreter", None)
    again = await media.join(INTERPRETER)
    again.publish()
    await until_more(listener, INTERPRETATION)
    await media.until_shown("interpreter", INTERPRETER)


async def test_a_room_whose_offer_has_no_such_section_goes_on_without_it(media: Media) -> None:
    """An older room: the answer it gets has two sounds, and it hears both of them."""
    interpreter, speaker = await media.join(INTERPRETER), await media.join(SPEAKER)
    older = await media.join(LISTENER, through_offer=without_the_last_sound, through=with_it_refused)
    interpreter.publish()
    speaker.publish()
    await media.stage(floor=SPEAKER, interpreter=INTERPRETER)
    await until_more(older, *FLOOR_SLOTS, packets=50)
    assert older.packets(INTERPRETATION) == 0
    assert older.link.counts().undecryptable == 0


def without_the_last_sound(offer: str) -> str:
    head, _, last = offer.rpartition("m=audio")
    mid = re.search(r"a=mid:(\S+)", last)
    if not last.count("a=recvonly") or mid is None:
        raise AnswerUnusable("the offer does not end with a sound that is received")
    return re.sub(rf"(a=group:BUNDLE.*) {mid[1]}\r\n", r"\1\r\n", head)


def with_it_refused(answer: str) -> str:
    refused = (
        "m=audio 0 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{len(STAGE_SLOTS) + 1}",
        "a=inactive",
    )
    return answer + "".join(f"{line}\r\n" for line in refused)


async def test_the_recorder_takes_the_interpretation_as_a_track_of_its_own(media: Media) -> None:
    interpreter, listener = await media.join(INTERPRETER), await media.join(LISTENER)
    recorder = connected_socket(media.directory / "media-tap.sock", socket.SOCK_SEQPACKET)
    try:
        interpreter.publish()
        await media.stage(interpreter=INTERPRETER)
        message = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(recorder, LONGEST_MESSAGE), 5)
        assert {parse(datagram).track for datagram in split(message)} == {TapTrack.INTERPRETER_AUDIO}
        await media.stage(closed=True, audience=(INTERPRETER, LISTENER))
        while True:  # what was sent before the closing
            try:
                recorder.recv(LONGEST_MESSAGE)
            except BlockingIOError:
                break
        await until_more(listener, INTERPRETATION, packets=50)
        with pytest.raises(BlockingIOError):
            recorder.recv(LONGEST_MESSAGE)
    finally:
        recorder.close()
