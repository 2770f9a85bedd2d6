"""The little of STUN that a client of one ICE-lite server speaks (RFC 8489, RFC 8445 section 7).

The room sends binding requests and reads their answers; it also answers the checks of a full ICE agent, so
that it can be tried against any WebRTC implementation. Everything here is a pure function of bytes.
"""

from __future__ import annotations

import hmac
import struct
import zlib
from dataclasses import dataclass
from ipaddress import ip_address

BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
BINDING_ERROR = 0x0111
_COOKIE = bytes.fromhex("2112a442")
_HEADER_BYTES = 20
_USERNAME, _INTEGRITY, _PRIORITY, _USE_CANDIDATE = 0x0006, 0x0008, 0x0024, 0x0025
_XOR_MAPPED_ADDRESS, _FINGERPRINT, _CONTROLLING = 0x0020, 0x8028, 0x802A
_FINGERPRINT_XOR = 0x5354554E
PEER_REFLEXIVE_PRIORITY = 110 << 24 | 65535 << 8 | 255  # RFC 8445, section 5.1.2.1; one address, one component


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _signed(kind: int, transaction: bytes, attributes: bytes, password: bytes) -> bytes:
    """A whole message: header, `attributes`, MESSAGE-INTEGRITY (section 14.5), FINGERPRINT (section 14.7)."""

    def header(body_bytes: int) -> bytes:
        return struct.pack("!HH", kind, body_bytes) + _COOKIE + transaction

    digest = hmac.digest(password, header(len(attributes) + 24) + attributes, "sha1")
    body = attributes + _attribute(_INTEGRITY, digest)
    message = header(len(body) + 8) + body
    return message + struct.pack("!HHI", _FINGERPRINT, 4, zlib.crc32(message) ^ _FINGERPRINT_XOR)


def binding_request(
    transaction: bytes, local_ufrag: str, remote_ufrag: str, remote_password: bytes, tie_breaker: int
) -> bytes:
    """A check that nominates its pair at once: there is one server address, so there is nothing to choose.

    `transaction` is 12 random bytes, `tie_breaker` a random 64-bit number kept for the life of the link.
    """
    attributes = (
        _attribute(_USERNAME, f"{remote_ufrag}:{local_ufrag}".encode())
        + _attribute(_PRIORITY, PEER_REFLEXIVE_PRIORITY.to_bytes(4, "big"))
        + _attribute(_CONTROLLING, tie_breaker.to_bytes(8, "big"))
        + _attribute(_USE_CANDIDATE, b"")
    )
    return _signed(BINDING_REQUEST, transaction, attributes, remote_password)


def binding_success(transaction: bytes, password: bytes, host: str, port: int) -> bytes:
    """The answer to a check that came from `host`:`port`."""
    address = ip_address(host.partition("%")[0])
    pad = _COOKIE + transaction
    hidden = bytes(a ^ b for a, b in zip(address.packed, pad, strict=False))
    mapped = struct.pack("!BBH", 0, 1 if address.version == 4 else 2, port ^ 0x2112) + hidden
    return _signed(BINDING_SUCCESS, transaction, _attribute(_XOR_MAPPED_ADDRESS, mapped), password)


@dataclass(frozen=True, slots=True)
class StunMessage:
    kind: int
    transaction: bytes
    username: str  # empty in an answer
    signed: bytes  # up to MESSAGE-INTEGRITY, the length field as the sender signed it
    integrity: bytes  # empty in an unsigned error

    def signed_with(self, password: bytes) -> bool:
        if not self.integrity:
            return False
        return hmac.compare_digest(hmac.digest(password, self.signed, "sha1"), self.integrity)


def parse(data: bytes) -> StunMessage | None:
    """None for whatever is no well-formed STUN message. Unknown attributes are passed over."""
    size = len(data)
    if size < _HEADER_BYTES or size % 4 or data[4:8] != _COOKIE:
        return None
    kind, length = struct.unpack_from("!HH", data)
    if kind >> 14 or length != size - _HEADER_BYTES:
        return None
    username = signed = integrity = b""
    at = _HEADER_BYTES
    while at + 4 <= size:
        attribute, width = struct.unpack_from("!HH", data, at)
        value = data[at + 4 : at + 4 + width]
        if len(value) != width:
            return None
        if attribute == _USERNAME and not integrity:
            username = value
        elif attribute == _INTEGRITY and not integrity and width == 20:
            signed = data[:2] + (at + 24 - _HEADER_BYTES).to_bytes(2, "big") + data[4:at]
            integrity = value
        elif attribute == _FINGERPRINT and (
            width != 4 or int.from_bytes(value, "big") != zlib.crc32(data[:at]) ^ _FINGERPRINT_XOR
        ):
            return None
        at += 4 + width + -width % 4
    if at != size or not username.isascii():
        return None
    return StunMessage(kind, data[8:20], username.decode("ascii"), signed, integrity)
