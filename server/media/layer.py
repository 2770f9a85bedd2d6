"""One layer of a source: one RTP stream, its numbers unwrapped, its losses and key frames asked for again.

Sans-IO: time comes in, RTCP to be sent comes out of `poll_feedback`.
"""

from __future__ import annotations

from typing import Protocol

from signaling.wire import rtcp
from signaling.wire.reporting import Reporting
from signaling.wire.rtp import (
    RtpView,
    VideoCodec,
    h264_key_frame_starts,
    vp8_key_frame_starts,
)
from signaling.wire.sequence import Unwrapper
from signaling.wire.slots import Layer

KEY_FRAME_SPACING_S = 0.5
NACK_SPACING_S = 0.06
NACK_TRIES = 10
MOST_MISSING = 256  # more missing at once: a new start, not a loss
LATE_S = 0.01  # a hole younger than this may be a reordering
RATE_WINDOW_S = 1.0
_KEY_FRAME_TESTS = {VideoCodec.H264: h264_key_frame_starts, VideoCodec.VP8: vp8_key_frame_starts}


class Clock(Protocol):
    """Tells when packets were captured: see `clock.SourceClock`."""

    def captured(self, rtp_time: int, now_s: float) -> float: ...

    def reported(self, ntp_s: float, rtp_time: int) -> None: ...

    def restart(self) -> None: ...


class Shows(Protocol):
    """A lane, as a layer sees it."""

    def forward(
        self,
        layer: SourceLayer,
        number: int,
        time: int,
        starts_key_frame: bool,
        view: RtpView,
        data: memoryview,
        captured_s: float,
        arrived_s: float,
    ) -> None: ...

    def layer_restarted(self, layer: SourceLayer) -> None: ...


class SourceLayer:
    """One encoding of a camera, microphone or document. `lanes` is kept by the stage."""

    __slots__ = (
        "_bytes",
        "_clock",
        "_first",
        "_highest",
        "_key_time",
        "_last_key_frame_request_s",
        "_missing",
        "_numbers",
        "_rate_since_s",
        "_reporting",
        "_starts_key_frame",
        "_times",
        "bitrate_bps",
        "heard_s",
        "identity",
        "is_video",
        "key_frame_wanted",
        "key_frames_requested",
        "lanes",
        "layer",
        "level",
        "loss_percent",
        "nacks_sent",
        "received",
        "rtx_ssrc",
        "ssrc",
    )

    def __init__(self, layer: Layer, identity: int, is_video: bool, codec: VideoCodec, clock: Clock) -> None:
        self.layer = layer
        self.identity = identity  # of the source
        self.is_video = is_video
        self.ssrc: int | None = None  # known from the first packet
        self.rtx_ssrc: int | None = None
        self.lanes: tuple[Shows, ...] = ()
        self.level = 127.0  # smoothed loudness in -dBov
        self.received = 0
        self.heard_s = float("-inf")
        self.bitrate_bps = 0  # over the last second or so; stays as it was when the layer falls silent
        self.loss_percent: float | None = None  # before repair, since the last report
        self.nacks_sent = 0
        self.key_frame_wanted = False
        self.key_frames_requested = 0
        self._starts_key_frame = _KEY_FRAME_TESTS[codec]
        self._clock = clock
        self._numbers = Unwrapper(16)
        self._times = Unwrapper(32)
        self._key_time = -1  # unwrapped RTP time of the last key frame
        self._highest = -1
        self._first = -1
        self._missing: dict[int, tuple[float, int]] = {}  # number: (when to ask, tries so far)
        self._last_key_frame_request_s = float("-inf")
        self._reporting = Reporting()
        self._bytes = 0  # since _rate_since_s
        self._rate_since_s = float("-inf")

    def handle_packet(self, view: RtpView, data: memoryview, now_s: float, arrived_s: float) -> None:
        """A packet of this layer, just decrypted; `arrived_s`: wall-clock seconds at which the kernel had it."""
        number = self._numbers.unwrap(view.sequence)
        time = self._times.unwrap(view.timestamp)
        self.heard_s = now_s
        self.received += 1
        self._measure(len(data), now_s)
        self._note_holes(number, now_s)
        starts_key_frame = False
        if self.is_video:
            if time != self._key_time and self._starts_key_frame(data, view.payload_start, view.payload_end):
                # Parameter sets and picture are packets of one timestamp: only the first of them is a start,
                # or a lane that switches between the two would show a picture nobody can decode.
                starts_key_frame = True
                self._key_time = time
                self.key_frame_wanted = False
        elif view.level is not None:
            self.level += (view.level - self.level) * 0.1
        captured_s = self._clock.captured(time, arrived_s)
        index = 0
        while index < len(self.lanes):  # a switch on this very packet may add the programme behind us
            self.lanes[index].forward(self, number, time, starts_key_frame, view, data, captured_s, arrived_s)
            index += 1

    def restart(self) -> None:
        """The same layer goes on under another SSRC: numbers, losses and reports begin anew."""
        self.rtx_ssrc = None
        self._numbers, self._times = Unwrapper(16), Unwrapper(32)
        self._clock.restart()
        self._highest = self._first = self._key_time = -1
        self._missing.clear()
        self._reporting = Reporting()
        self.received = 0
        self.heard_s = float("-inf")
        for lane in self.lanes:
            lane.layer_restarted(self)

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
            self.key_frames_requested += 1
            feedback += rtcp.key_frame_wanted(sender, self.ssrc)
        if self._missing:
            due = [n for n, (at, _) in self._missing.items() if at <= now_s]
            if due:
                wanted = (number & 0xFFFF for number in sorted(due)[:64])
                feedback += rtcp.packets_wanted(sender, self.ssrc, wanted)
                self.nacks_sent += 1
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
        block = self._reporting.block(self.ssrc, expected, self.received, highest, 0, now_s)
        self.loss_percent = block.fraction_lost * 100 / 256
        return block

    def _measure(self, size: int, now_s: float) -> None:
        self._bytes += size
        elapsed_s = now_s - self._rate_since_s
        if elapsed_s >= RATE_WINDOW_S:
            if elapsed_s < 3 * RATE_WINDOW_S:
                measured = int(self._bytes * 8 / elapsed_s)
                self.bitrate_bps = measured if not self.bitrate_bps else (self.bitrate_bps + measured) // 2
            self._bytes, self._rate_since_s = 0, now_s

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
