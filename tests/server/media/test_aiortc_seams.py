"""The contract with aiortc and pylibsrtp: every private name the seams touch, and a handshake over them."""

from __future__ import annotations

import asyncio
import inspect

import pylibsrtp
from aiortc import RTCDtlsTransport
from aiortc.rtcdtlstransport import SRTP_PROFILES

from server.media import aiortc_seams
from server.media.aiortc_seams import Dtls, DtlsPipe, make_certificate, srtp_ffi


def test_the_names_are_there() -> None:
    assert list(inspect.signature(RTCDtlsTransport.__init__).parameters) == ["self", "transport", "certificates"]
    assert callable(RTCDtlsTransport._set_role)
    assert {p.openssl_profile for p in SRTP_PROFILES} >= {b"SRTP_AEAD_AES_128_GCM"}
    session = pylibsrtp.Session(pylibsrtp.Policy(key=bytes(30), ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND))
    assert session._srtp[0] != srtp_ffi.NULL


def test_the_fastest_profile_comes_first() -> None:
    assert aiortc_seams._FASTEST_FIRST[0].openssl_profile == b"SRTP_AEAD_AES_128_GCM"


async def test_two_ends_shake_hands_and_one_decrypts_what_the_other_encrypts() -> None:
    certificates = make_certificate(), make_certificate()
    closed: list[str] = []
    server = Dtls(certificates[0], lambda data: client_pipe.feed(data), lambda: closed.append("server"))
    client_pipe = DtlsPipe(lambda data: server.pipe.feed(data))
    client = RTCDtlsTransport(client_pipe, [certificates[1]])  # type: ignore[arg-type]
    client._set_role("client")
    prints = [(f.algorithm, f.value) for f in certificates[1].getFingerprints()]
    from aiortc import RTCDtlsParameters

    keys, _ = await asyncio.gather(
        server.handshake(prints), client.start(RTCDtlsParameters(certificates[0].getFingerprints()))
    )
    assert keys is not None
    memory = srtp_ffi.new("unsigned char[]", 200)
    packet = bytes.fromhex("80600001000000000000000a") + b"seen and heard"
    srtp_ffi.buffer(memory)[: len(packet)] = packet
    length = srtp_ffi.new("int *", len(packet))
    assert aiortc_seams.srtp_protect(keys.tx, memory, length) == 0
    sent = bytes(srtp_ffi.buffer(memory)[: length[0]])
    assert b"heard" not in sent
    assert client._rx_srtp.unprotect(sent) == packet
    await client.stop()
    client_pipe.end()
    await server.stop()


async def test_a_certificate_that_is_not_the_offers_is_refused() -> None:
    certificates = make_certificate(), make_certificate()
    server = Dtls(certificates[0], lambda data: client_pipe.feed(data), lambda: None)
    client_pipe = DtlsPipe(lambda data: server.pipe.feed(data))
    client = RTCDtlsTransport(client_pipe, [certificates[1]])  # type: ignore[arg-type]
    client._set_role("client")
    from aiortc import RTCDtlsParameters

    stranger = [(f.algorithm, f.value) for f in make_certificate().getFingerprints()]
    keys, _ = await asyncio.gather(
        server.handshake(stranger), client.start(RTCDtlsParameters(certificates[0].getFingerprints()))
    )
    assert keys is None
    await client.stop()
    client_pipe.end()
    await server.stop()


async def test_a_handshake_ends_when_its_link_does() -> None:
    server = Dtls(make_certificate(), lambda data: None, lambda: None)
    shaking = asyncio.create_task(server.handshake([("sha-256", "00:" * 31 + "00")]))
    await asyncio.sleep(0)
    server.pipe.end()
    assert await shaking is None
