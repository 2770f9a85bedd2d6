"""A day in the life of an unattended room, against a stock aiortc peer on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from room_client.link import LinkEnd
from room_client.room import Room, RoomOptions, RoomOutcome, RoomState
from room_client.sources.contract import SourceProblem
from signaling.messages import FloorView, InterpretationView, Purpose
from signaling.refusals import Refusal, RefusalCode
from signaling.wire.slots import SlotName
from tests.room_client.conftest import KEY, Seen, Server
from tests.waiting import eventually


def options(server: Server, **changes: object) -> RoomOptions:
    return RoomOptions(**{"server_url": server.url, "key": KEY, **changes})  # type: ignore[arg-type]


@asynccontextmanager
async def living(room: Room) -> AsyncIterator[asyncio.Task[RoomOutcome]]:
    run = asyncio.create_task(room.run())
    try:
        yield run
    finally:
        room.stop()
        await run


def packets(room: Room, slot: SlotName) -> int:
    counts = room.counts()
    return counts.slots[slot].packets if counts and slot in counts.slots else 0


async def test_room_joins_and_counts_what_it_receives(server: Server) -> None:
    seen = Seen()
    room = Room(options(server), seen)
    async with living(room):
        await eventually(lambda: "" if packets(room, SlotName.DESK_VIDEO) > 10 else f"{room.debug_snapshot()}")
        await eventually(lambda: "" if packets(room, SlotName.DESK_AUDIO) > 10 else f"{room.debug_snapshot()}")
        await eventually(lambda: "" if server.received else "no `received` message")
        assert room.receiving()
        counts = room.counts()
        assert counts is not None
        desk = counts.slots[SlotName.DESK_VIDEO]
        assert desk.lost == 0
        assert desk.key_frames >= 1
        assert desk.frames > 5
        assert counts.undecryptable == counts.unknown == 0
        assert set(seen.first) == {SlotName.DESK_VIDEO, SlotName.DESK_AUDIO}
        assert SlotName.DESK_VIDEO in seen.key_frames
        assert server.devices[0] == {"camera": "ok", "microphone": "ok"}
        assert server.answerers[0].pictures == 0, "published without the floor"
    assert seen.states == [
        RoomState.CONNECTING,
        RoomState.JOINING,
        RoomState.JOINED,
        RoomState.ENDED,
    ]
    await eventually(lambda: "" if server.leaves == 1 else "no `leave`")


async def test_receiver_reports_reach_the_sender(server: Server) -> None:
    room = Room(options(server))
    async with living(room):
        await eventually(lambda: "" if server.answerers else "no join")
        sender = server.answerers[0].peer.getTransceivers()[2].sender

        # a `received` message comes every two seconds, receiver reports every second
        await eventually(lambda: "" if server.received else "no `received` message")
        statistics = (await sender.getStats()).values()
        (report,) = [s for s in statistics if s.type == "remote-inbound-rtp"]
        assert report.packetsLost == 0


async def test_room_publishes_only_while_it_has_the_floor(server: Server) -> None:
    room = Room(options(server))
    async with living(room):
        await eventually(lambda: "" if room.state is RoomState.JOINED else room.state)
        peer = server.answerers[0]
        await server.show(has_floor=True)
        await eventually(
            lambda: "" if peer.pictures > 5 and peer.sounds > 10 else f"{peer.pictures} {peer.sounds}"
        )
        assert peer.size == (640, 360)
        await server.show(has_floor=False)
        await eventually(lambda: "" if not room.on_air else "still on air")
        counts = room.counts()
        assert counts is not None
        sent = counts.sent
        await eventually(lambda: "" if len(server.received) > 1 else "no more reports")  # some seconds later
        now = room.counts()
        assert now is not None
        assert now.sent == sent, "went on sending without the floor"
        pictures = peer.pictures
        await server.show(has_floor=True)
        await eventually(lambda: "" if peer.pictures > pictures + 3 else "no pictures after the second time")


async def test_an_interpreters_room_sends_its_sound_and_no_picture(server: Server) -> None:
    room = Room(options(server))
    async with living(room):
        await eventually(lambda: "" if room.state is RoomState.JOINED else room.state)
        peer = server.answerers[0]
        await server.show(has_floor=False)
        named = InterpretationView(
            interpreter=FloorView(code="06649", name="Phường Hà Tu"), heard=False, interprets=True
        )
        await server.socket.emit(named.event, named.model_dump(mode="json"), namespace="/room")
        await eventually(lambda: "" if peer.sounds > 20 else f"{peer.sounds} sounds")
        assert peer.pictures == 0
        assert not room.on_air
        await server.socket.emit(named.event, InterpretationView().model_dump(mode="json"), namespace="/room")
        await eventually(lambda: "" if len(server.received) > 1 else "no reports")  # some seconds later
        sent, reports = room.counts(), len(server.received)
        await eventually(lambda: "" if len(server.received) > reports else "no more reports")
        now = room.counts()
        assert sent is not None
        assert now is not None
        assert now.sent == sent.sent, "went on sending when it interpreted no more"


async def test_vp8_where_the_stage_speaks_it(server: Server) -> None:
    server.codec = "vp8"
    room = Room(options(server))
    async with living(room):
        await eventually(lambda: "" if room.state is RoomState.JOINED else room.state)
        await server.show(has_floor=True)
        peer = server.answerers[0]
        await eventually(lambda: "" if peer.pictures > 5 else f"{peer.pictures} pictures")
        assert peer.size == (640, 360)


async def test_key_frame_on_request(server: Server) -> None:
    seen = Seen()
    room = Room(options(server), seen)
    async with living(room):
        await eventually(lambda: "" if room.state is RoomState.JOINED else room.state)
        await server.show(has_floor=True)
        peer = server.answerers[0]
        await eventually(lambda: "" if peer.pictures > 3 else f"{peer.pictures} pictures")
        before, pictures = peer.key_pictures, peer.pictures
        peer.ask_for_key_frame()
        await eventually(lambda: "" if peer.key_pictures > before else "no key frame")
        assert seen.wanted
        assert peer.pictures - pictures < 30, "that was the ordinary one"


async def test_desk_publishes_at_once_and_receives_nothing(server: Server) -> None:
    room = Room(options(server, purpose=Purpose.DESK, document="test"))
    async with living(room):
        await eventually(
            lambda: "" if server.answerers and server.answerers[0].pictures > 5 else "no pictures of the desk"
        )
        assert len(server.answerers[0].peer.getTransceivers()) == 3
        counts = room.counts()
        assert counts is not None
        assert len(counts.sent) == 3
        assert not counts.slots


async def test_wrong_key_is_said_and_not_tried_again(server: Server) -> None:
    room = Room(options(server, key="wrong"))
    outcome = await asyncio.wait_for(room.run(), 10)
    assert outcome.refusal is not None
    assert outcome.refusal.code is RefusalCode.BAD_KEY
    assert outcome.refusal.text == "Khóa phòng không đúng."
    assert room.state is RoomState.REFUSED
    assert not server.sids


async def test_media_goes_on_while_the_server_drops_the_socket(server: Server) -> None:
    room = Room(options(server))
    async with living(room):
        await server.show(has_floor=True)
        await eventually(lambda: "" if packets(room, SlotName.DESK_VIDEO) else "nothing received")
        peer = server.answerers[0]
        await eventually(lambda: "" if peer.pictures > 3 else f"{peer.pictures} pictures")
        await server.socket.disconnect(server.sids[0], namespace="/room")
        before = packets(room, SlotName.DESK_VIDEO)
        await eventually(lambda: "" if len(server.sids) == 2 else "signalling does not come back")
        pictures = peer.pictures
        await eventually(lambda: "" if peer.pictures > pictures + 5 else "publishes no more")
        await eventually(lambda: "" if packets(room, SlotName.DESK_VIDEO) > before + 5 else "receives no more")
        assert room.joins == len(server.answerers) == 1, "the link was not to blame"
        assert room.on_air
        assert server.leaves == 0


async def test_desk_joins_a_new_link_before_it_closes_the_old_one(server: Server) -> None:
    room = Room(options(server, purpose=Purpose.DESK))
    async with living(room):
        await eventually(lambda: "" if server.answerers and server.answerers[0].pictures > 3 else "no pictures")
        await server.socket.disconnect(server.sids[0], namespace="/room")
        await eventually(lambda: "" if room.joins == 2 else f"{room.joins} joins")
        old, new = server.answerers
        old_pictures = old.pictures
        await eventually(lambda: "" if new.pictures > 3 else f"{new.pictures} pictures on the new link")
        assert old_pictures > 3
        await eventually(lambda: "" if old.peer.connectionState == "closed" else old.peer.connectionState)
        assert room.state is RoomState.JOINED


async def test_room_joins_again_when_the_media_ends(server: Server) -> None:
    seen = Seen()
    room = Room(options(server), seen)
    async with living(room):
        await eventually(lambda: "" if packets(room, SlotName.DESK_VIDEO) else "nothing received")
        await server.answerers[0].close()
        await eventually(lambda: "" if room.joins == 2 else f"{room.joins} joins", 8)
        assert seen.ends[0] in (LinkEnd.SERVER_CLOSED, LinkEnd.SERVER_GONE)
        assert len(server.sids) == 1, "the signalling was not to blame"


async def test_room_is_told_to_join_again(server: Server) -> None:
    room = Room(options(server))
    async with living(room):
        await eventually(lambda: "" if room.joins == 1 else "no join")
        await server.end_links(RefusalCode.MEDIA_NOT_RUNNING, rejoin=True)
        await eventually(lambda: "" if room.joins == 2 else f"{room.joins} joins")


async def test_replaced_room_stays_away(server: Server) -> None:
    room = Room(options(server))
    async with living(room) as run:
        await eventually(lambda: "" if room.joins == 1 else "no join")
        await server.end_links(RefusalCode.REPLACED, rejoin=False)
        outcome = await asyncio.wait_for(run, 10)
        assert outcome.refusal is not None
        assert outcome.refusal.code is RefusalCode.REPLACED


async def test_refused_join_is_tried_again(server: Server) -> None:
    server.refuse_join = Refusal(code=RefusalCode.MEDIA_NOT_RUNNING)
    seen = Seen()
    room = Room(options(server), seen)
    async with living(room):
        await eventually(lambda: "" if seen.ends else "not refused")
        assert isinstance(seen.ends[0], Refusal)
        server.refuse_join = None
        await eventually(lambda: "" if room.joins == 1 else "did not come back")


async def test_hand(server: Server) -> None:
    room = Room(options(server))
    assert not await room.raise_hand()
    async with living(room):
        await eventually(lambda: "" if room.joins == 1 else "no join")
        assert await room.raise_hand()
        assert await room.raise_hand(False)
        await eventually(lambda: "" if server.hands == [True, False] else f"{server.hands}")


async def test_missing_file_is_said_and_the_room_still_receives(server: Server) -> None:
    seen = Seen()
    room = Room(options(server, video="/nowhere/film.mp4", audio="none"), seen)
    async with living(room):
        await eventually(lambda: "" if room.joins == 1 else "no join")
        await eventually(lambda: "" if server.devices else "no devices told")
        assert server.devices[0] == {"camera": "missing", "microphone": "off"}
        await server.show(has_floor=True)
        await eventually(lambda: "" if len(seen.problems) > 1 else "nothing said on the air")
        problem = seen.problems[0]
        assert problem is not None
        assert problem.problem is SourceProblem.NO_SUCH_FILE
        before = packets(room, SlotName.DESK_VIDEO)
        await eventually(lambda: "" if packets(room, SlotName.DESK_VIDEO) > before + 5 else "no longer receives")


async def test_stop_before_and_during_the_connection() -> None:
    room = Room(RoomOptions("http://127.0.0.1:9", KEY))
    room.stop()
    assert (await room.run()).refusal is None
    seen = Seen()
    room = Room(RoomOptions("http://127.0.0.1:9", KEY), seen)
    run = asyncio.create_task(room.run())
    await eventually(lambda: "" if RoomState.WAITING in seen.states else f"{seen.states}")
    room.stop()
    assert (await asyncio.wait_for(run, 5)).refusal is None
