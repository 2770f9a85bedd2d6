"""Offer and answer, STUN, the UDP path and the seams to aiortc, each by itself."""

from __future__ import annotations

import asyncio
import inspect
import socket
from contextlib import suppress

import pytest
from aioice import stun as others_stun
from aiortc import RTCDtlsTransport
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from room_client import stun
from room_client.aiortc_seams import Dtls, DtlsPipe
from room_client.sdp import (
    AnswerUnusable,
    LocalEnd,
    Slot,
    Upstream,
    offered_parts,
    read_answer,
    write_offer,
)
from room_client.udp_path import PathEnd, PathFailed, UdpPath
from signaling.messages import Purpose
from tests.waiting import eventually

LOCAL = LocalEnd(
    "abcd", "p" * 22, "sha-256 " + ":".join(["AB"] * 32), "me", {u: i + 1 for i, u in enumerate(Upstream)}
)


# --- SDP -------------------------------------------------------------------------------------------


def test_the_one_offer_as_aiortc_reads_it() -> None:
    read = SessionDescription.parse(write_offer(Purpose.ROOM, LOCAL))
    assert [(m.kind, m.direction) for m in read.media] == [
        ("video", "sendonly"),
        ("audio", "sendonly"),
        *[("video", "recvonly")] * 3,
        *[("audio", "recvonly")] * 3,
    ]
    assert read.group[0].items == [str(i) for i in range(8)]
    assert read.media[0].ssrc[0].ssrc == 1
    assert read.media[0].rtp.codecs[0].parameters["profile-level-id"] == "42e01f"
    assert {m.dtls.role for m in read.media} == {"auto"}


def test_offers_of_the_desk_and_of_a_watcher() -> None:
    assert offered_parts(Purpose.DESK) == (Upstream.CAMERA, Upstream.MICROPHONE, Upstream.DOCUMENT)
    assert offered_parts(Purpose.WATCH) == tuple(Slot)
    assert write_offer(Purpose.DESK, LOCAL).count("a=sendonly") == 3


def answer(**changes: str) -> str:
    text = {
        "head": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-lite",
        "setup": "passive",
        "candidates": "a=candidate:1 1 udp 2130706431 127.0.0.1 5004 typ host",
        **changes,
    }
    lines = [text["head"]]
    for index, part in enumerate(offered_parts(Purpose.ROOM)):
        kind, number, name = ("video", 102, "H264/90000") if part.is_video else ("audio", 111, "opus/48000/2")
        port = 0 if part is Slot.INTERPRETER_AUDIO else 5004
        lines += [
            f"m={kind} {port} UDP/TLS/RTP/SAVPF {number}",
            f"a=mid:{index}",
            f"a=rtpmap:{number} {name}",
            text["candidates"],
            "a=ice-ufrag:abcd",
            "a=ice-pwd:" + "p" * 22,
            "a=fingerprint:sha-256 AB:CD",
            f"a=setup:{text['setup']}",
            f"a=ssrc:{1000 + index} cname:x",
        ]
    return "\r\n".join(lines) + "\r\n"


def test_an_answer_is_read() -> None:
    read = read_answer(answer(), Purpose.ROOM)
    assert read.dtls_client
    assert read.addresses == [("127.0.0.1", 5004)]
    assert read.fingerprints == [("sha-256", "AB:CD")]
    assert read.parts[Slot.FLOOR_VIDEO].ssrcs == [1003]
    assert read.parts[Upstream.CAMERA].codec == "h264"
    assert Slot.INTERPRETER_AUDIO not in read.parts
    assert not read_answer(answer(setup="active"), Purpose.ROOM).dtls_client


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v=0",
        "m=video\r\na=mid:0",
        answer(candidates=""),
        answer(candidates="a=candidate:1 1 udp 1 name.local 9 typ host"),
        answer(candidates="a=candidate:1"),
        answer(head="v=0\r\nm=video 9 X 102"),
    ],
)
def test_an_unusable_answer_says_so_and_quotes_nothing(text: str) -> None:
    with pytest.raises(AnswerUnusable) as caught:
        read_answer(text, Purpose.ROOM)
    assert "name.local" not in str(caught.value)


