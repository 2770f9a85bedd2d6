"""Encoded frames to RTP payloads: H.264 (RFC 6184, single NAL units and FU-A) and VP8 (RFC 7741).

NAL units are never changed: what a camera or a file holds is what the rooms get. Only access unit delimiters
are left out, because the marker bit and the timestamp say the same, and a packet of two bytes before every
picture would cost the server one more message to every room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from signaling.wire.rtp import FU_A, NAL_DELIMITER

LARGEST_PAYLOAD = 1200  # PROTOCOL.md: fits every path, and lets the server send runs of equal size
_START_CODE = re.compile(rb"\x00\x00\x01")


def split_annex_b(data: bytes) -> Iterator[bytes]:
    """The NAL units of a byte stream (H.264, annex B), without start codes and trailing zero bytes."""
    starts = [match.start() for match in _START_CODE.finditer(data)]
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(data)
        unit = data[start + 3 : end].rstrip(b"\x00")  # zeros behind a unit belong to the next start code
        if unit:
            yield unit


def nal_type(unit: bytes) -> int:
    return unit[0] & 31


def h264_payloads(units: list[bytes], largest: int = LARGEST_PAYLOAD) -> list[bytes]:
    """The payloads of one access unit, in order; the last one takes the marker bit."""
    payloads = []
    for unit in units:
        if nal_type(unit) == NAL_DELIMITER:
            continue
        if len(unit) <= largest:
            payloads.append(unit)
            continue
        indicator, kind = unit[0] & 0xE0 | FU_A, unit[0] & 31
        room = largest - 2
        count = -(-(len(unit) - 1) // room)
        size = -(-(len(unit) - 1) // count)  # pieces of equal size travel best; the last may be shorter
        for piece in range(count):
            at = 1 + piece * size
            flags = (0x80 if piece == 0 else 0) | (0x40 if piece == count - 1 else 0)
            payloads.append(bytes((indicator, flags | kind)) + unit[at : at + size])
    return payloads


def vp8_payloads(frame: bytes, picture_id: int, largest: int = LARGEST_PAYLOAD) -> list[bytes]:
    """The payloads of one VP8 frame, each with a descriptor carrying the 15-bit picture id."""
    identifier = (0x8000 | picture_id & 0x7FFF).to_bytes(2, "big")
    first, later = b"\x90\x80" + identifier, b"\x80\x80" + identifier
    room = largest - len(first)
    return [(later if at else first) + frame[at : at + room] for at in range(0, len(frame), room)]
