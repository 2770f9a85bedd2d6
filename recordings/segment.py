"""One Matroska file while it is written. It survives `kill -9`, and a power cut, up to the last second.

`flush_packets=1` is the switch that decides: with it each cluster is on the disk when the next one begins.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from recordings.mixing import BITRATE, RATE, MixedPacket
from recordings.output import Output
from recordings.store import sync_directory
from recordings.video_frame import VideoFrame
from signaling.tap import TapTrack
from signaling.wire.rtp import VideoCodec

# What a power cut takes away: writing is half a second behind, a cluster reaches the file when the next one
# begins, and the file the disk when it has grown and this long passed. All of it together stays below 1 s.
SYNC_US = 150_000
CLUSTER_MS = 150
ORIGINALS = {TapTrack.DESK_AUDIO: "desk", TapTrack.FLOOR_AUDIO: "floor"}
VIDEO_TITLE, MIX_TITLE = "programme", "mix"
PICTURE_TITLE, SOUND_TITLE = "picture", "sound"  # of an isolated source
_MATROSKA_TICK = Fraction(1, 1000)
_OPTIONS = {
    "flush_packets": "1",
    "cluster_time_limit": str(CLUSTER_MS),
    # Packets come nearly in order; the muxer must not hold them back for a track that is silent.
    "max_interleave_delta": "1",
}


@dataclass(frozen=True, slots=True)
class VideoFormat:
    codec: VideoCodec
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The titles of a file's tracks."""

    picture: str
    mix: str | None
    originals: dict[TapTrack, str]  # sound as it came

    @property
    def default(self) -> set[str]:
        return {self.picture, self.mix or SOUND_TITLE}


PROGRAMME = Layout(VIDEO_TITLE, MIX_TITLE, ORIGINALS)


class Segment:
    """Times are wall clock in microseconds. Any method may raise OSError or av.error.FFmpegError: the file
    is then to be closed, and another one opened."""

    def __init__(self, path: Path, started_us: int, video: VideoFormat | None, layout: Layout = PROGRAMME) -> None:
        self.path = path
        self._layout = layout
        self.started_us = started_us
        self.video = video
        self.video_frames = 0
        self.mix_samples = 0
        self._synced_us = started_us
        self._synced_bytes = 0
        self._file: int | None = None
        self._last_tick: dict[str, int] = {}
        self._output = Output(path)
        self._container = av.open(self._output, "w", format="matroska", options=_OPTIONS)
        moment = datetime.fromtimestamp(started_us / 1e6, UTC)
        self._container.metadata["creation_time"] = moment.isoformat(timespec="microseconds")
        self._streams: dict[str, Any] = {}
        if video is not None:
            self._streams[layout.picture] = self._container.add_mux_stream(
                video.codec.value, width=video.width, height=video.height, time_base=_MATROSKA_TICK
            )
        if layout.mix is not None:
            self._add_sound(layout.mix, "mono")
        for title in layout.originals.values():
            self._add_sound(title, "stereo")
        for title, stream in self._streams.items():
            stream.metadata["title"] = title
            default = title in layout.default
            stream.disposition = av.stream.Disposition.default if default else av.stream.Disposition(0)

    @property
    def tracks(self) -> tuple[str, ...]:
        return tuple(self._streams)

    @property
    def size(self) -> int:
        """On the disk now."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def write_video(self, frame: VideoFrame, at_us: int) -> None:
        packet = av.Packet(frame.data)
        packet.is_keyframe = frame.key
        self._mux(self._layout.picture, packet, at_us)
        self.video_frames += 1

    def write_original(self, track: TapTrack, data: bytes, at_us: int) -> None:
        packet = av.Packet(data)
        packet.is_keyframe = True
        self._mux(self._layout.originals[track], packet, at_us)

    def write_mix(self, mixed: MixedPacket, position: int) -> None:
        """`position` in samples since the segment's start."""
        packet = av.Packet(mixed.data)
        packet.is_keyframe = True
        packet.stream = self._streams[MIX_TITLE]
        packet.time_base = Fraction(1, RATE)
        packet.pts = packet.dts = position
        packet.duration = mixed.samples
        self._container.mux_one(packet)
        self.mix_samples += mixed.samples

    def sync(self, now_us: int) -> None:
        """What was written goes from the system's memory to the disk, several times a second."""
        if now_us - self._synced_us < SYNC_US:
            return
        self._synced_us = now_us
        if self._file is None:
            if not self.path.exists():
                return
            self._file = os.open(self.path, os.O_RDONLY)
            sync_directory(
                self.path.parent
            )  # the muxer makes the file with its first byte: its name is new only now
        size = os.fstat(self._file).st_size
        if size != self._synced_bytes:
            os.fdatasync(self._file)
            self._synced_bytes = size

    def close(self) -> None:
        """Write the index and length; the file is on the disk afterwards. Also after a failed write."""
        try:
            self._container.close()
            if self.path.exists():
                self._synced_us = self._synced_bytes = 0  # its index was written over, at the same length perhaps
                self.sync(SYNC_US)
        finally:
            self._output.close()
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _add_sound(self, title: str, layout: str) -> None:
        # The encoder behind it is opened for the OpusHead only, and never called.
        stream = self._container.add_stream("libopus", rate=RATE)
        stream.codec_context.layout = layout
        stream.codec_context.bit_rate = BITRATE
        self._streams[title] = stream

    def _mux(self, title: str, packet: av.Packet[Any], at_us: int) -> None:
        # The file counts milliseconds, and two packets of a track must not have the same one.
        tick = max(self._last_tick.get(title, -1) + 1, round((at_us - self.started_us) / 1000), 0)
        self._last_tick[title] = tick
        packet.stream = self._streams[title]
        packet.time_base = _MATROSKA_TICK
        packet.pts = packet.dts = tick
        self._container.mux_one(packet)
