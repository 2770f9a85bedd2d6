"""From tap packets to whole pictures and sound, per track: order, loss, depacketising, the key-frame gate.

Sans-IO. After a hole in the video nothing is let through until the next key frame: a broken group of
pictures is never recorded as if it were whole; the span is handed on as `Missing`.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from recordings.h264 import H264Depacketiser
from recordings.items import AudioPacket, GapReason, Item, Missing
from recordings.reorder import Ordered, ReorderBuffer
from recordings.video_frame import Depacketiser, VideoFrame
from recordings.vp8 import Vp8Depacketiser
from signaling.tap import ISOLATED_PICTURES, PICTURES, TapCodec, TapPacket, TapTrack
from signaling.wire.rtp import RtpView

log = logging.getLogger(__name__)

# A clock further off than this is a fault of the source's sender reports, and the arrival counts instead.
EARLIEST_US = 5_000_000
LATEST_US = 500_000
# The media process takes a picture that stood still for this long off the stage, until its next key frame.
INTERRUPTED_US = 2_000_000
AUDIO_GAP_US = 100_000  # a shorter hole in the sound is concealed by every decoder and not worth a line


class KeyFrameRequests:
    """At most one request per 500 ms, repeated every second for as long as a key frame is needed."""

    SPACING_US = 500_000
    REPEAT_US = 1_000_000

    def __init__(self) -> None:
        self._wanted_since: int | None = None
        self._last: int | None = None

    def want(self, now_us: int) -> None:
        if self._wanted_since is None:
            self._wanted_since = now_us

    def came(self) -> None:
        self._wanted_since = None

    def due(self, now_us: int) -> bool:
        """True at the moments at which one request is to be sent."""
        if self._wanted_since is None:
            return False
        if self._last is not None:
            asked_for_this = self._last >= self._wanted_since
            if now_us - self._last < (self.REPEAT_US if asked_for_this else self.SPACING_US):
                return False
        self._last = now_us
        return True


class _Video:
    def __init__(self, out: deque[Item], track: TapTrack, requests: KeyFrameRequests) -> None:
        self._out = out
        self._track = track
        self._requests = requests
        self._codec: TapCodec | None = None
        self._depacketiser: Depacketiser = H264Depacketiser()
        self._source: int | None = None
        self._shown: int | None = None  # source of the last frame that passed
        self._gate: GapReason | None = None  # why frames are held back; None: they pass
        self._shut_us = 0  # since then, in the clock of capture
        self._begun = False
        self._last_us = 0

    def handle_input(self, ordered: Ordered[tuple[TapPacket, RtpView]], now_us: int) -> None:
        tap, rtp = ordered.item
        if tap.codec is not self._codec:
            self._codec = tap.codec
            self._depacketiser = Vp8Depacketiser() if tap.codec is TapCodec.VP8 else H264Depacketiser()
            self._shut(GapReason.SOURCE_CHANGED, tap.capture_us)
        if tap.source != self._source:
            self._source = tap.source
            self._depacketiser.forget_source()
            self._shut(GapReason.SOURCE_CHANGED, tap.capture_us)
        if ordered.lost:
            self._lose(tap.capture_us, now_us)
        try:
            payload = tap.rtp[rtp.payload_start : rtp.payload_end]
            frames = self._depacketiser.handle_input(payload, rtp.timestamp, rtp.marker, tap.capture_us)
        except ValueError as error:
            log.warning("video packet refused: %s", error)
            self._lose(tap.capture_us, now_us)
            return
        for frame in frames:
            self._let_through(frame, now_us)

    def _lose(self, capture_us: int, now_us: int) -> None:
        self._depacketiser.forget_frame()
        self._shut(GapReason.PACKETS_LOST, capture_us)
        self._requests.want(now_us)

    def _shut(self, reason: GapReason, capture_us: int) -> None:
        if self._gate is None:
            self._gate, self._shut_us = reason, capture_us

    def _let_through(self, frame: VideoFrame, now_us: int) -> None:
        if frame.key:
            self._requests.came()
            if self._begun and (reason := self._why_missing(frame)) is not None:
                self._note_gap(frame.capture_us, reason)
            self._gate = None
        elif self._gate is not None or not self._begun:
            self._requests.want(now_us)
            return
        self._begun = True
        self._shown = self._source
        self._last_us = frame.capture_us
        if self._track in ISOLATED_PICTURES:
            frame = replace(frame, track=self._track, source=self._source or 0)
        self._out.append(frame)

    def _why_missing(self, key: VideoFrame) -> GapReason | None:
        """Of the time before `key`; None where nothing is missing: a switch to another source on a key frame."""
        if self._gate is GapReason.PACKETS_LOST:
            return self._gate
        missing_us = key.capture_us - self._last_us
        if self._gate is None:
            return GapReason.NO_VIDEO if missing_us > INTERRUPTED_US else None
        if missing_us <= KeyFrameRequests.SPACING_US:
            return None
        # A room that comes back is another source too: it counts whether pictures came that could not be shown.
        waited = key.capture_us - self._shut_us > KeyFrameRequests.SPACING_US
        return self._gate if waited and self._source != self._shown else GapReason.NO_VIDEO

    def _note_gap(self, to_us: int, reason: GapReason) -> None:
        if to_us > self._last_us:
            self._out.append(Missing(self._track, self._last_us, to_us, reason))


class _Audio:
    def __init__(self, out: deque[Item], track: TapTrack) -> None:
        self._out = out
        self._track = track
        self._last_us: int | None = None

    def handle_input(self, ordered: Ordered[tuple[TapPacket, RtpView]]) -> None:
        tap, rtp = ordered.item
        last_us, self._last_us = self._last_us, tap.capture_us
        if ordered.lost and last_us is not None and tap.capture_us - last_us > AUDIO_GAP_US:
            self._out.append(Missing(self._track, last_us, tap.capture_us, GapReason.PACKETS_LOST))
        if payload := tap.rtp[rtp.payload_start : rtp.payload_end]:
            self._out.append(AudioPacket(self._track, payload, tap.capture_us))


PROGRAMME = tuple(track for track in TapTrack if track not in ISOLATED_PICTURES)


class Intake:
    """One run of numbering: make another one after the media process restarted or the recording paused.

    Of one picture, the programme's or an isolated one, and of the sounds that are among `tracks`.
    """

    def __init__(self, requests: KeyFrameRequests, tracks: Iterable[TapTrack] = PROGRAMME) -> None:
        self._out: deque[Item] = deque()
        tracks = tuple(tracks)
        self._orders: dict[TapTrack, ReorderBuffer[tuple[TapPacket, RtpView]]] = {
            track: ReorderBuffer() for track in tracks
        }
        (picture,) = [track for track in tracks if track in PICTURES]
        self._video = _Video(self._out, picture, requests)
        self._audio = {track: _Audio(self._out, track) for track in tracks if track not in PICTURES}

    def handle_input(self, packet: TapPacket, now_us: int) -> None:
        """Raises ValueError for what is no RTP packet, or a codec the track cannot have."""
        if (packet.track in PICTURES) == (packet.codec is TapCodec.OPUS):
            raise ValueError(f"tap packet of track {packet.track} in codec {packet.codec}")
        rtp = RtpView()  # one for each packet: it waits with it for its turn
        if not rtp.read(packet.rtp):
            raise ValueError(f"tap packet of {len(packet.rtp)} bytes that is no RTP packet")
        if not -EARLIEST_US <= packet.capture_us - now_us <= LATEST_US:
            packet = TapPacket(packet.track, packet.codec, packet.source, now_us, packet.rtp)
        self._orders[packet.track].handle_input(rtp.sequence, (packet, rtp), now_us)
        self._advance(packet.track, now_us)

    def poll_timeout(self) -> int | None:
        return min(
            (due for order in self._orders.values() if (due := order.poll_timeout()) is not None), default=None
        )

    def handle_timeout(self, now_us: int) -> None:
        for track, order in self._orders.items():
            order.handle_timeout(now_us)
            self._advance(track, now_us)

    def poll_output(self) -> Item | None:
        return self._out.popleft() if self._out else None

    def _advance(self, track: TapTrack, now_us: int) -> None:
        order = self._orders[track]
        while (ordered := order.poll_output()) is not None:
            if track in PICTURES:
                self._video.handle_input(ordered, now_us)
            else:
                self._audio[track].handle_input(ordered)