@given(st.text(max_size=300))
def test_no_text_upsets_the_reader(text: str) -> None:
    for sdp in (text, answer(candidates=text), answer(head=text)):
        with suppress(AnswerUnusable):
            read_answer(sdp, Purpose.ROOM)


# --- STUN ------------------------------------------------------------------------------------------


def test_a_check_as_aioice_reads_it_and_its_answer() -> None:
    request = stun.binding_request(b"t" * 12, "mine", "theirs", b"password", 77)
    read = others_stun.parse_message(request)
    assert read.check_message_integrity(b"password")
    assert read.attributes["USERNAME"] == "theirs:mine"
    assert "USE-CANDIDATE" in read.attributes
    assert read.attributes["ICE-CONTROLLING"] == 77
    response = others_stun.Message(
        message_method=others_stun.Method.BINDING,
        message_class=others_stun.Class.RESPONSE,
        transaction_id=b"t" * 12,
    )
    response.attributes["XOR-MAPPED-ADDRESS"] = ("127.0.0.1", 5004)
    response.add_message_integrity(b"password")
    parsed = stun.parse(bytes(response))
    assert parsed is not None
    assert (parsed.kind, parsed.transaction) == (stun.BINDING_SUCCESS, b"t" * 12)
    assert parsed.signed_with(b"password")
    assert not parsed.signed_with(b"another")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "fe80::1%lo"])
def test_our_answer_as_aioice_reads_it(host: str) -> None:
    read = others_stun.parse_message(stun.binding_success(b"t" * 12, b"password", host, 5004))
    assert read.check_message_integrity(b"password")
    assert read.attributes["XOR-MAPPED-ADDRESS"] == (host.partition("%")[0], 5004)


@given(st.binary(max_size=120))
def test_no_bytes_upset_the_stun_parser(data: bytes) -> None:
    stun.parse(data)
    request = stun.binding_request(b"t" * 12, "mine", "theirs", b"password", 77)
    for cut in range(0, len(request), 7):
        assert stun.parse(request[:cut] + data) is None or len(data) >= len(request) - cut
    if data:
        spoilt = bytearray(request)
        spoilt[data[0] % (len(request) - 8)] ^= 0xFF  # whatever stands before FINGERPRINT is covered by it
        assert stun.parse(bytes(spoilt)) is None


# --- the path --------------------------------------------------------------------------------------


