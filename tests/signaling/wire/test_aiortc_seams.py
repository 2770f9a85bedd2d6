"""The contract with aiortc and pylibsrtp: every private name the seams touch, and handshakes over them."""

from __future__ import annotations

import ast
import asyncio
import inspect
from pathlib import Path

import pylibsrtp
import pytest
from aiortc import RTCDtlsTransport
from aiortc.rtcdtlstransport import SRTP_PROFILES

from signaling.wire import aiortc_seams
from signaling.wire.aiortc_seams import (
    Certificate,
    Dtls,
    DtlsPipe,
    SrtpError,
    certificate_fingerprint,
    make_certificate,
    srtp_ffi,
)
from tests.waiting import eventually

ROOT = Path(__file__).parents[3]
PACKET = bytes.fromhex("80600001000000000000000a") + b"seen and heard"


def prints(certificate: Certificate) -> list[tuple[str, str]]:
    algorithm, _, digest = certificate_fingerprint(certificate).partition(" ")
    return [(algorithm, digest)]


class Pair:
    """A client and a server whose pipes lead into each other."""

    def __init__(self, server: Certificate | None = None) -> None:
        self.certificates = {"client": make_certificate(), "server": server or make_certificate()}
        self.closed: list[str] = []
        self.client = Dtls(
            self.certificates["client"],
            lambda data: self.server.pipe.feed(data),
            lambda: self.closed.append("client"),
        )
        self.server = Dtls(
            self.certificates["server"],
            lambda data: self.client.pipe.feed(data),
            lambda: self.closed.append("server"),
        )

    async def shake(
        self, client_expects: Certificate | None = None, server_expects: Certificate | None = None
    ) -> tuple[aiortc_seams.SrtpSessions | None, aiortc_seams.SrtpSessions | None]:
        return await asyncio.gather(
            self.client.handshake(prints(client_expects or self.certificates["server"]), "client"),
            self.server.handshake(prints(server_expects or self.certificates["client"]), "server"),
        )

    async def stop(self) -> None:
        await self.client.stop()
        await self.server.stop()


