"""Sources as tests need them, fed as the plane feeds them."""

from __future__ import annotations

from server.media.clock import DeviceClock
from server.media.source import Source
from signaling.wire.rtp import RtpView, VideoCodec
from signaling.wire.slots import Upstream


def source(upstream: Upstream = Upstream.CAMERA, room: str = "06649", identity: int = 1) -> Source:
    made = Source(identity, room, upstream, VideoCodec.H264, DeviceClock())
    made.ssrc = 7
    return made


def feed(into: Source, packet: bytes, now_s: float) -> bool:
    """As a link does it: read, then hand over."""
    view, data = RtpView(), memoryview(packet)
    if not view.read(data):
        raise ValueError("a test made no sound RTP packet")
    return into.handle_packet(view, data, now_s, 1_700_000_000 + now_s)