class Lite:
    """An ICE-lite server's socket that can fall silent."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("127.0.0.1", 0))
        self.address: tuple[str, int] = self.socket.getsockname()
        self.answers = True
        self.checks = 0
        self.arrived: list[bytes] = []
        self.peer = ("", 0)
        asyncio.get_running_loop().add_reader(self.socket.fileno(), self._readable)

    def _readable(self) -> None:
        data, self.peer = self.socket.recvfrom(2048)
        if data[0] < 4:
            self.checks += 1
            message = stun.parse(data)
            if self.answers and message is not None and message.signed_with(b"p" * 22):
                self.socket.sendto(stun.binding_success(message.transaction, b"p" * 22, *self.peer), self.peer)
        else:
            self.arrived.append(data)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self.socket.close()


async def test_path_sorts_datagrams_and_notices_the_end() -> None:
    lite = Lite()
    dtls: list[bytes] = []
    media: list[bytes] = []
    ends: list[PathEnd] = []
    path = UdpPath(dtls.append, lambda data, now: media.append(data), ends.append)
    await path.connect([lite.address], "abcd", "p" * 22)
    path.send(b"\x16hello")
    await eventually(lambda: "" if lite.arrived == [b"\x16hello"] else "nothing arrived")
    for data in (b"", b"\x00", b"\x16dtls", b"\x80rtp", b"\xc0junk", b"\x80" * 1999):
        lite.socket.sendto(data, lite.peer)
    await eventually(lambda: "" if len(media) == 2 else f"{len(media)} media datagrams")
    assert dtls == [b"\x16dtls"]
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.sendto(b"\x80stranger", lite.peer)
    stranger.close()
    lite.close()  # the media process is gone: the next thing sent is refused
    path.send(b"\x80rtp")
    await eventually(lambda: "" if ends == [PathEnd.REFUSED] else f"{ends}")
    assert len(media) == 2, "a stranger's datagram came through"
    await path.close()
    await path.close()


async def test_path_notices_silence_within_five_seconds() -> None:
    lite = Lite()
    ends: list[PathEnd] = []
    path = UdpPath(lambda data: None, lambda data, now: None, ends.append)
    await path.connect([lite.address], "abcd", "p" * 22)
    lite.answers = False
    await eventually(lambda: "" if ends == [PathEnd.SILENT] else f"{ends}", 6)
    await path.close()
    lite.close()


async def test_path_tries_the_next_address_and_gives_up() -> None:
    lite = Lite()
    path = UdpPath(lambda data: None, lambda data, now: None, lambda end: None)
    silent = Lite()
    silent.answers = False
    await path.connect([silent.address, lite.address], "abcd", "p" * 22, timeout_s=1.0)
    assert silent.checks > 1
    await path.close()
    other = UdpPath(lambda data: None, lambda data, now: None, lambda end: None)
    with pytest.raises(PathFailed):
        await other.connect([silent.address], "abcd", "p" * 22, timeout_s=0.3)
    await other.close()
    lite.close()
    silent.close()


# --- seams -----------------------------------------------------------------------------------------


async def test_aiortc_is_what_the_seams_take_it_for() -> None:
    parameters = list(inspect.signature(RTCDtlsTransport.__init__).parameters)
    assert parameters == ["self", "transport", "certificates"]
    transport = Dtls(lambda data: None, lambda: None)._transport
    assert list(inspect.signature(transport._set_role).parameters) == ["role"]
    for name in ("_task", "_rx_srtp", "_tx_srtp"):
        assert getattr(transport, name, "absent") is None
    source = inspect.getsource(RTCDtlsTransport)
    used = {word for word in ("transport._recv(", "transport._send(", "transport.role") if word in source}
    assert len(used) == 3


async def test_two_ends_shake_hands_and_part() -> None:
    closed: list[str] = []
    ends: dict[str, Dtls] = {}
    ends["a"] = Dtls(lambda data: ends["b"].pipe.feed(data), lambda: closed.append("a"))
    ends["b"] = Dtls(lambda data: ends["a"].pipe.feed(data), lambda: closed.append("b"))

    def split(fingerprint: str) -> list[tuple[str, str]]:
        algorithm, _, digest = fingerprint.partition(" ")
        return [(algorithm, digest)]

    a, b = await asyncio.gather(
        ends["a"].handshake(split(ends["b"].fingerprint), client=True),
        ends["b"].handshake(split(ends["a"].fingerprint), client=False),
    )
    assert a is not None
    assert b is not None
    packet = b"\x80\x66\x00\x01" + bytes(8) + b"payload"
    assert b.unprotect(a.protect(packet)) == packet
    await ends["a"].stop()
    await eventually(lambda: "" if closed == ["b"] else f"{closed}")
    await ends["b"].stop()
    await ends["b"].stop()


async def test_another_certificate_is_refused() -> None:
    ends: dict[str, Dtls] = {}
    ends["a"] = Dtls(lambda data: ends["b"].pipe.feed(data), lambda: None)
    ends["b"] = Dtls(lambda data: ends["a"].pipe.feed(data), lambda: None)
    wrong = [("sha-256", ":".join(["00"] * 32))]
    algorithm, _, digest = ends["a"].fingerprint.partition(" ")
    a, _ = await asyncio.gather(
        ends["a"].handshake(wrong, client=True), ends["b"].handshake([(algorithm, digest)], client=False)
    )
    assert a is None
    await ends["a"].stop()
    await ends["b"].stop()


async def test_pipe_drops_what_would_end_aiortc() -> None:
    pipe = DtlsPipe(lambda data: None)
    pipe.feed(b"")
    pipe.feed(bytes(1501))
    pipe.feed(b"\x16ok")
    assert await pipe._recv() == b"\x16ok"
    pipe.end()
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await pipe._recv()
