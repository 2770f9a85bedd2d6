"""The playable file: all segments one after another, remuxed, never transcoded.

H.264 becomes MP4, VP8 WebM. Pictures of another size in between need no second sample description: every
key frame carries its own SPS and PPS, and Chromium 156 plays and seeks such a file (a test proves it).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer

from recordings.chapters import tiled
from recordings.manifest import ChapterEntry, SegmentEntry
from recordings.mixing import BLOCK, RATE
from recordings.output import Output
from recordings.segment import MIX_TITLE
from signaling.wire.rtp import VideoCodec

_MILLISECONDS = Fraction(1, 1000)
# Matroska rounds to milliseconds; a mix packet this close to the end of the one before follows without a seam.
ROUNDING = 144  # samples, 3 ms


class SealingStopped(Exception):
    """The process ends; sealing begins anew when it is started again."""


@dataclass(frozen=True, slots=True)
class Form:
    file: str
    media_type: str
    container: str
    options: dict[str, str]


# The index of an MP4 counts every stretch in which one track follows itself, and a browser fetches all of it
# before it shows anything: a stretch a second instead of one a packet makes it 5.4 MB instead of 8.6 (four hours).
MP4 = Form("recording.mp4", "video/mp4", "mp4", {"movflags": "faststart", "chunk_duration": "1000000"})
WEBM = Form("recording.webm", "video/webm", "webm", {"cues_to_front": "1"})


def form_for(segments: Sequence[SegmentEntry]) -> Form:
    """Follows the first video there is."""
    codec = next((segment.codec for segment in segments if segment.codec), VideoCodec.H264)
    return WEBM if codec == VideoCodec.VP8 else MP4


@dataclass(slots=True)
class Counts:
    video_frames: int = 0
    mix_packets: int = 0

    @property
    def audio_seconds(self) -> float:
        return self.mix_packets * BLOCK / RATE


class _Joiner:
    """Packets of one segment after the other into one container."""

    def __init__(self, out: OutputContainer, stop: threading.Event) -> None:
        self._out = out
        self._stop = stop
        self._video: Any = None
        self._mix: Any = None
        self._last_video = -1  # milliseconds
        self._mix_end: int | None = None  # samples
        self.counts = Counts()

    def add_streams(self, video: Any, mix: Any) -> None:
        if video is not None:
            self._video = self._out.add_stream_from_template(video, opaque=True)
        if mix is not None:
            self._mix = self._out.add_stream_from_template(mix, opaque=True)

    def add(
        self, source: InputContainer, offset_s: float, seconds: float, *, with_video: bool, last: bool
    ) -> None:
        video = _video_of(source) if with_video else None
        mix = _mix_of(source)
        wanted = [stream for stream in (video, mix) if stream is not None]
        offset_ms, offset = round(offset_s * 1000), round(offset_s * RATE)
        end = None if last else round((offset_s + seconds) * RATE)
        for packet in source.demux(wanted):
            if packet.pts is None or packet.time_base is None:
                continue
            if self._stop.is_set():
                raise SealingStopped
            at_s = packet.pts * packet.time_base
            if packet.stream is video:
                self._add_video(packet, offset_ms + round(at_s * 1000))
            else:
                self._add_mix(packet, offset + round(at_s * RATE), end)

    def _add_video(self, packet: av.Packet[Any], at_ms: int) -> None:
        self._last_video = at_ms = max(at_ms, self._last_video + 1)
        packet.stream = self._video
        packet.time_base = _MILLISECONDS
        packet.pts = packet.dts = at_ms
        packet.duration = 0  # follows from the next frame
        self._out.mux_one(packet)
        self.counts.video_frames += 1

    def _add_mix(self, packet: av.Packet[Any], at: int, end: int | None) -> None:
        if end is not None and at + BLOCK > end:
            return  # the encoder's last look-ahead; the next segment's beginning takes its place
        if self._mix_end is not None:
            if abs(at - self._mix_end) <= ROUNDING:
                at = self._mix_end
            elif at < self._mix_end:
                return
        packet.stream = self._mix
        packet.time_base = Fraction(1, RATE)
        packet.pts = packet.dts = at
        packet.duration = BLOCK
        self._mix_end = at + BLOCK
        self._out.mux_one(packet)
        self.counts.mix_packets += 1


def build(
    target: Path,
    folder: Path,
    segments: Sequence[SegmentEntry],
    chapters: Sequence[ChapterEntry],
    form: Form,
    stop: threading.Event,
) -> Counts:
    """Write `target`. `segments` are readable and not empty.

    Raises OSError, av.error.FFmpegError, SealingStopped.
    """
    codec = next((segment.codec for segment in segments if segment.codec), "")
    with ExitStack() as stack:
        output = stack.enter_context(closing(Output(target)))
        out = stack.enter_context(av.open(output, "w", format=form.container, options=form.options))
        out.metadata["creation_time"] = segments[0].started_at
        _set_chapters(out, chapters, sum(segment.seconds for segment in segments))
        joiner = _Joiner(out, stop)
        model = next((segment for segment in segments if segment.codec), segments[0])
        template = stack.enter_context(av.open(str(folder / model.file)))
        joiner.add_streams(_video_of(template), _mix_of(template))
        offset_s = 0.0
        for segment in segments:
            with av.open(str(folder / segment.file)) as source:
                joiner.add(
                    source,
                    offset_s,
                    segment.seconds,
                    with_video=segment.codec == codec and bool(codec),
                    last=segment is segments[-1],
                )
            offset_s += segment.seconds
        return joiner.counts


def _set_chapters(out: OutputContainer, chapters: Sequence[ChapterEntry], seconds: float) -> None:
    out.set_chapters(
        [
            {
                "id": number,
                "start": round(starts_s * 1000),
                "end": round(ends_s * 1000),
                "time_base": _MILLISECONDS,
                "metadata": {"title": label},
            }
            for number, (starts_s, ends_s, label) in enumerate(tiled(chapters, seconds), 1)
        ]
    )


def _video_of(source: InputContainer) -> Any:
    return source.streams.video[0] if source.streams.video else None


def _mix_of(source: InputContainer) -> Any:
    return next((stream for stream in source.streams.audio if stream.metadata.get("title") == MIX_TITLE), None)
