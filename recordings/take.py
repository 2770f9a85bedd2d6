"""A take: an unbroken run of recording, cut into segments that follow one another without a seam.

Everything is released in the order of capture, half a second behind the wall clock, so that picture, the
original sound and the mix enter the file together. Sans-IO but for the segment it writes to: time comes in.

Segments begin on a 20 ms grid of the wall clock, at a key frame where there is video. A file must know
its video's format when it begins: for up to 2 s a take waits for the first key frame, then it begins
with sound only, and video begins a new segment.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Protocol

from recordings.items import AudioPacket
from recordings.mixing import BLOCK_US, RATE, Mixdown, MixedPacket
from recordings.segment import ORIGINALS, Segment, VideoFormat
from recordings.video_frame import VideoFrame

LAG_US = 500_000
VIDEO_WAIT_US = 2_000_000
SILENT_US = 5_000_000  # without any packet for this long the take is over
# A segment whose video stopped is cut without a key frame, this long after it should have been.
OVERTIME_US = 10_000_000
LIMIT = 4_096  # items held back; 3 s of stage have 500. Beyond it the oldest are released early


class Shelf(Protocol):
    """Where a take's segments come from and go to."""

    def open_segment(self, started_us: int, video: VideoFormat | None) -> Segment: ...

    def close_segment(self, segment: Segment, ended_us: int) -> None: ...


