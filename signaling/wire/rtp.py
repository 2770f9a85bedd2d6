"""RTP packets (RFC 3550, RFC 8285), and what their payloads tell undecoded (RFC 6184, RFC 7741).

`RtpView.read` fills one reused view, so that a packet costs no allocation of its own beyond integers. Whatever
looks into a payload takes the packet and where its payload lies, so that nothing is sliced only to be looked at.
"""

from __future__ import annotations

import struct
from enum import StrEnum

HEADER = struct.Struct("!BBHII")
"""The fixed header: version and flags, marker and payload type, sequence number, timestamp, SSRC."""
HEADER_BYTES = HEADER.size  # 12
_read_header = HEADER.unpack_from  # looked up once, not for every packet
VIDEO_CLOCK_HZ = 90_000
AUDIO_CLOCK_HZ = 48_000  # Opus, RFC 7587

# NAL unit types of H.264 (table 7-1), and the two of RFC 6184 that hold others.
NAL_IDR, NAL_SEI, NAL_SPS, NAL_PPS, NAL_DELIMITER, NAL_FILLER = 5, 6, 7, 8, 9, 12
STAP_A, FU_A = 24, 28
_KEY_FRAME_NALS = (NAL_IDR, NAL_SPS)

Packet = bytes | memoryview


class VideoCodec(StrEnum):
    H264 = "h264"
    VP8 = "vp8"


def pack_packet(
    payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes
) -> bytes:
    """One packet. `sequence` and `timestamp` may be unwrapped: they are cut to 16 and 32 bits here."""
    second = payload_type | 0x80 if marker else payload_type
    return HEADER.pack(0x80, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload


class RtpView:
    """The last packet read: numbers, and where its payload lies in the buffer it was read from."""

    __slots__ = (
        "level",
        "marker",
        "mid",
        "payload_end",
        "payload_start",
        "payload_type",
        "repaired_rid",
        "rid",
        "sequence",
        "ssrc",
        "timestamp",
    )

    def __init__(self) -> None:
        self.marker = False
        self.payload_type = 0
        self.sequence = 0  # wrapped, as all numbers here
        self.timestamp = 0
        self.ssrc = 0
        self.payload_start = 0
        self.payload_end = 0
        self.mid: bytes | None = None
        self.rid: bytes | None = None  # RFC 8852, of a layer
        self.repaired_rid: bytes | None = None  # of the layer that this repeats
        self.level: int | None = None  # RFC 6464: -dBov, 0 loudest, 127 silence

    def read(
        self, data: Packet, mid_id: int = 0, level_id: int = 0, rid_id: int = 0, repaired_rid_id: int = 0
    ) -> bool:
        """Read `data`; False when it is no sound RTP packet. Extension ids are 0 where not negotiated."""
        size = len(data)
        if size < HEADER_BYTES:
            return False
        first, second, self.sequence, self.timestamp, self.ssrc = _read_header(data)
        if first >> 6 != 2:
            return False
        self.marker = second > 127
        self.payload_type = second & 127
        start = HEADER_BYTES + 4 * (first & 15)
        self.mid = self.level = self.rid = self.repaired_rid = None
        if first & 16:
            if start + 4 > size:
                return False
            profile = data[start] << 8 | data[start + 1]
            begin, start = start + 4, start + 4 + 4 * (data[start + 2] << 8 | data[start + 3])
            if start > size:
                return False
            if (mid_id or level_id or rid_id) and not self._read_extensions(
                data, profile, begin, start, mid_id, level_id, rid_id, repaired_rid_id
            ):
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
        self,
        data: Packet,
        profile: int,
        position: int,
        end: int,
        mid_id: int,
        level_id: int,
        rid_id: int,
        repaired_rid_id: int,
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
                if identifier in (0, 15):  # reserved: the rest is not to be read (RFC 8285, 4.2)
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
            elif identifier == rid_id:
                self.rid = bytes(data[position : position + width])
            elif identifier == repaired_rid_id:
                self.repaired_rid = bytes(data[position : position + width])
            position += width
        return True


def h264_key_frame_starts(packet: Packet, start: int, end: int) -> bool:
    """Whether the payload from `start` to `end` starts a key frame (RFC 6184, section 5).

    That is an SPS (alone or first in a STAP-A), or the start of an IDR picture. What is shorter than two
    bytes holds nothing, and no depacketiser takes it.
    """
    if end - start < 2:
        return False
    kind = packet[start] & 31
    if kind == STAP_A:  # 2 bytes of length, then the first NAL unit
        return end - start > 3 and packet[start + 3] & 31 in _KEY_FRAME_NALS
    if kind == FU_A:  # start bit, and the type of the fragmented unit
        return packet[start + 1] & 0x9F == 0x80 | NAL_IDR
    return kind in _KEY_FRAME_NALS


def vp8_frame_starts(packet: Packet, start: int) -> bool:
    """Whether a frame starts here: the S bit and partition 0; reserved bits are ignored (RFC 7741, 4.2)."""
    return packet[start] & 0x17 == 0x10


def vp8_data_start(packet: Packet, start: int, end: int) -> int:
    """Where the frame's data begins behind the payload descriptor (RFC 7741, 4.2); `end` if it is cut off."""
    if start >= end:
        return end
    at = start + 1
    if packet[start] & 0x80:
        if at >= end:
            return end
        extended = packet[at]
        at += 1
        if extended & 0x80:  # picture id, 7 or 15 bits
            if at >= end:
                return end
            at += 2 if packet[at] & 0x80 else 1
        at += 1 if extended & 0x40 else 0  # TL0PICIDX
        at += 1 if extended & 0x30 else 0  # TID and KEYIDX share a byte
    return min(at, end)


def vp8_key_frame_starts(packet: Packet, start: int, end: int) -> bool:
    """Whether the payload from `start` to `end` is the first of a VP8 key frame (RFC 7741, 4.2 and 4.3)."""
    if start >= end or not vp8_frame_starts(packet, start):
        return False
    at = vp8_data_start(packet, start, end)
    return at < end and packet[at] & 1 == 0
