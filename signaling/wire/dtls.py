"""Which datagrams may go to DTLS: what anybody could have made up ends no handshake (RFC 6347, section 4.1.2.7).

RFC 6347 has invalid records dropped in silence. OpenSSL drops those that are not authentic once there are keys;
before that, one made-up alert, or one handshake message with impossible lengths, ends a handshake for good.
"""

from __future__ import annotations

HEADER_BYTES = 13
MESSAGE_HEADER_BYTES = 12
LONGEST_MESSAGE = 16_384  # a certificate of a room is 400 bytes
MOST_MESSAGES = 16  # a handshake's; both ends count from 0, and a repeated hello makes it one more
_CHANGE_CIPHER_SPEC, _HANDSHAKE = 20, 22
_MESSAGES = frozenset((0, 1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 20, 21, 22))  # IANA's "TLS HandshakeType" up to 1.2


def plausible(datagram: bytes) -> bool:
    """Whether each record in it can be part of a handshake, or is encrypted and OpenSSL's to judge.

    Alerts in clear text are not: who refuses is noticed by the time a handshake may take.
    """
    position, size = 0, len(datagram)
    while size - position >= HEADER_BYTES:
        start = position + HEADER_BYTES
        position = start + int.from_bytes(datagram[start - 2 : start], "big")
        if position > size or datagram[start - 12] != 0xFE:  # every version of DTLS up to 1.2
            return False
        encrypted = datagram[start - 10 : start - 8] != b"\0\0"  # its epoch
        if not encrypted and not _plausible_content(datagram[start - HEADER_BYTES], datagram[start:position]):
            return False
    return position == size > 0


def _plausible_content(kind: int, content: bytes) -> bool:
    if kind == _CHANGE_CIPHER_SPEC:
        return content == b"\1"
    return kind == _HANDSHAKE and _plausible_messages(content)


def _plausible_messages(content: bytes) -> bool:
    """Fragments of handshake messages (RFC 6347, section 4.2.2), one after the other."""
    position, size = 0, len(content)
    while size - position >= MESSAGE_HEADER_BYTES:
        header = content[position : position + MESSAGE_HEADER_BYTES]
        length, number = int.from_bytes(header[1:4], "big"), int.from_bytes(header[4:6], "big")
        offset, fragment = int.from_bytes(header[6:9], "big"), int.from_bytes(header[9:12], "big")
        position += MESSAGE_HEADER_BYTES + fragment
        if (
            header[0] not in _MESSAGES
            or number >= MOST_MESSAGES
            or length > LONGEST_MESSAGE
            or offset + fragment > length
        ):
            return False
    return position == size > 0
