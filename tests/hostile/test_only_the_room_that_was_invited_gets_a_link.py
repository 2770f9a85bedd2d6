"""DTLS is heard only from the address of an authenticated check, and only the offer's certificate becomes a link
(OWASP ASVS 5.0, 17.2.2, 17.2.6, 17.2.8)."""

from __future__ import annotations

import os
import random

import pytest

from signaling.messages import LinkState
from signaling.wire.aiortc_seams import make_certificate
from tests.hostile.intruder import Hello, Intruder
from tests.server.media.wire import End, Media, until_more
from tests.waiting import eventually

ROOM = "06649"


async def until(intruder: Intruder, state: LinkState) -> None:
    await eventually(lambda: state not in intruder.states() and f"media told {intruder.states()}")


async def test_a_check_with_a_wrong_password_is_not_answered_and_opens_nothing(intruder: Intruder) -> None:
    await intruder.negotiate(ROOM)
    assert not await intruder.check(password="x" * 24)
    assert not await intruder.shake()
    assert intruder.states() == [LinkState.NEGOTIATED]
    assert await intruder.check()
    assert await intruder.shake()
    await until(intruder, LinkState.CONNECTED)


async def test_a_client_hello_that_races_the_rooms_own_is_not_heard(intruder: Intruder) -> None:
    """From an address without a check, before, between and during: the room's own handshake stands."""
    await intruder.negotiate(ROOM)
    race = Hello(make_certificate())
    for _ in range(20):
        intruder.other.sendto(race.flight(), intruder.server)
    assert await intruder.heard(intruder.other) is None
    assert await intruder.check()
    for _ in range(20):
        intruder.other.sendto(race.flight(), intruder.server)
    assert await intruder.shake()
    await until(intruder, LinkState.CONNECTED)
    assert await intruder.heard(intruder.other) is None
    assert LinkState.CLOSED not in intruder.states()


async def test_another_certificate_than_the_offers_never_becomes_a_link(
    desk: End, media: Media, intruder: Intruder
) -> None:
    """It knows the ICE password, as whoever reads the signalling would: that is not enough."""
    await intruder.negotiate(ROOM)
    assert await intruder.check()
    await intruder.shake(Hello(make_certificate()))
    await until(intruder, LinkState.CLOSED)
    assert LinkState.CONNECTED not in intruder.states()
    while (data := await intruder.heard(intruder.own, 0.3)) is not None:
        assert not 127 < data[0] < 192, "media was sent to a stranger"


@pytest.mark.parametrize(
    "hello",
    [
        pytest.param({"ciphers": b"ECDHE-RSA-AES128-GCM-SHA256"}, id="RSA"),
        pytest.param({"ciphers": b"eNULL:@SECLEVEL=0"}, id="no encryption"),
        pytest.param({"ciphers": b"AES128-SHA:AES256-SHA:@SECLEVEL=0"}, id="without forward secrecy"),
        pytest.param({"ciphers": b"aNULL:@SECLEVEL=0"}, id="without a certificate"),
        pytest.param({"highest": 0xFEFF, "ciphers": b"ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"}, id="DTLS 1.0"),
        pytest.param({"profiles": b""}, id="no SRTP"),
        pytest.param({"profiles": b"SRTP_AES128_CM_SHA1_32"}, id="SRTP with a short tag"),
    ],
)
async def test_a_handshake_below_the_standard_never_becomes_a_link(
    intruder: Intruder, hello: dict[str, bytes]
) -> None:
    await intruder.negotiate(ROOM)
    assert await intruder.check()
    await intruder.shake(Hello(intruder.certificate, **hello))  # type: ignore[arg-type]
    await until(intruder, LinkState.CLOSED)
    assert LinkState.CONNECTED not in intruder.states()