class Take:
    """Every method that writes may raise OSError or av.error.FFmpegError; the take is then to be abandoned."""

    def __init__(self, shelf: Shelf, segment_us: int) -> None:
        self._shelf = shelf
        self._segment_us = segment_us
        self._waiting: list[tuple[int, int, VideoFrame | AudioPacket]] = []
        self._counter = 0
        self._last_video_us = 0
        self._newest_us: int | None = None  # arrival of the last item
        self._mixdown = Mixdown()
        self._origin_us: int | None = None  # wall clock of the mix's position 0
        self._segment: Segment | None = None
        self._wants_key_frame = True

    @property
    def segment(self) -> Segment | None:
        return self._segment

    @property
    def recorded_until_us(self) -> int | None:
        """End of what was written; None before the first segment."""
        return None if self._origin_us is None else self._at_us(self._mixdown.position)

    @property
    def wants_key_frame(self) -> bool:
        return self._wants_key_frame

    def handle_input(self, item: VideoFrame | AudioPacket, now_us: int) -> None:
        at_us = item.capture_us
        if isinstance(item, VideoFrame):
            # Pictures keep the order of their sequence numbers, also when another source's clock is behind.
            at_us = self._last_video_us = max(at_us, self._last_video_us + 1)
        self._counter += 1
        heapq.heappush(self._waiting, (at_us, self._counter, item))
        self._newest_us = now_us

    def is_silent(self, now_us: int) -> bool:
        return self._newest_us is not None and now_us - self._newest_us > SILENT_US

    def handle_timeout(self, now_us: int) -> None:
        """Write what is due. Call several times a second."""
        until_us = now_us - LAG_US
        if self._segment is None and not self._may_begin(now_us):
            return
        while len(self._waiting) > LIMIT:
            self._release(self._waiting[0][0])
        self._release(until_us)
        if self._segment is not None:
            self._segment.sync(now_us)

    def finish(self, until_us: int) -> None:
        """Write everything captured before `until_us`, and close. What is later is dropped."""
        if self._segment is None and not (self._waiting and self._waiting[0][0] < until_us):
            return
        self._release(until_us)
        if self._segment is not None and self._origin_us is not None:
            if until_us > self._at_us(self._mixdown.position):
                self._mix(until_us + BLOCK_US - 1)
            self._write_mix(self._mixdown.finish())
            self._close(self._at_us(self._mixdown.position))

    def abandon(self) -> tuple[Segment | None, list[VideoFrame | AudioPacket]]:
        """After a write error: the segment that failed, for the caller to close and to measure, and what was not
        written yet, in its order, for another take."""
        segment, self._segment = self._segment, None
        waiting, self._waiting = [item for _, _, item in sorted(self._waiting)], []
        return segment, waiting

    def _may_begin(self, now_us: int) -> bool:
        if not self._waiting:
            return False
        if any(isinstance(item, VideoFrame) and item.key for _, _, item in self._waiting):
            return True
        return now_us - self._waiting[0][0] >= VIDEO_WAIT_US

    def _release(self, until_us: int) -> None:
        while self._waiting and self._waiting[0][0] <= until_us:
            at_us, _, item = heapq.heappop(self._waiting)
            if self._segment is None:
                self._begin(at_us, item)
            self._mix(at_us)
            if isinstance(item, VideoFrame):
                self._write_video(item, at_us)
            else:
                self._write_audio(item, at_us)
        if self._segment is not None:
            self._mix(until_us)
            self._cut_without_key_frame(until_us)

    def _begin(self, at_us: int, first: VideoFrame | AudioPacket) -> None:
        candidates = [first, *(item for _, _, item in sorted(self._waiting))]
        key = next((item for item in candidates if isinstance(item, VideoFrame) and item.key), None)
        self._origin_us = at_us - at_us % BLOCK_US
        self._open(self._origin_us, key)

    def _write_video(self, frame: VideoFrame, at_us: int) -> None:
        segment = self._segment
        if segment is None:
            return
        if frame.key:
            other = segment.video is None or segment.video.codec != frame.codec
            if other or at_us - segment.started_us >= self._segment_us:
                segment = self._roll(frame)
            self._wants_key_frame = False
        elif segment.video is None or segment.video.codec != frame.codec or not segment.video_frames:
            self._wants_key_frame = True  # the middle of a group of pictures cannot be shown
            return
        elif at_us - segment.started_us >= self._segment_us:
            self._wants_key_frame = True
        segment.write_video(frame, at_us)

    def _write_audio(self, packet: AudioPacket, at_us: int) -> None:
        if self._segment is None or self._origin_us is None:
            return
        if packet.track in ORIGINALS:
            self._segment.write_original(packet.track, packet.data, at_us)
        self._mixdown.add(packet.track, (at_us - self._origin_us) * RATE // 1_000_000, packet.data)

    def _cut_without_key_frame(self, until_us: int) -> None:
        segment = self._segment
        if segment is None:
            return
        age_us = until_us - segment.started_us
        video_stopped = until_us - self._last_video_us > VIDEO_WAIT_US
        limit_us = self._segment_us if segment.video is None else self._segment_us + OVERTIME_US
        if age_us >= limit_us and (segment.video is None or video_stopped):
            self._roll(None)

    def _roll(self, key: VideoFrame | None) -> Segment:
        """The border is where the mix stands: at most 20 ms before `key`, and no sound belongs to both."""
        border_us = self._at_us(self._mixdown.position)
        self._close(border_us)
        return self._open(border_us, key)

    def _open(self, started_us: int, key: VideoFrame | None) -> Segment:
        video = VideoFormat(key.codec, key.width, key.height) if key else None
        self._segment = segment = self._shelf.open_segment(started_us, video)
        self._wants_key_frame = video is None
        return segment

    def _close(self, ended_us: int) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            self._shelf.close_segment(segment, ended_us)

    def _mix(self, until_us: int) -> None:
        if self._origin_us is not None:
            self._write_mix(self._mixdown.advance((until_us - self._origin_us) * RATE // 1_000_000))

    def _write_mix(self, packets: Iterable[MixedPacket]) -> None:
        if self._origin_us is None:
            return
        for packet in packets:
            if self._segment is not None:
                start = (self._segment.started_us - self._origin_us) * RATE // 1_000_000
                self._segment.write_mix(packet, packet.position - start)

    def _at_us(self, position: int) -> int:
        return (self._origin_us or 0) + position * 1_000_000 // RATE
