"""One isolated source over an unbroken run of recording: files for as long as there is a picture, none without.

A file begins with a key frame, and another camera always begins another file. Sound enters while the picture is
there; all of it is beside the programme anyway. Sans-IO but for the segment it writes to: time comes in.
"""

from __future__ import annotations

import heapq
from typing import Protocol

from recordings.items import AudioPacket
from recordings.segment import Segment, VideoFormat
from recordings.take import LAG_US, LIMIT
from recordings.video_frame import VideoFrame

STILL_US = 3_000_000  # media takes a picture off the stage that stood for 2 s; a file without one is closed


class Shelf(Protocol):
    """Where a strand's segments come from and go to."""

    def open_segment(self, started_us: int, video: VideoFormat, *, continues: bool) -> Segment: ...

    def close_segment(self, segment: Segment, ended_us: int) -> None: ...


class Strand:
    """Every method that writes may raise OSError or av.error.FFmpegError; the strand is then to be abandoned."""

    def __init__(self, shelf: Shelf, segment_us: int) -> None:
        self._shelf = shelf
        self._segment_us = segment_us
        self._waiting: list[tuple[int, int, VideoFrame | AudioPacket]] = []
        self._counter = 0
        self._last_picture_us = 0  # that came; pictures keep the order of their sequence numbers
        self._shown_us = 0  # of the last picture that was written
        self._ended_us = 0  # of the last thing that was written
        self._camera: int | None = None
        self.segment: Segment | None = None
        self.wants_key_frame = False

    def handle_input(self, item: VideoFrame | AudioPacket) -> None:
        at_us = item.capture_us
        if isinstance(item, VideoFrame):
            at_us = self._last_picture_us = max(at_us, self._last_picture_us + 1)
        self._counter += 1
        heapq.heappush(self._waiting, (at_us, self._counter, item))

    def handle_timeout(self, now_us: int) -> None:
        """Write what is due. Call several times a second."""
        while len(self._waiting) > LIMIT:
            self._release(self._waiting[0][0])
        self._release(now_us - LAG_US)
        if self.segment is not None:
            self.segment.sync(now_us)

    def finish(self, until_us: int) -> None:
        """Write everything captured before `until_us`, and close. What is later is dropped."""
        self._release(until_us)
        self._close(self._ended_us)

    def abandon(self) -> Segment | None:
        """After a write error: the segment that failed, for the caller to close and to measure."""
        segment, self.segment = self.segment, None
        return segment

    def _release(self, until_us: int) -> None:
        while self._waiting and self._waiting[0][0] <= until_us:
            at_us, _, item = heapq.heappop(self._waiting)
            if isinstance(item, VideoFrame):
                self._write_picture(item, at_us)
            elif self.segment is not None:
                self.segment.write_original(item.track, item.data, at_us)
                self._ended_us = at_us
        if self.segment is not None and until_us - self._shown_us > STILL_US:
            self._close(self._ended_us)

    def _write_picture(self, frame: VideoFrame, at_us: int) -> None:
        segment = self.segment
        over = segment is not None and at_us - segment.started_us >= self._segment_us
        if frame.key:
            other = segment is None or frame.source != self._camera or frame.codec != _codec_of(segment)
            if over or other:
                continues = segment is not None and frame.source == self._camera
                self._close(at_us)
                video = VideoFormat(frame.codec, frame.width, frame.height)
                segment = self.segment = self._shelf.open_segment(at_us, video, continues=continues)
                self._camera = frame.source
            self.wants_key_frame = False
        elif segment is None or frame.source != self._camera:
            self.wants_key_frame = True  # the middle of a group of pictures cannot be shown
            return
        elif over:
            self.wants_key_frame = True
        if segment is not None:
            segment.write_video(frame, at_us)
        self._shown_us = self._ended_us = at_us

    def _close(self, ended_us: int) -> None:
        segment, self.segment = self.segment, None
        if segment is not None:
            self._shelf.close_segment(segment, ended_us)


def _codec_of(segment: Segment | None) -> object:
    return segment.video.codec if segment is not None and segment.video is not None else None
