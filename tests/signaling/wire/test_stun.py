"""STUN against the vectors of RFC 5769, and against everything else that may come."""

from __future__ import annotations

import struct
import zlib

import pytest
from aioice import stun as theirs
from hypothesis import given
from hypothesis import strategies as st

from signaling.wire import stun
from signaling.wire.stun import binding_success

RFC5769_REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff"
    "80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249"
    "c1b571a280280004e57a3bcf"
)
RFC5769_PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"


def request(username: bytes = b"here:there", password: bytes = b"secret", use_candidate: bool = False) -> bytes:
    message = theirs.Message(theirs.Method.BINDING, theirs.Class.REQUEST, b"t" * 12)
    message.attributes["USERNAME"] = username.decode()
    message.attributes["PRIORITY"] = 1
    if use_candidate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(password)
    return bytes(message)


def test_the_request_of_rfc_5769_is_read_and_its_signature_holds() -> None:
    parsed = stun.parse(RFC5769_REQUEST)
    assert parsed is not None
    assert parsed.kind == stun.BINDING_REQUEST
    assert (parsed.username, parsed.local_ufrag) == ("evtj:h6vY", "evtj")
    assert parsed.signed_with(RFC5769_PASSWORD)
    assert not parsed.signed_with(RFC5769_PASSWORD + b"x")


def test_use_candidate_is_seen() -> None:
    with_it, without = stun.parse(request(use_candidate=True)), stun.parse(request())
    assert with_it is not None
    assert without is not None
    assert (with_it.use_candidate, without.use_candidate) == (True, False)


@pytest.mark.parametrize("at", range(len(RFC5769_REQUEST) - 8))  # all but FINGERPRINT, which proves nothing
def test_one_changed_byte_anywhere_is_not_believed(at: int) -> None:
    changed = bytearray(RFC5769_REQUEST)
    changed[at] ^= 0x41
    parsed = stun.parse(bytes(changed))
    assert parsed is None or not parsed.signed_with(RFC5769_PASSWORD)


def test_use_candidate_behind_the_signature_is_not_believed() -> None:
    """Anybody could append it: RFC 8489, 14.5, has it ignored."""
    signed = request()[:-8]
    body = signed[20:] + struct.pack("!HH", 0x0025, 0)
    head = struct.pack("!HH", 1, len(body) + 8) + signed[4:20]
    message = head + body
    message += struct.pack("!HHI", 0x8028, 4, zlib.crc32(message) ^ 0x5354554E)
    parsed = stun.parse(message)
    assert parsed is None or not parsed.use_candidate


@given(st.binary(max_size=1200))
def test_no_bytes_raise(data: bytes) -> None:
    stun.parse(data)


@given(st.binary(max_size=200), st.integers(0, 120))
def test_no_damaged_request_raises(noise: bytes, at: int) -> None:
    message = request()
    stun.parse(message[:at] + noise + message[at + len(noise) :])


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 32853), ("2001:db8::17", 1), ("127.0.0.1", 65535)])
def test_the_answer_is_what_another_implementation_reads(host: str, port: int) -> None:
    answer = binding_success(b"0123456789ab", b"secret", host, port)
    message = theirs.parse_message(answer)
    assert message.attributes["XOR-MAPPED-ADDRESS"] == (host, port)
    covered = answer[:-32]
    assert message.attributes["MESSAGE-INTEGRITY"] == theirs.message_integrity(
        theirs.set_body_length(covered, len(covered) - 20 + 24), b"secret"
    )


def test_a_check_as_aioice_reads_it_and_its_answer() -> None:
    request = stun.binding_request(b"t" * 12, "mine", "theirs", b"password", 77)
    read = theirs.parse_message(request)
    assert read.check_message_integrity(b"password")
    assert read.attributes["USERNAME"] == "theirs:mine"
    assert "USE-CANDIDATE" in read.attributes
    assert read.attributes["ICE-CONTROLLING"] == 77
    response = theirs.Message(
        message_method=theirs.Method.BINDING,
        message_class=theirs.Class.RESPONSE,
        transaction_id=b"t" * 12,
    )
    response.attributes["XOR-MAPPED-ADDRESS"] = ("127.0.0.1", 5004)
    response.add_message_integrity(b"password")
    parsed = stun.parse(bytes(response))
    assert parsed is not None
    assert (parsed.kind, parsed.transaction) == (stun.BINDING_SUCCESS, b"t" * 12)
    assert parsed.signed_with(b"password")
    assert parsed.local_ufrag == ""
    assert not parsed.signed_with(b"another")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "fe80::1%lo"])
def test_our_answer_as_aioice_reads_it(host: str) -> None:
    read = theirs.parse_message(stun.binding_success(b"t" * 12, b"password", host, 5004))
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


def test_what_is_not_signed_is_signed_with_nothing() -> None:
    message = theirs.Message(theirs.Method.BINDING, theirs.Class.REQUEST, b"t" * 12)
    message.attributes["USERNAME"] = "here"
    parsed = stun.parse(bytes(message))
    assert parsed is not None
    assert parsed.local_ufrag == ""
    assert not parsed.signed_with(b"")


def test_a_socket_for_both_families_is_answered_with_the_address_the_room_knows() -> None:
    answer = theirs.parse_message(binding_success(b"t" * 12, b"secret", "::ffff:192.0.2.1", 5004))
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ("192.0.2.1", 5004)
