"""Silence is noticed and forgiven; a room that comes from elsewhere goes on: one link, one handshake."""

from __future__ import annotations

import re
import secrets
import socket

import pytest

from server.media.address import SILENT_AFTER_S
from signaling.messages import LinkState, Purpose
from signaling.ports import DebugSnapshot, DebugWanted, LinkChanged, LinkOpened, RestartLink
from signaling.refusals import RefusalCode, Refused
from signaling.wire import stun
from tests.server.media.nat import Nat
from tests.server.media.wire import DESK, DESK_SLOTS, Media, until_more
from tests.waiting import eventually


def state_of(media: Media, room: str) -> LinkState | None:
    states = [f.state for f in media.told if isinstance(f, LinkChanged) and f.room == room]
    return states[-1] if states else None


async def until_state(media: Media, room: str, *wanted: LinkState) -> None:
    await eventually(
        lambda: state_of(media, room) not in wanted and f"{room} is {state_of(media, room)}", SILENT_AFTER_S + 8
    )


async def test_a_room_gone_dark_rests_and_goes_on_by_itself_when_the_line_is_back(media: Media) -> None:
    desk = await media.join(DESK, Purpose.DESK)
    desk.publish()
    async with Nat(media.port) as nat:
        room = await media.join("06649", through=nat.in_answer)
        await until_more(room, *DESK_SLOTS)
        nat.dark = True
        await until_state(media, "06649", LinkState.SILENT)
        sent = (await media.status()).packets_out
        other = await media.join("06652")
        await until_more(other, *DESK_SLOTS, packets=30)
        assert (await media.status()).packets_out - sent < 30 + 60, (
            "nothing was sent into the dark beside the other's"
        )
        nat.dark = False
        await until_state(media, "06649", LinkState.CONNECTED, LinkState.RECEIVING)
        await until_more(room, *DESK_SLOTS, packets=30)


async def test_a_room_whose_nat_forgot_it_is_followed_to_its_new_port(media: Media) -> None:
    desk = await media.join(DESK, Purpose.DESK)
    desk.publish()
    async with Nat(media.port) as nat:
        room = await media.join("06649", through=nat.in_answer)
        await until_more(room, *DESK_SLOTS)
        opened = sum(isinstance(f, LinkChanged) and f.state is LinkState.NEGOTIATED for f in media.told)
        nat.rebind()
        await until_more(room, *DESK_SLOTS, packets=50)
        again = sum(isinstance(f, LinkChanged) and f.state is LinkState.NEGOTIATED for f in media.told)
        assert again == opened
        assert state_of(media, "06649") is not LinkState.SILENT


async def test_after_an_ice_restart_the_same_link_goes_on_from_another_address(media: Media) -> None:
    desk = await media.join(DESK, Purpose.DESK)
    desk.publish()
    room = await media.join("06649")
    await until_more(room, *DESK_SLOTS)
    link = next(f.link for f in media.told if isinstance(f, LinkChanged) and f.room == "06649")
    offer = re.sub(r"a=ice-ufrag:.*", "a=ice-ufrag:fresh", room.link.offer())
    offer = re.sub(r"a=ice-pwd:.*", "a=ice-pwd:" + "f" * 24, offer)
    reply = await media.channel.request(RestartLink(link=link, sdp=offer))
    assert isinstance(reply, LinkOpened)
    ufrag = re.findall(r"a=ice-ufrag:(\S+)", reply.sdp)[0]
    password = re.findall(r"a=ice-pwd:(\S+)", reply.sdp)[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.settimeout(5)
        elsewhere.connect(("127.0.0.1", media.port))
        transaction = secrets.token_bytes(12)
        elsewhere.send(stun.binding_request(transaction, "fresh", ufrag, password.encode(), 1))
        kinds = set()
        while kinds < {"answer", "media"}:
            came = elsewhere.recv(2048)
            kinds.add("media" if 127 < came[0] < 192 else "answer")
    states = [f.state for f in media.told if isinstance(f, LinkChanged) and f.link == link]
    assert states.count(LinkState.SECURING) == 1, "the same keys go on"


@pytest.mark.parametrize("change", ["a=fingerprint:sha-256 " + ":".join(["AA"] * 32), "a=mid:9"])
async def test_a_restart_with_another_rooms_offer_is_refused_and_changes_nothing(
    media: Media, change: str
) -> None:
    desk = await media.join(DESK, Purpose.DESK)
    desk.publish()
    room = await media.join("06649")
    link = next(f.link for f in media.told if isinstance(f, LinkChanged) and f.room == "06649")
    name = change.partition(":")[0]
    offer = re.sub(name + r":.*", change, room.link.offer(), count=0 if "finger" in change else 1)
    with pytest.raises(Refused) as refused:
        await media.channel.request(RestartLink(link=link, sdp=offer))
    assert refused.value.code is RefusalCode.BAD_SDP
    with pytest.raises(Refused) as unknown:
        await media.channel.request(RestartLink(link="nobody", sdp=offer))
    assert unknown.value.code is RefusalCode.ROOM_NOT_CONNECTED
    await until_more(room, *DESK_SLOTS, packets=20)


async def test_staff_see_what_every_object_is_and_nobodys_address(media: Media) -> None:
    desk = await media.join(DESK, Purpose.DESK)
    desk.publish()
    room = await media.join("06649")
    await until_more(room, *DESK_SLOTS)
    reply = await media.channel.request(DebugWanted())
    assert isinstance(reply, DebugSnapshot)
    assert {"plane", "fanout", "stage", "slot desk_video"} <= set(reply.objects)
    assert reply.objects["slot desk_video"]["room"] == DESK
    assert sum(name.startswith("link ") for name in reply.objects) == 2
    said = reply.model_dump_json()
    assert "127.0.0.1" not in said
    assert "candidate" not in said
