"""The little of STUN that the two ends of a link speak (RFC 8489, RFC 8445 section 7): binding requests and
their answers. The server is ICE-lite and answers; the room checks, and also answers a full ICE agent.

Everything here is a pure function of bytes. What is not well-formed is nothing (None); whether to believe the
rest is the caller's decision, by `signed_with`: an unauthenticated sender must not learn, change or cost anything.
"""

from __future__ import annotations

import hmac
import struct
import zlib
from ipaddress import ip_address
from typing import NamedTuple

BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
HEADER_BYTES = 20
LONGEST_MESSAGE = 1024  # a browser's check is about 100 bytes
_COOKIE = bytes.fromhex("2112a442")
_USERNAME, _INTEGRITY, _PRIORITY, _USE_CANDIDATE = 0x0006, 0x0008, 0x0024, 0x0025
_XOR_MAPPED_ADDRESS, _FINGERPRINT, _CONTROLLED, _CONTROLLING = 0x0020, 0x8028, 0x8029, 0x802A
_MAPPED_IPV4 = bytes(10) + b"\xff\xff"  # RFC 4291, section 2.5.5.2
_FINGERPRINT_XOR = 0x5354554E
_INTEGRITY_BYTES = 24  # type, length and HMAC-SHA1
_FINGERPRINT_BYTES = 8
PEER_REFLEXIVE_PRIORITY = 110 << 24 | 65535 << 8 | 255  # RFC 8445, section 5.1.2.1; one address, one component


class StunMessage(NamedTuple):
    kind: int
    transaction: bytes  # 12 bytes
    username: str  # of a request; empty in an answer
    use_candidate: bool
    signed: bytes  # the message up to MESSAGE-INTEGRITY, its length field as the sender signed it
    integrity: bytes  # empty in an unsigned message

    @property
    def local_ufrag(self) -> str:
        """The fragment that the end it was sent to gave out: before the colon; empty where there is none."""
        local, colon, _ = self.username.partition(":")
        return local if colon else ""

    def signed_with(self, password: bytes) -> bool:
        """Whether MESSAGE-INTEGRITY is there and was made with `password` (RFC 8489, section 14.5)."""
        if not self.integrity:
            return False
        return hmac.compare_digest(hmac.digest(password, self.signed, "sha1"), self.integrity)


def parse(data: bytes) -> StunMessage | None:
    """None for whatever is no well-formed STUN message; a FINGERPRINT must be true, and last.

    Attributes behind MESSAGE-INTEGRITY, except FINGERPRINT, are not signed and are ignored. Unknown attributes
    are passed over.
    """
    size = len(data)
    if not HEADER_BYTES <= size <= LONGEST_MESSAGE or size % 4 or data[4:8] != _COOKIE:
        return None
    kind, length = struct.unpack_from("!HH", data)
    if kind >> 14 or length != size - HEADER_BYTES:
        return None
    username = signed = integrity = b""
    use_candidate = False
    position = HEADER_BYTES
    while position + 4 <= size:
        attribute, width = struct.unpack_from("!HH", data, position)
        start, end = position + 4, position + 4 + width
        if end > size:
            return None
        if attribute == _FINGERPRINT:
            wanted = zlib.crc32(data[:position]) ^ _FINGERPRINT_XOR
            if width != 4 or end != size or int.from_bytes(data[start:end], "big") != wanted:
                return None
        elif not integrity:
            if attribute == _USERNAME:
                username = data[start:end]
            elif attribute == _USE_CANDIDATE:
                use_candidate = True
            elif attribute == _INTEGRITY:
                if width != 20:
                    return None
                integrity = data[start:end]
                covered = position + _INTEGRITY_BYTES - HEADER_BYTES
                signed = data[:2] + covered.to_bytes(2, "big") + data[4:position]
        position = end + (-width % 4)
    if position != size or not username.isascii():
        return None
    return StunMessage(kind, data[8:20], username.decode("ascii"), use_candidate, signed, integrity)


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _signed(kind: int, transaction: bytes, attributes: bytes, password: bytes) -> bytes:
    """A whole message: header, `attributes`, MESSAGE-INTEGRITY (section 14.5), FINGERPRINT (section 14.7)."""

    def header(body_bytes: int) -> bytes:
        return struct.pack("!HH", kind, body_bytes) + _COOKIE + transaction

    digest = hmac.digest(password, header(len(attributes) + _INTEGRITY_BYTES) + attributes, "sha1")
    body = attributes + _attribute(_INTEGRITY, digest)
    message = header(len(body) + _FINGERPRINT_BYTES) + body
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


def controlled_request(
    transaction: bytes, local_ufrag: str, remote_ufrag: str, remote_password: bytes, tie_breaker: int
) -> bytes:
    """A check of the controlled end: it asks whether the other is there, and nominates nothing."""
    attributes = (
        _attribute(_USERNAME, f"{remote_ufrag}:{local_ufrag}".encode())
        + _attribute(_PRIORITY, PEER_REFLEXIVE_PRIORITY.to_bytes(4, "big"))
        + _attribute(_CONTROLLED, tie_breaker.to_bytes(8, "big"))
    )
    return _signed(BINDING_REQUEST, transaction, attributes, remote_password)


def binding_success(transaction: bytes, password: bytes, host: str, port: int) -> bytes:
    """The answer to a check that came from `host`:`port`."""
    return mapped_success(transaction, password, ip_address(host.partition("%")[0]).packed, port)


def mapped_success(transaction: bytes, password: bytes, address: bytes, port: int) -> bytes:
    """The same, with the address as 4 or 16 bytes (RFC 8489, section 14.2)."""
    if address.startswith(_MAPPED_IPV4) and len(address) == 16:
        address = address[12:]
    width = len(address)
    pad = int.from_bytes((_COOKIE + transaction)[:width], "big")
    hidden = (int.from_bytes(address, "big") ^ pad).to_bytes(width, "big")
    mapped = struct.pack("!BBH", 0, 1 if width == 4 else 2, port ^ 0x2112) + hidden
    return _signed(BINDING_SUCCESS, transaction, _attribute(_XOR_MAPPED_ADDRESS, mapped), password)
