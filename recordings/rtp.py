"""The part of an RTP packet (RFC 3550, section 5.1) that a recorder needs. Header extensions are skipped."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_FIXED = struct.Struct("!BBHI")
_FIXED_BYTES = 12


@dataclass(frozen=True, slots=True)
class RtpPayload:
    sequence: int  # as on the wire, 16 bits, wraps
    timestamp: int  # as on the wire, 32 bits, wraps
    marker: bool
    payload: bytes


def parse(packet: bytes) -> RtpPayload:
    """Raises ValueError, saying what came, for anything that is no RTP packet of version 2."""
    if len(packet) < _FIXED_BYTES:
        raise ValueError(f"RTP packet of {len(packet)} bytes; at least {_FIXED_BYTES} are needed")
    first, second, sequence, timestamp = _FIXED.unpack_from(packet)
    if first >> 6 != 2:
        raise ValueError(f"RTP version {first >> 6}; 2 is needed")
    start = _FIXED_BYTES + 4 * (first & 0x0F)
    if first & 0x10:
        if len(packet) < start + 4:
            raise ValueError("RTP header extension is cut off")
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    end = len(packet)
    if first & 0x20:
        if not packet[-1]:
            raise ValueError("RTP padding of length 0")
        end -= packet[-1]
    if start > end:
        raise ValueError("RTP header or padding is longer than the packet")
    return RtpPayload(sequence, timestamp, bool(second & 0x80), packet[start:end])
