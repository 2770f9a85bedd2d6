"""The little of STUN that an ICE-lite server speaks (RFC 8489, RFC 8445 section 7): answer binding requests.

Everything here is a pure function of bytes. Whatever is no well-formed, authenticated binding request is
answered by nothing at all: an unauthenticated sender must not learn, change or cost anything.
"""

from __future__ import annotations

import hmac
import struct
import zlib
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

MAGIC_COOKIE = 0x2112A442
_COOKIE_BYTES = MAGIC_COOKIE.to_bytes(4, "big")
BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
HEADER_BYTES = 20
LONGEST_MESSAGE = 1024  # a browser's check is about 100 bytes
USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
XOR_MAPPED_ADDRESS = 0x0020
USE_CANDIDATE = 0x0025
FINGERPRINT = 0x8028
_FINGERPRINT_XOR = 0x5354554E
_INTEGRITY_BYTES = 24  # type, length and HMAC-SHA1
_FINGERPRINT_BYTES = 8


@dataclass(frozen=True, slots=True)
class BindingRequest:
    transaction: bytes  # 12 bytes
    local_ufrag: str  # before the colon of USERNAME: the fragment we gave out
    remote_ufrag: str
    use_candidate: bool
    signed: bytes  # the message up to MESSAGE-INTEGRITY, its length field as the sender signed it
    integrity: bytes

    def signed_with(self, password: bytes) -> bool:
        """Whether MESSAGE-INTEGRITY was made with `password` (RFC 8489, section 14.5)."""
        return hmac.compare_digest(hmac.digest(password, self.signed, "sha1"), self.integrity)


def parse_binding_request(data: bytes) -> BindingRequest | None:
    """None for everything but a binding request with USERNAME and MESSAGE-INTEGRITY; a FINGERPRINT must be true.

    Attributes behind MESSAGE-INTEGRITY, except FINGERPRINT, are not signed and are ignored.
    """
    size = len(data)
    if not HEADER_BYTES <= size <= LONGEST_MESSAGE or size % 4:
        return None
    kind, length = struct.unpack_from("!HH", data)
    if kind != BINDING_REQUEST or length != size - HEADER_BYTES or data[4:8] != _COOKIE_BYTES:
        return None
    username = b""
    use_candidate = False
    signed = integrity = None
    position = HEADER_BYTES
    while position + 4 <= size:
        attribute, width = struct.unpack_from("!HH", data, position)
        start, end = position + 4, position + 4 + width
        if end > size:
            return None
        if attribute == FINGERPRINT:
            if width != 4 or end != size:
                return None
            wanted = zlib.crc32(data[:position]) ^ _FINGERPRINT_XOR
            if int.from_bytes(data[start:end], "big") != wanted:
                return None
        elif signed is None:
            if attribute == USERNAME:
                username = data[start:end]
            elif attribute == USE_CANDIDATE:
                use_candidate = True
            elif attribute == MESSAGE_INTEGRITY:
                if width != 20:
                    return None
                integrity = data[start:end]
                covered = position + _INTEGRITY_BYTES - HEADER_BYTES
                signed = data[:2] + covered.to_bytes(2, "big") + data[4:position]
        position = end + (-width % 4)
    if position != size or signed is None or integrity is None:
        return None
    local, colon, remote = username.partition(b":")
    if not colon or not local.isascii() or not remote.isascii():
        return None
    return BindingRequest(data[8:20], local.decode(), remote.decode(), use_candidate, signed, integrity)


def binding_success(transaction: bytes, password: bytes, host: str, port: int) -> bytes:
    """The answer to a check that came from `host`:`port` (RFC 8489, sections 14.2, 14.5, 14.7)."""
    address: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    pad = _COOKIE_BYTES + transaction
    hidden = bytes(a ^ b for a, b in zip(address.packed, pad, strict=False))
    mapped = (
        struct.pack(
            "!HHBBH",
            XOR_MAPPED_ADDRESS,
            4 + len(hidden),
            0,
            1 if address.version == 4 else 2,
            port ^ (MAGIC_COOKIE >> 16),
        )
        + hidden
    )
    head = pad[:4] + transaction

    def prefix(body_bytes: int) -> bytes:
        return struct.pack("!HH", BINDING_SUCCESS, body_bytes) + head

    integrity = hmac.digest(password, prefix(len(mapped) + _INTEGRITY_BYTES) + mapped, "sha1")
    body = mapped + struct.pack("!HH", MESSAGE_INTEGRITY, 20) + integrity
    message = prefix(len(body) + _FINGERPRINT_BYTES) + body
    return message + struct.pack("!HHI", FINGERPRINT, 4, zlib.crc32(message) ^ _FINGERPRINT_XOR)
