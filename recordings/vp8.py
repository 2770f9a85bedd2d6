"""VP8 from RTP (RFC 7741) to whole frames; size and kind of a frame are in its own header (RFC 6386, 9.1)."""

from __future__ import annotations

from recordings.video_frame import LARGEST_FRAME, VideoFrame
from signaling.wire.rtp import VideoCodec, vp8_data_start, vp8_frame_starts


class Vp8Depacketiser:
    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._bytes = 0
        self._timestamp: int | None = None
        self._capture_us = 0

    def handle_input(self, payload: bytes, timestamp: int, marker: bool, capture_us: int) -> list[VideoFrame]:
        frames = []
        if self._timestamp is not None and timestamp != self._timestamp and self._parts:
            frames += self._finish()
        if timestamp != self._timestamp:
            self.forget_frame()
            self._timestamp, self._capture_us = timestamp, capture_us
        begins_at = vp8_data_start(payload, 0, len(payload))
        if begins_at == len(payload):
            raise ValueError(f"VP8 payload of {len(payload)} bytes without a frame")
        starts, part = vp8_frame_starts(payload, 0), payload[begins_at:]
        if starts and self._parts:
            raise ValueError("VP8 frame that starts twice")
        if not starts and not self._parts:
            raise ValueError("VP8 frame without its start")
        self._parts.append(part)
        self._bytes += len(part)
        if self._bytes > LARGEST_FRAME:
            raise ValueError(f"VP8 frame of more than {LARGEST_FRAME} bytes")
        if marker:
            frames += self._finish()
        return frames

    def forget_frame(self) -> None:
        self._parts.clear()
        self._bytes = 0

    def forget_source(self) -> None:
        self.forget_frame()
        self._timestamp = None

    def _finish(self) -> list[VideoFrame]:
        data = b"".join(self._parts)
        self.forget_frame()
        key = not data[0] & 1
        width = height = 0
        if key:
            if len(data) < 10 or data[3:6] != b"\x9d\x01\x2a":
                raise ValueError("VP8 key frame without its start code")
            width = int.from_bytes(data[6:8], "little") & 0x3FFF
            height = int.from_bytes(data[8:10], "little") & 0x3FFF
            if not width or not height:
                raise ValueError(f"VP8 key frame of {width}x{height}")
        return [VideoFrame(VideoCodec.VP8, data, key, self._capture_us, width, height)]
