"""RTP as the room sends and counts it (RFC 3550): fixed headers, numbers that wrap, key frames."""

from __future__ import annotations

import struct

HEADER_BYTES = 12
VIDEO_CLOCK_HZ = 90_000
AUDIO_CLOCK_HZ = 48_000  # Opus, RFC 7587
_FIXED = struct.Struct("!BBHII")


def pack_packet(
    payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes
) -> bytes:
    """One packet. `sequence` and `timestamp` may be unwrapped: they are cut to 16 and 32 bits here."""
    second = payload_type | 0x80 if marker else payload_type
    return _FIXED.pack(0x80, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload


def payload_start(packet: bytes) -> int:
    """Where the payload begins; beyond the packet's end if its header says more than there is."""
    start = HEADER_BYTES + 4 * (packet[0] & 15)
    if packet[0] & 16 and len(packet) >= start + 4:
        start += 4 + 4 * (packet[start + 2] << 8 | packet[start + 3])
    return start


def sequence_step(newer: int, older: int) -> int:
    """Signed distance of two 16-bit sequence numbers, the nearer way round; half a turn counts as behind."""
    step = (newer - older) & 0xFFFF
    return step - 0x10000 if step >= 0x8000 else step


def h264_key_frame_starts(packet: bytes, at: int) -> bool:
    """Whether this packet carries an SPS or the beginning of an IDR picture (RFC 6184)."""
    if at + 1 >= len(packet):
        return False
    kind = packet[at] & 31
    if kind == 28:  # FU-A: start bit, and the fragmented unit's type
        return packet[at + 1] & 0x9F == 0x85
    if kind == 24:  # STAP-A: 2 bytes of length, then the first unit
        return at + 3 < len(packet) and packet[at + 3] & 31 in (5, 7)
    return kind in (5, 7)


def vp8_key_frame_starts(packet: bytes, at: int) -> bool:
    """Whether this packet is the first of a VP8 key frame (RFC 7741, sections 4.2 and 4.3)."""
    size = len(packet)
    if at >= size or packet[at] & 0x17 != 0x10:  # S bit, partition 0
        return False
    extended, at = packet[at] & 0x80, at + 1
    if extended:
        if at >= size:
            return False
        flags, at = packet[at], at + 1
        if flags & 0x80:
            if at >= size:
                return False
            at += 2 if packet[at] & 0x80 else 1
        at += (flags >> 6 & 1) + (1 if flags & 0x30 else 0)
    return at < size and packet[at] & 1 == 0
