"""RTP packets as tests need them, read as the plane reads them."""

from __future__ import annotations

import struct

from server.media.clock import DeviceClock
from server.media.rtp import RtpView, VideoCodec
from server.media.sdp import Upstream
from server.media.source import Source

KEY_FRAME = b"\x78\x00\x04\x67\x42\xe0\x1f\x00\x04\x68\xce\x3c\x80"  # STAP-A of SPS and PPS
IDR = b"\x7c\x85\x88"  # FU-A, the first fragment of an IDR picture
DELTA_FRAME = b"\x41\x9a\x00\x00"
SOUND = b"\xf8\xff\xfe"


def rtp(
    sequence: int, timestamp: int, payload: bytes, ssrc: int = 1, marker: bool = False, payload_type: int = 96
) -> bytes:
    head = struct.pack(
        "!BBHII", 0x80, (0x80 if marker else 0) | payload_type, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc
    )
    return head + payload


def source(upstream: Upstream = Upstream.CAMERA, room: str = "06649", identity: int = 1) -> Source:
    made = Source(identity, room, upstream, VideoCodec.H264, DeviceClock())
    made.ssrc = 7
    return made


def feed(into: Source, packet: bytes, now_s: float) -> bool:
    """As a link does it: read, then hand over."""
    view, data = RtpView(), memoryview(packet)
    if not view.read(data, 0, 0):
        raise ValueError("a test made no sound RTP packet")
    return into.handle_packet(view, data, now_s, 1_700_000_000 + now_s)