async def test_handshakes_that_are_cut_off_or_garbled_do_not_prevent_the_whole_one(intruder: Intruder) -> None:
    """From the room's own address, as anybody who forges it could send them."""
    await intruder.negotiate(ROOM)
    assert await intruder.check()
    whole = Hello(intruder.certificate).flight()
    for cut in range(1, len(whole), 7):
        intruder.own.sendto(whole[:cut], intruder.server)
    for first in (20, 21, 22, 23, 24, 25, 26, 63):
        for size in (1, 12, 13, 14, 100, 1400, 1500):
            intruder.own.sendto(bytes([first]) + os.urandom(size - 1), intruder.server)
            intruder.own.sendto((bytes([first, 0xFE, 0xFD]) + bytes(9) + os.urandom(size))[:size], intruder.server)
    assert await intruder.shake()
    await until(intruder, LinkState.CONNECTED)


@pytest.mark.parametrize("kind", [20, 21, 22, 23, 24, 63])
async def test_one_made_up_record_does_not_prevent_the_handshake(intruder: Intruder, kind: int) -> None:
    """Of the right shape, and alone: nothing else fills the queue before it. OpenSSL would give up at each."""
    await intruder.negotiate(ROOM)
    assert await intruder.check()
    content = random.Random(kind).randbytes(87)
    intruder.own.sendto(bytes([kind, 0xFE, 0xFD]) + bytes(9) + bytes([len(content)]) + content, intruder.server)
    assert await intruder.check()  # answered behind it
    assert await intruder.shake()
    await until(intruder, LinkState.CONNECTED)


async def test_dtls_garbage_from_a_linked_rooms_own_address_ends_nothing(desk: End, intruder: Intruder) -> None:
    await intruder.negotiate(ROOM)
    assert await intruder.check()
    assert await intruder.shake()
    await until(intruder, LinkState.CONNECTED)
    alert = bytes([21, 0xFE, 0xFD]) + bytes(8) + b"\x00\x02\x02\x28"  # unencrypted: handshake_failure
    goodbye = bytes([21, 0xFE, 0xFD]) + bytes(8) + b"\x00\x02\x01\x00"  # unencrypted: close_notify
    for _ in range(100):
        for data in (alert, goodbye, Hello(intruder.certificate).flight(), bytes([23]) + os.urandom(200)):
            intruder.own.sendto(data, intruder.server)
    assert await intruder.check()
    while (data := await intruder.heard(intruder.own)) is not None and not 127 < data[0] < 192:
        pass
    assert data is not None, "media came no more"
    assert LinkState.CLOSED not in intruder.states()


async def test_an_address_that_is_one_links_is_not_taken_by_another(
    desk: End, media: Media, intruder: Intruder
) -> None:
    await intruder.negotiate(ROOM)
    assert await intruder.check()
    assert await intruder.shake()
    await until(intruder, LinkState.CONNECTED)
    thief = Intruder(media)
    try:
        await thief.negotiate("06652")
        intruder.own.sendto(thief.signed_check(), intruder.server)  # as if forged: from the first one's address
        assert await thief.check()
        assert await thief.shake()
        await until(thief, LinkState.CONNECTED)
    finally:
        thief.close()
    assert await intruder.check()
    assert LinkState.CLOSED not in intruder.states()


async def test_a_replayed_check_does_not_move_a_link_that_is_heard(desk: End, media: Media) -> None:
    """A recorded check is signed; sent again from elsewhere it must not carry the media away."""
    room = await media.join(ROOM)
    await until_more(room)
    room_intruder = Intruder(media)
    try:
        await room_intruder.negotiate("06652")
        assert await room_intruder.check()
        assert await room_intruder.shake()
        recorded = room_intruder.signed_check()
        room_intruder.own.sendto(recorded, room_intruder.server)
        for _ in range(5):
            room_intruder.other.sendto(recorded, room_intruder.server)
            assert await room_intruder.check(), "the room's own check brings it back"
        await eventually(lambda: None if LinkState.CONNECTED in room_intruder.states() else "not connected")
    finally:
        room_intruder.close()
    await until_more(room)