def imported(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_nothing_else_knows_aiortc() -> None:
    users = {
        str(path.relative_to(ROOT))
        for folder in ("server", "signaling", "room_client", "recordings")
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts
        and imported(path.read_text("utf-8")) & {"aiortc", "aioice", "pylibsrtp"}
    }
    # turn_path is the seam to aioice's TURN client, with a contract test of its own; the bench's plain sender
    # measures libsrtp through its public API.
    assert users == {"signaling/wire/aiortc_seams.py", "room_client/turn_path.py", "server/bench/plain_sender.py"}


async def test_the_names_are_there() -> None:
    assert list(inspect.signature(RTCDtlsTransport.__init__).parameters) == ["self", "transport", "certificates"]
    assert list(inspect.signature(RTCDtlsTransport._set_role).parameters) == ["self", "role"]
    assert {p.openssl_profile for p in SRTP_PROFILES} >= {b"SRTP_AEAD_AES_128_GCM"}
    transport = Dtls(make_certificate(), lambda data: None, lambda: None)._transport
    for name in ("_task", "_rx_srtp"):
        assert getattr(transport, name, "absent") is None
    source = inspect.getsource(RTCDtlsTransport)
    for used in ("transport._recv(", "transport._send(", "transport.role", "srtp_profiles=self._srtp_profiles"):
        assert used in source
    assert list(inspect.signature(SRTP_PROFILES[0].get_key_and_salt).parameters) == ["src", "idx"]
    session = pylibsrtp.Session(pylibsrtp.Policy(key=bytes(30), ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND))
    assert session._srtp[0] != srtp_ffi.NULL


def test_the_fastest_profile_comes_first() -> None:
    assert aiortc_seams._FASTEST_FIRST[0].openssl_profile == b"SRTP_AEAD_AES_128_GCM"


async def test_what_one_end_encrypts_in_its_own_memory_the_other_decrypts() -> None:
    pair = Pair()
    client, server = await pair.shake()
    assert client is not None
    assert server is not None
    memory = srtp_ffi.new("unsigned char[]", 200)
    srtp_ffi.buffer(memory)[: len(PACKET)] = PACKET
    length = srtp_ffi.new("int *", len(PACKET))
    assert aiortc_seams.srtp_protect(server.tx, memory, length) == 0
    sent = bytes(srtp_ffi.buffer(memory)[: length[0]])
    assert b"heard" not in sent
    assert client.unprotect(sent) == PACKET
    answer = client.protect(PACKET)
    srtp_ffi.buffer(memory)[: len(answer)] = answer
    length[0] = len(answer)
    assert aiortc_seams.srtp_unprotect(server.rx, memory, length) == 0
    assert bytes(srtp_ffi.buffer(memory)[: length[0]]) == PACKET
    with pytest.raises(SrtpError):
        client.unprotect(sent)  # a repeat
    await pair.stop()
    assert "client" not in pair.closed, "who stops its own end needs not be told"


async def test_a_packet_may_be_sent_again_within_a_second_of_video_and_not_for_ever() -> None:
    pair = Pair()
    client, server = await pair.shake()
    assert client is not None
    assert server is not None

    def numbered(number: int) -> bytes:
        return PACKET[:2] + number.to_bytes(2, "big") + PACKET[4:]

    first = server.protect(numbered(16))
    for number in range(17, 16 + aiortc_seams.SENT_AGAIN_WITHIN):
        server.protect(numbered(number))
    assert server.protect(numbered(16)) == first, "AES-GCM may never encrypt two texts under one number"
    server.protect(numbered(16 + aiortc_seams.SENT_AGAIN_WITHIN))
    with pytest.raises(SrtpError):
        server.protect(numbered(16))
    await pair.stop()


async def test_the_other_end_hears_the_goodbye_and_both_may_stop_twice() -> None:
    pair = Pair()
    assert None not in await pair.shake()
    await pair.client.stop()
    await eventually(lambda: "" if pair.closed == ["server"] else f"{pair.closed}")
    await pair.stop()
    await pair.stop()


async def test_a_certificate_that_is_not_the_offers_is_refused_by_the_server() -> None:
    pair = Pair()
    _, server = await pair.shake(server_expects=make_certificate())
    assert server is None
    await pair.stop()


async def test_a_certificate_that_is_not_the_answers_is_refused_by_the_client() -> None:
    pair = Pair()
    client, _ = await pair.shake(client_expects=make_certificate())
    assert client is None
    await pair.stop()


async def test_one_certificate_serves_many_links_and_each_proves_itself() -> None:
    """They share what OpenSSL made of the certificate, and nothing of each other."""
    ours = make_certificate()
    pairs = [Pair(ours) for _ in range(3)]
    shaken = await asyncio.gather(
        pairs[0].shake(), pairs[1].shake(server_expects=pairs[0].certificates["client"]), pairs[2].shake()
    )
    assert [server is not None for _, server in shaken] == [True, False, True]
    (client, server), _, (_, another) = shaken
    assert client is not None
    assert server is not None
    assert another is not None
    sealed = client.protect(PACKET)
    with pytest.raises(SrtpError):
        another.unprotect(sealed)
    assert server.unprotect(sealed) == PACKET
    for pair in pairs:
        await pair.stop()


async def test_a_handshake_ends_when_its_link_does() -> None:
    server = Dtls(make_certificate(), lambda data: None, lambda: None)
    shaking = asyncio.create_task(server.handshake([("sha-256", "00:" * 31 + "00")], "server"))
    await asyncio.sleep(0)
    server.pipe.end()
    assert await shaking is None


@pytest.mark.parametrize("turns", range(8))
async def test_a_handshake_is_cancelled_at_any_moment(turns: int) -> None:
    """Also when an answer comes in the same turn of the loop; whoever waits for its end would wait for ever."""
    pair = Pair()
    loop = asyncio.get_running_loop()
    cancelled: list[bool] = []

    def cancel(turns_left: int) -> None:
        if turns_left:
            loop.call_soon(cancel, turns_left - 1)
        else:
            cancelled.append(client.cancel())

    def answer(data: bytes) -> None:
        pair.client.pipe.feed(data)
        if not cancelled:
            cancel(turns)

    pair.server.pipe._send_datagram = answer
    server = asyncio.create_task(pair.server.handshake(prints(pair.certificates["client"]), "server"))
    client = asyncio.create_task(pair.client.handshake(prints(pair.certificates["server"]), "client"))
    await asyncio.wait((client,))
    assert client.cancelled() == cancelled[0]
    pair.server.pipe.end()
    await asyncio.gather(server, return_exceptions=True)
    await pair.stop()


async def test_a_pipe_drops_what_would_end_aiortc() -> None:
    pipe = DtlsPipe(lambda data: None)
    pipe.feed(b"")
    pipe.feed(bytes(1501))
    pipe.feed(b"\x15\xfe\xfd" + bytes(9) + b"\2\2\x28")  # a fatal alert that anybody could have sent
    changed = b"\x14\xfe\xfd" + bytes(9) + b"\1\1"
    pipe.feed(changed)
    assert await pipe._recv() == changed
    pipe.end()
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await pipe._recv()
