"""One upstream track of a link: its numbers unwrapped, its losses asked for again, its key frames asked for.

Sans-IO: time comes in, RTCP to be sent comes out of `poll_feedback`.
"""

from __future__ import annotations

from typing import Protocol

from server.media.clock import DeviceClock, SourceClock
from signaling.wire import rtcp
from signaling.wire.reporting import Reporting
from signaling.wire.rtp import (
    AUDIO_CLOCK_HZ,
    VIDEO_CLOCK_HZ,
    RtpView,
    VideoCodec,
    h264_key_frame_starts,
    vp8_key_frame_starts,
)
from signaling.wire.sequence import Unwrapper
from signaling.wire.slots import Upstream

KEY_FRAME_SPACING_S = 0.5
NACK_SPACING_S = 0.06
NACK_TRIES = 10
MOST_MISSING = 256  # more missing at once: a new start, not a loss
LATE_S = 0.01  # a hole younger than this may be a reordering
SILENT_AFTER_S = 2.0


class Shows(Protocol):
    """A slot, as a source sees it."""

    def forward(
        self,
        source: Source,
        number: int,
        time: int,
        starts_key_frame: bool,
        view: RtpView,
        data: memoryview,
        captured_s: float,
    ) -> None: ...

    def source_restarted(self, source: Source) -> None: ...


class Source:
    """A camera, microphone or document of one link. `slots` is kept by the stage."""

    __slots__ = (
        "_clock",
        "_codec",
        "_first",
        "_highest",
        "_key_time",
        "_last_key_frame_request_s",
        "_missing",
        "_numbers",
        "_reporting",
        "_times",
        "heard_s",
        "identity",
        "is_video",
        "key_frame_wanted",
        "level",
        "received",
        "room",
        "slots",
        "ssrc",
        "started_s",
        "upstream",
    )

    def __init__(
        self, identity: int, room: str, upstream: Upstream, codec: VideoCodec, device: DeviceClock
    ) -> None:
        self.identity = identity
        self.room = room
        self.upstream = upstream
        self.is_video = upstream.is_video
        self.ssrc: int | None = None  # known from the first packet
        self.slots: tuple[Shows, ...] = ()
        self.level = 127.0  # smoothed loudness in -dBov
        self.received = 0
        self.started_s = 0.0  # first packet after silence
        self.heard_s = float("-inf")
        self.key_frame_wanted = False
        self._codec = codec
        self._clock = SourceClock(VIDEO_CLOCK_HZ if self.is_video else AUDIO_CLOCK_HZ, device)
        self._numbers = Unwrapper(16)
        self._times = Unwrapper(32)
        self._key_time = -1  # unwrapped RTP time of the last key frame
        self._highest = -1
        self._first = -1
        self._missing: dict[int, tuple[float, int]] = {}  # number: (when to ask, tries so far)
        self._last_key_frame_request_s = float("-inf")
        self._reporting = Reporting()

    def active(self, now_s: float) -> bool:
        return now_s - self.heard_s < SILENT_AFTER_S

    def handle_packet(self, view: RtpView, data: memoryview, now_s: float, wall_s: float) -> bool:
        """A packet of this source, just decrypted. True when the source starts after silence."""
        number = self._numbers.unwrap(view.sequence)
        time = self._times.unwrap(view.timestamp)
        starts = not self.active(now_s)
        if starts:
            self.started_s = now_s
        self.heard_s = now_s
        self.received += 1
        self._note_holes(number, now_s)
        starts_key_frame = False
        if self.is_video:
            detect = h264_key_frame_starts if self._codec is VideoCodec.H264 else vp8_key_frame_starts
            if time != self._key_time and detect(data, view.payload_start, view.payload_end):
                # Parameter sets and picture are packets of one timestamp: only the first of them is a start,
                # or a slot that switches between the two would show a picture nobody can decode.
                starts_key_frame = True
                self._key_time = time
                self.key_frame_wanted = False
        elif view.level is not None:
            self.level += (view.level - self.level) * 0.1
        captured_s = self._clock.captured(time, wall_s)
        index = 0
        while index < len(self.slots):  # a switch on this very packet may add the programme behind us
            self.slots[index].forward(self, number, time, starts_key_frame, view, data, captured_s)
            index += 1
        return starts

    def restart(self) -> None:
        """The same track goes on under another SSRC: numbers, losses and reports begin anew."""
        self._numbers, self._times = Unwrapper(16), Unwrapper(32)
        self._clock.restart()
        self._highest = self._first = self._key_time = -1
        self._missing.clear()
        self._reporting = Reporting()
        self.received = 0
        self.heard_s = float("-inf")
        for slot in self.slots:
            slot.source_restarted(self)

    def handle_sender_report(self, report: rtcp.SenderReported, now_s: float) -> None:
        if report.ssrc == self.ssrc:
            self._reporting.sender_reported(report.ntp_middle, now_s)
            if self.received:
                self._clock.reported(report.ntp_s, self._times.unwrap(report.rtp_time))

    def want_key_frame(self) -> None:
        """Ask for a key frame with the next feedback; requests from many receivers become one."""
        self.key_frame_wanted = self.is_video

    def poll_feedback(self, sender: int, now_s: float) -> bytes:
        """RTCP that is due now: repeated NACKs and spaced key-frame requests; empty when there is none."""
        if self.ssrc is None:
            return b""
        feedback = b""
        if self.key_frame_wanted and now_s - self._last_key_frame_request_s >= KEY_FRAME_SPACING_S:
            self._last_key_frame_request_s = now_s
            feedback += rtcp.key_frame_wanted(sender, self.ssrc)
        if self._missing:
            due = [n for n, (at, _) in self._missing.items() if at <= now_s]
            if due:
                wanted = (number & 0xFFFF for number in sorted(due)[:64])
                feedback += rtcp.packets_wanted(sender, self.ssrc, wanted)
            for number in due:
                tries = self._missing[number][1] + 1
                if tries >= NACK_TRIES:
                    del self._missing[number]
                    self.want_key_frame()
                else:
                    self._missing[number] = (now_s + NACK_SPACING_S * (1 + tries / 4), tries)
        return feedback

    def report_block(self, now_s: float) -> rtcp.ReportBlock | None:
        """What was received since the last block; None before the first packet."""
        if self.ssrc is None or self._highest < 0:
            return None
        expected = self._highest - self._first + 1
        highest = self._highest - (1 << 16)  # the unwrapper begins one turn up
        return self._reporting.block(self.ssrc, expected, self.received, highest, 0, now_s)

    def _note_holes(self, number: int, now_s: float) -> None:
        if self._highest < 0:
            self._highest = self._first = number
        elif number > self._highest:
            if number - self._highest > MOST_MISSING:
                self._missing.clear()
                self.want_key_frame()
            elif number - self._highest > 1:
                for hole in range(self._highest + 1, number):
                    self._missing[hole] = (now_s + LATE_S, 0)
                while len(self._missing) > MOST_MISSING:
                    del self._missing[next(iter(self._missing))]
            self._highest = number
        else:
            self._missing.pop(number, None)
