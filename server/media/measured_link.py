"""A link on which nothing is shown: filler goes down and sounds come up, first little, then much.

For `SOFT_S` both ends send little, so that what is lost, and how unevenly the rest comes, is the line's own doing.
Then both send more than a room ever needs, and what comes through is what the line carries. This end counts what
comes up; what comes down the room counts itself. Per packet that comes nothing is allocated but integers.
"""

from __future__ import annotations

from typing import Any

from server.media.link import Link
from server.media.sdp import Offer
from signaling.messages import Purpose
from signaling.ports import LineMeasured
from signaling.wire.aiortc_seams import srtp_ffi, srtp_protect
from signaling.wire.rtp import (
    AUDIO_CLOCK_HZ,
    HEADER,
    HEADER_BYTES,
    NAL_FILLER,
    VIDEO_CLOCK_HZ,
    RtpView,
    VideoCodec,
)

SOFT_S, LOUD_S = 5.0, 5.0
LIVES_S = 25.0  # from the offer; ICE, DTLS, ten seconds and the answer to them
SOFT_BYTES, SOFT_PER_S = 80, 100.0
LOUD_BYTES, LOUD_BPS = 1200, 3_200_000
IP_UDP_BYTES = 28
BINS_PER_S, BINS = 4, 60
WINDOW_BINS = 12  # three seconds: the best of them are what the line carries
BEGINS_BINS = 3  # after the change to much, queues fill first
ENOUGH_PACKETS = 50
MOST_AT_ONCE = 12  # packets: a loop that was held up does not send a burst
SETTLES_S = 0.2  # at its beginning the soft sound is not counted: keys may still be on their way


class MeasuredLink(Link):
    """Fed and closed like every link; `send_due` it often."""

    told = False

    def __init__(self, identity: str, room: str, offer: Offer, codec: VideoCodec, now_s: float) -> None:
        super().__init__(identity, room, Purpose.WATCH, offer, {}, codec, iter(()), now_s)
        self.filler_ssrc = self.ssrc ^ 1 or 1
        self.began_s: float | None = None
        self._payload_type = next(s.chosen.payload_type for s in offer.sections if s.kind == "video" and s.chosen)
        self._sent = 0
        self._owed = 0.0
        self._owed_at_s = 0.0
        self._template = bytes([NAL_FILLER]) + b"\xff" * (LOUD_BYTES - 1)
        self._memory: Any = srtp_ffi.new("unsigned char[]", 2048)
        self._buffer: Any = srtp_ffi.buffer(self._memory)
        self._length: Any = srtp_ffi.new("int *")
        self._bins = [0] * BINS
        self._first = self._highest = -1  # sequence numbers of the soft sound, unwrapped
        self._soft_ssrc = -1
        self._soft_packets = 0
        self._jitter = 0.0  # RFC 3550, 6.4.1, in units of Opus's clock
        self._transit: float | None = None

    def begin(self, now_s: float) -> None:
        self.began_s = self._owed_at_s = now_s

    def is_running(self, now_s: float) -> bool:
        return self.began_s is not None and self.tx is not None and now_s - self.began_s < SOFT_S + LOUD_S

    def dead(self, now_s: float) -> bool:
        return now_s - self.opened_s > LIVES_S

    # --- down

    def next_packet(self, now_s: float) -> bytes | None:
        """The next one that is due, encrypted; None: nothing is. At most `MOST_AT_ONCE` are ever owed."""
        if self.began_s is None:
            return None
        soft = now_s - self.began_s < SOFT_S
        per_s = SOFT_PER_S if soft else LOUD_BPS / 8 / (LOUD_BYTES + HEADER_BYTES + self.tag_bytes + IP_UDP_BYTES)
        self._owed = min(MOST_AT_ONCE, self._owed + per_s * (now_s - self._owed_at_s))
        self._owed_at_s = now_s
        if self._owed < 1:
            return None
        self._owed -= 1
        size = HEADER_BYTES + (SOFT_BYTES if soft else LOUD_BYTES)
        self._buffer[HEADER_BYTES:size] = self._template[: size - HEADER_BYTES]
        sequence = 16 + self._sent & 0xFFFF  # low: see lane.FIRST_NUMBER
        time = int((now_s - self.began_s) * VIDEO_CLOCK_HZ) & 0xFFFFFFFF
        HEADER.pack_into(self._buffer, 0, 0x80, self._payload_type | 0x80, sequence, time, self.filler_ssrc)
        self._length[0] = size
        if srtp_protect(self.tx, self._memory, self._length):
            return None
        self._sent += 1
        return bytes(self._buffer[: self._length[0]])

    # --- up

    def handle_rtp(self, view: RtpView, packet: memoryview, now_s: float, arrived_s: float) -> None:
        """Counted, and thrown away."""
        if self.began_s is None or len(packet) < HEADER_BYTES:
            self.refused += 1
            return
        since_s = now_s - self.began_s
        place = int(since_s * BINS_PER_S)
        if place < BINS:
            self._bins[place] += len(packet) + self.tag_bytes + IP_UDP_BYTES
        if SETTLES_S <= since_s < SOFT_S:
            _, _, sequence, time, ssrc = HEADER.unpack_from(packet)
            self._count_soft(sequence, time, ssrc, arrived_s)

    def handle_rtcp(self, packet: bytes, now_s: float, wall_s: float, repeat: Any) -> None:
        """What the room reports of filler it counts itself."""

    def _count_soft(self, sequence: int, time: int, ssrc: int, arrived_s: float) -> None:
        if self._soft_ssrc < 0:
            self._soft_ssrc, self._first = ssrc, sequence
            self._highest = sequence
        elif ssrc != self._soft_ssrc:
            return
        step = (sequence - self._highest + 0x8000 & 0xFFFF) - 0x8000
        if self._highest + step < self._first:
            return
        self._highest = max(self._highest, self._highest + step)
        self._soft_packets += 1
        transit = arrived_s * AUDIO_CLOCK_HZ - time
        if self._transit is not None and abs(transit - self._transit) < AUDIO_CLOCK_HZ:
            self._jitter += (abs(transit - self._transit) - self._jitter) / 16
        self._transit = transit

    def figures(self) -> LineMeasured:
        """What came up; None where too little came to say anything."""
        loss = jitter = None
        if self._soft_packets >= ENOUGH_PACKETS:
            expected = self._highest - self._first + 1
            loss = 100 * max(0.0, 1 - self._soft_packets / expected)
            jitter = self._jitter / AUDIO_CLOCK_HZ * 1000
        loud = self._bins[int(SOFT_S * BINS_PER_S) + BEGINS_BINS :]
        windows = [sum(loud[at : at + WINDOW_BINS]) for at in range(len(loud) - WINDOW_BINS + 1)]
        most = max(windows, default=0) * 8 * BINS_PER_S / WINDOW_BINS / 1000
        return LineMeasured(loss_up_percent=loss, jitter_up_ms=jitter, up_kbps=most or None)
