"""STUN against the vectors of RFC 5769, and against everything else that may come."""

from __future__ import annotations

import struct
import zlib

import pytest
from aioice import stun as aioice_stun
from hypothesis import given
from hypothesis import strategies as st

from server.media.stun import binding_success, parse_binding_request

RFC5769_REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff"
    "80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249"
    "c1b571a280280004e57a3bcf"
)
RFC5769_PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"


def request(username: bytes = b"here:there", password: bytes = b"secret", use_candidate: bool = False) -> bytes:
    message = aioice_stun.Message(aioice_stun.Method.BINDING, aioice_stun.Class.REQUEST, b"t" * 12)
    message.attributes["USERNAME"] = username.decode()
    message.attributes["PRIORITY"] = 1
    if use_candidate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(password)
    return bytes(message)


def test_the_request_of_rfc_5769_is_read_and_its_signature_holds() -> None:
    parsed = parse_binding_request(RFC5769_REQUEST)
    assert parsed is not None
    assert (parsed.local_ufrag, parsed.remote_ufrag) == ("evtj", "h6vY")
    assert parsed.signed_with(RFC5769_PASSWORD)
    assert not parsed.signed_with(RFC5769_PASSWORD + b"x")


def test_use_candidate_is_seen() -> None:
    with_it, without = parse_binding_request(request(use_candidate=True)), parse_binding_request(request())
    assert with_it is not None
    assert without is not None
    assert (with_it.use_candidate, without.use_candidate) == (True, False)


@pytest.mark.parametrize("at", range(len(RFC5769_REQUEST) - 8))  # all but FINGERPRINT, which proves nothing
def test_one_changed_byte_anywhere_is_not_believed(at: int) -> None:
    changed = bytearray(RFC5769_REQUEST)
    changed[at] ^= 0x41
    parsed = parse_binding_request(bytes(changed))
    assert parsed is None or not parsed.signed_with(RFC5769_PASSWORD)


def test_use_candidate_behind_the_signature_is_not_believed() -> None:
    """Anybody could append it: RFC 8489, 14.5, has it ignored."""
    signed = request()[:-8]
    body = signed[20:] + struct.pack("!HH", 0x0025, 0)
    head = struct.pack("!HH", 1, len(body) + 8) + signed[4:20]
    message = head + body
    message += struct.pack("!HHI", 0x8028, 4, zlib.crc32(message) ^ 0x5354554E)
    parsed = parse_binding_request(message)
    assert parsed is None or not parsed.use_candidate


@given(st.binary(max_size=1200))
def test_no_bytes_raise(data: bytes) -> None:
    parse_binding_request(data)


@given(st.binary(max_size=200), st.integers(0, 120))
def test_no_damaged_request_raises(noise: bytes, at: int) -> None:
    message = request()
    parse_binding_request(message[:at] + noise + message[at + len(noise) :])


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 32853), ("2001:db8::17", 1), ("127.0.0.1", 65535)])
def test_the_answer_is_what_another_implementation_reads(host: str, port: int) -> None:
    answer = binding_success(b"0123456789ab", b"secret", host, port)
    message = aioice_stun.parse_message(answer)
    assert message.attributes["XOR-MAPPED-ADDRESS"] == (host, port)
    covered = answer[:-32]
    assert message.attributes["MESSAGE-INTEGRITY"] == aioice_stun.message_integrity(
        aioice_stun.set_body_length(covered, len(covered) - 20 + 24), b"secret"
    )
