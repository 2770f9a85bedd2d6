"""What may go to DTLS: all of real handshakes, and next to nothing that was made up."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from signaling.wire.aiortc_seams import make_certificate
from signaling.wire.dtls import MOST_MESSAGES, plausible

LARGE_AND_SMALL = (1200, 300)  # at the second, OpenSSL sends certificates in fragments


def record(kind: int, content: bytes, epoch: int = 0, version: int = 0xFEFD) -> bytes:
    head = bytes([kind]) + version.to_bytes(2, "big") + epoch.to_bytes(2, "big") + bytes(6)
    return head + len(content).to_bytes(2, "big") + content


def message(
    kind: int = 1, length: int = 8, number: int = 0, offset: int = 0, fragment: int = 8, body: bytes = bytes(8)
) -> bytes:
    numbers = length.to_bytes(3, "big"), number.to_bytes(2, "big"), offset.to_bytes(3, "big")
    return bytes([kind]) + b"".join(numbers) + fragment.to_bytes(3, "big") + body


def end(mtu: int, *, of_client: bool) -> SSL.Connection:
    certificate = make_certificate()
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    context.use_certificate(certificate._cert)
    context.use_privatekey(certificate._key)
    connection = SSL.Connection(context)
    connection.set_ciphertext_mtu(mtu)
    (connection.set_connect_state if of_client else connection.set_accept_state)()
    return connection


def flight(connection: SSL.Connection) -> list[bytes]:
    datagrams = []
    with suppress(SSL.WantReadError):
        connection.do_handshake()
    with suppress(SSL.WantReadError):
        while True:
            datagrams.append(connection.bio_read(1500))
    return datagrams


@pytest.mark.parametrize("mtu", LARGE_AND_SMALL)
def test_all_of_a_real_handshake_passes_both_ways_and_the_goodbye_too(mtu: int) -> None:
    client, server = end(mtu, of_client=True), end(mtu, of_client=False)
    seen = 0
    for sender, other in [(client, server), (server, client)] * 4:
        for datagram in flight(sender):
            assert plausible(datagram), datagram.hex()
            other.bio_write(datagram)
            seen += 1
    assert seen >= 4
    client.do_handshake()
    client.shutdown()
    assert plausible(client.bio_read(1500))  # an alert, but encrypted


def test_several_messages_in_a_record_and_records_in_a_datagram_pass() -> None:
    two = message(kind=16) + message(kind=15, number=1)
    assert plausible(record(22, two) + record(20, b"\1") + record(22, bytes(40), epoch=1))


@pytest.mark.parametrize(
    "datagram",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(record(22, message())[:-1], id="cut off"),
        pytest.param(record(22, message()) + b"\x16", id="with a byte behind it"),
        pytest.param(record(22, b""), id="no message"),
        pytest.param(record(22, message()[:-1]), id="message cut off"),
        pytest.param(record(22, message(), version=0x0303), id="TLS"),
        pytest.param(record(21, b"\2\x28"), id="alert in clear text"),
        pytest.param(record(23, b"hello"), id="data in clear text"),
        pytest.param(record(24, b"\1"), id="heartbeat"),
        pytest.param(record(20, b"\2"), id="change to what"),
        pytest.param(record(22, message(kind=99)), id="message that is none"),
        pytest.param(record(22, message(number=MOST_MESSAGES)), id="message number that is never reached"),
        pytest.param(record(22, message(length=7)), id="fragment longer than its message"),
        pytest.param(record(22, message(offset=1)), id="fragment beyond its message"),
        pytest.param(record(22, message(length=1 << 23)), id="message of 8 MB"),
    ],
)
def test_what_no_handshake_can_hold_is_refused(datagram: bytes) -> None:
    assert not plausible(datagram)


@given(st.binary(max_size=1500))
def test_bytes_at_random_are_judged_without_an_error(data: bytes) -> None:
    assert plausible(data) in (True, False)


@given(st.sampled_from([20, 21, 22, 23, 24]), st.binary(min_size=13, max_size=300))
def test_random_content_in_a_right_record_is_no_handshake(kind: int, content: bytes) -> None:
    if not plausible(record(kind, content)):
        return
    assert kind == 22  # and by a chance that only a search finds, right in all its lengths
    assert content[0] < 23
