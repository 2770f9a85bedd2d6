"""A Matroska file of one picture and one sound, as they were encoded. It survives a kill, and a power cut up to
the last second: each cluster is in the file when the next one begins, and the file on the disk twice a second."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from room_client.keeping.keeper import Shot
from room_client.keeping.shelf import FILM_MODE
from room_client.sources.encoders import OPUS_RATE_HZ
from room_client.sources.h264_stream import decoded_key_frame
from signaling.wire.rtp import VideoCodec

SYNC_EVERY_S = 0.5
_TICK = Fraction(1, 1000)
_OPTIONS = {"flush_packets": "1", "cluster_time_limit": "200", "max_interleave_delta": "1"}
Size = tuple[int, int]


class Matroska:
    """Every method may raise OSError or av.error.FFmpegError; it is then to be closed."""

    def __init__(self, path: Path, started_at: float, picture: tuple[str, Size] | None) -> None:
        """`started_at`: epoch; the picture's codec and size, None for sound alone."""
        self.started_at = started_at
        self.picture = picture
        self.ended_at = started_at
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILM_MODE)
        self._file = open(descriptor, "w+b", buffering=0)  # noqa: SIM115 -- closed with this
        self._last: dict[bool, int] = {}
        self._synced_at = started_at
        self._video: Any = None
        try:
            self._container = av.open(self._file, "w", format="matroska", options=_OPTIONS)
            if picture is not None:
                codec, (width, height) = picture
                self._video = self._container.add_mux_stream(
                    str(codec), width=width, height=height, time_base=_TICK
                )
            # The encoder behind it is opened for the OpusHead only, and never called.
            self._sound: Any = self._container.add_stream("libopus", rate=OPUS_RATE_HZ)
            self._sound.codec_context.layout = "mono"
        except BaseException:
            self._file.close()
            raise

    @property
    def bytes(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def add(self, shot: Shot, at: float) -> None:
        is_video = shot.upstream.is_video
        if is_video and self._video is None:
            return
        tick = max(self._last.get(is_video, -1) + 1, round((at - self.started_at) * 1000), 0)
        self._last[is_video] = tick
        packet = av.Packet(shot.frame.data)
        packet.is_keyframe = shot.frame.key or not is_video
        packet.stream = self._video if is_video else self._sound
        packet.time_base = _TICK
        packet.pts = packet.dts = tick
        self._container.mux_one(packet)
        self.ended_at = max(self.ended_at, at)
        if at - self._synced_at >= SYNC_EVERY_S:
            self._synced_at = at
            os.fdatasync(self._file.fileno())

    def close(self) -> None:
        try:
            self._container.close()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()


def size_of(shot: Shot) -> Size | None:
    """Of a key frame; None where it cannot be read."""
    if shot.codec == VideoCodec.VP8:  # RFC 6386, 9.1
        head = shot.frame.data[:10]
        if len(head) < 10 or head[3:6] != b"\x9d\x01\x2a":
            return None
        return (int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF)
    frame = decoded_key_frame(shot.frame.data)
    return (frame.width, frame.height) if frame is not None else None
