"""Reading an RTP packet (RFC 3550, RFC 8285) and seeing where key frames start (RFC 6184, RFC 7741).

`read` fills one reused `RtpView`, so that a packet costs no allocation of its own beyond integers.
"""

from __future__ import annotations

import struct
from enum import StrEnum

_FIXED = struct.Struct("!BBHII")
HEADER_BYTES = 12


class VideoCodec(StrEnum):
    H264 = "h264"
    VP8 = "vp8"


class RtpView:
    """The last packet read: numbers, and where its payload lies in the buffer it was read from."""

    __slots__ = (
        "level",
        "marker",
        "mid",
        "payload_end",
        "payload_start",
        "payload_type",
        "sequence",
        "ssrc",
        "timestamp",
    )

    def __init__(self) -> None:
        self.marker = False
        self.payload_type = 0
        self.sequence = 0
        self.timestamp = 0
        self.ssrc = 0
        self.payload_start = 0
        self.payload_end = 0
        self.mid: bytes | None = None
        self.level: int | None = None  # RFC 6464: -dBov, 0 loudest, 127 silence

    def read(self, data: memoryview, mid_id: int, level_id: int) -> bool:
        """Read `data`; False when it is no sound RTP packet. Extension ids are 0 where not negotiated."""
        size = len(data)
        if size < HEADER_BYTES:
            return False
        first, second, self.sequence, self.timestamp, self.ssrc = _FIXED.unpack_from(data)
        if first >> 6 != 2:
            return False
        self.marker = second > 127
        self.payload_type = second & 127
        start = HEADER_BYTES + 4 * (first & 15)
        self.mid = self.level = None
        if first & 16:
            if start + 4 > size:
                return False
            profile = data[start] << 8 | data[start + 1]
            begin, start = start + 4, start + 4 + 4 * (data[start + 2] << 8 | data[start + 3])
            if start > size:
                return False
            if (mid_id or level_id) and not self._read_extensions(data, profile, begin, start, mid_id, level_id):
                return False
        if first & 32:
            if start >= size or data[size - 1] == 0 or start + data[size - 1] > size:
                return False
            size -= data[size - 1]
        if start > size:
            return False
        self.payload_start, self.payload_end = start, size
        return True

    def _read_extensions(
        self, data: memoryview, profile: int, position: int, end: int, mid_id: int, level_id: int
    ) -> bool:
        if profile == 0xBEDE:  # one-byte headers
            header_bytes = 1
        elif profile & 0xFFF0 == 0x1000:  # two-byte headers
            header_bytes = 2
        else:
            return True  # some other use of the extension: not ours to read
        while position < end:
            if data[position] == 0:  # padding
                position += 1
                continue
            if position + header_bytes > end:
                return False
            if header_bytes == 1:
                identifier, width = data[position] >> 4, (data[position] & 15) + 1
                if identifier == 15:
                    return True
            else:
                identifier, width = data[position], data[position + 1]
            position += header_bytes
            if position + width > end:
                return False
            if identifier == mid_id:
                self.mid = bytes(data[position : position + width])
            elif identifier == level_id and width:
                self.level = data[position] & 127
            position += width
        return True


def h264_key_frame_starts(payload: memoryview) -> bool:
    """Whether this packet starts a key frame: an SPS (alone or first in a STAP-A), or the start of an IDR."""
    if not len(payload):
        return False
    kind = payload[0] & 31
    if kind == 24:  # STAP-A: 2 bytes of length, then the first NAL unit
        return len(payload) > 3 and payload[3] & 31 in (5, 7)
    if kind == 28:  # FU-A: start bit, and the type of the fragmented unit
        return len(payload) > 1 and payload[1] & 0x9F == 0x85
    return kind in (5, 7)


def vp8_key_frame_starts(payload: memoryview) -> bool:
    """Whether this packet is the first of a VP8 key frame (RFC 7741, sections 4.2 and 4.3)."""
    size = len(payload)
    if size < 2 or payload[0] & 0x1F != 0x10:  # S bit set and partition index 0
        return False
    at = 1
    if payload[0] & 0x80:
        extended = payload[1]
        at = 2
        if extended & 0x80:
            if size <= at:
                return False
            at += 2 if payload[at] & 0x80 else 1
        at += 1 if extended & 0x40 else 0
        at += 1 if extended & 0x30 else 0
    return at < size and payload[at] & 1 == 0
