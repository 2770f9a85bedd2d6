"""What a room counts of one stream it receives: packets, losses, holes to ask for again, frames, key frames.

Nothing is decoded. `packet` runs for every packet of every room of a rehearsal, so its common case, the next
number in order, touches as little as possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from room_client.experience import PictureWatch, SoundWatch
from room_client.labels import read_label
from signaling.wire.reporting import Reporting
from signaling.wire.rtcp import ReportBlock
from signaling.wire.rtp import (
    HEADER_BYTES,
    NAL_SEI,
    RtpView,
    VideoCodec,
    h264_key_frame_starts,
    vp8_key_frame_starts,
)
from signaling.wire.sequence import sequence_step
from signaling.wire.slots import SlotName

LARGEST_JUMP = 1000  # a jump by more is a restart of the numbering (RFC 3550, A.1 takes 3000), not a loss
MOST_HOLES = 256  # more are not asked for: a key frame is cheaper
REORDERING_S = 0.01  # a packet this late was only overtaken
MOST_REORDERING_S = 0.06  # the same, on a line where so much was seen
REORDERING_KEPT = 0.9  # of what was seen, from report to report
ASK_AGAIN_S = 0.1
ASK_FOR_S = 1.0  # the server's ring holds about as much
_KEY_FRAME_TESTS = {VideoCodec.H264.value: h264_key_frame_starts, VideoCodec.VP8.value: vp8_key_frame_starts}


@dataclass(frozen=True, slots=True)
class StreamCounts:
    """A snapshot of one slot. Times are monotonic seconds; None: not yet."""

    packets: int = 0
    bytes: int = 0  # of whole RTP packets, decrypted
    lost: int = 0  # expected and not received; a late repeat takes itself back out
    repaired: int = 0  # holes filled after they were asked for
    frames: int = 0  # ends of frames seen (video), packets (audio)
    key_frames: int = 0
    jitter_ms: float = 0.0
    first_at: float | None = None
    last_at: float | None = None


@dataclass(slots=True)
class Hole:
    """A number that did not come in its turn. Monotonic seconds."""

    noticed_s: float
    ask_s: float  # when it is asked for next
    asked: bool = False


class StreamReceiver:
    """One slot's stream. `wanted()` and `report()` are to be called now and then; `packet` for each packet."""

    def __init__(
        self,
        slot: SlotName,
        ssrc: int,
        codec: str,
        clock_hz: int,
        on_first_packet: Callable[[SlotName, float], None],
        on_key_frame: Callable[[SlotName, float, int], None],
        on_label: Callable[[SlotName, float, str], None],
        on_arrival: Callable[[int, int, int, float], None] | None = None,
        watch: PictureWatch | SoundWatch | None = None,
    ) -> None:
        """`on_key_frame` also gets the RTP time; `on_label` hears whose test card a key frame shows.

        `on_arrival` gets SSRC, RTP time, clock and time of the first packet of each RTP time; `watch` is of the
        slot's kind, and outlives the link.
        """
        self.slot = slot
        self.ssrc = ssrc
        self.has_holes = False
        self.gave_up = False  # a hole was never filled: a decoder would need a key frame now
        self.repeats_apart = False  # what is sent again comes by RTX, so that what comes late was overtaken
        self._patience_s = REORDERING_S  # how long a hole is taken for a packet that was overtaken
        self._clock_hz = clock_hz
        self._on_first_packet = on_first_packet
        self._on_key_frame = on_key_frame
        self._on_label = on_label
        self._labels = codec == VideoCodec.H264
        self._starts_key_frame = _KEY_FRAME_TESTS.get(codec)
        self._packets = self._bytes = self._repaired = self._frames = self._key_frames = 0
        self._expected_before = 0  # of numberings given up by a restart
        self._base = self._highest = 0  # of the present numbering; the highest unwrapped
        self._highest_wrapped = -1
        self._duplicates = 0
        self._first_at: float | None = None
        self._last_at: float | None = None
        self._key_frame_time = b""
        self._timestamp = b""
        self._transit = 0.0
        self._jitter = 0.0
        self._holes: dict[int, Hole] = {}  # by unwrapped number
        self._reporting = Reporting()
        self._view = RtpView()
        self._on_arrival = on_arrival
        self._pictures = watch if isinstance(watch, PictureWatch) else None
        self._sounds = watch if isinstance(watch, SoundWatch) else None

    def packet(self, packet: bytes, now: float, again: bool = False) -> None:
        """`packet` is a decrypted RTP packet of at least 12 bytes, `now` its monotonic time of arrival.

        `again`: it came by RTX.
        """
        sequence = packet[2] << 8 | packet[3]
        self._packets += 1
        self._bytes += len(packet)
        self._last_at = now
        step = (sequence - self._highest_wrapped) & 0xFFFF
        if step == 1 and self._highest_wrapped >= 0:
            self._highest += 1
            self._highest_wrapped = sequence
            number = self._highest
        else:
            number = self._out_of_order(sequence, now, again)
        timestamp = packet[4:8]
        if timestamp != self._timestamp and number == self._highest:
            self._timestamp = timestamp
            self._frame_arrives(int.from_bytes(timestamp, "big"), now)
        if self._starts_key_frame is None:
            self._frames += 1
            if self._sounds is not None:
                self._sounds.piece(int.from_bytes(timestamp, "big"), now)
            return
        ends = packet[1] > 127
        self._frames += ends
        starts_key = self._look_into(packet, timestamp, now)
        if self._pictures is not None:
            self._pictures.packet(number, ends, starts_key, now)

    def _look_into(self, packet: bytes, timestamp: bytes, now: float) -> bool:
        """Whether a key frame starts here; reads the label of one that has started."""
        start, end = HEADER_BYTES, len(packet)
        if packet[0] != 0x80:  # more than the fixed header, which our server never sends
            if not self._view.read(packet):
                return False
            start, end = self._view.payload_start, self._view.payload_end
        if timestamp == self._key_frame_time:
            if self._labels and start < end and packet[start] & 31 == NAL_SEI:
                label = read_label(packet[start:end])
                if label is not None:
                    self._on_label(self.slot, now, label)
        elif self._starts_key_frame is not None and self._starts_key_frame(packet, start, end):
            self._key_frame_time = timestamp
            self._key_frames += 1
            self._on_key_frame(self.slot, now, int.from_bytes(timestamp, "big"))
            return True
        return False

    def sender_report(self, ntp_middle: int, now: float) -> None:
        self._reporting.sender_reported(ntp_middle, now)

    @property
    def expected(self) -> int:
        """Packets that were sent as far as the numbers tell."""
        return self._expected()

    @property
    def in_time(self) -> int:
        """Packets that came by themselves: neither repeated nor twice."""
        return self._packets - self._duplicates - self._repaired

    def wanted(self, now: float, again_s: float = ASK_AGAIN_S) -> list[int]:
        """Wrapped numbers to ask for now; forgets those asked for long enough and sets `gave_up`.

        `again_s`: how long to wait for what was asked for, a little more than a round trip.
        """
        asked = []
        for number, hole in list(self._holes.items()):
            if now - hole.noticed_s > max(ASK_FOR_S, 2 * again_s):
                del self._holes[number]
                self.gave_up = True
            elif now >= hole.ask_s:
                hole.ask_s, hole.asked = now + again_s, True
                asked.append(number & 0xFFFF)
        self.has_holes = bool(self._holes)
        return asked

    def report(self, now: float) -> ReportBlock | None:
        """The report block since the last one; None before the first packet."""
        if self._highest_wrapped < 0:
            return None
        self._patience_s = max(REORDERING_S, REORDERING_KEPT * self._patience_s)
        return self._reporting.block(
            self.ssrc,
            self._expected(),
            self._packets - self._duplicates,
            self._highest,
            int(self._jitter),
            now,
        )

    def counts(self) -> StreamCounts:
        return StreamCounts(
            self._packets,
            self._bytes,
            self._expected() - self._packets + self._duplicates,
            self._repaired,
            self._frames,
            self._key_frames,
            self._jitter / self._clock_hz * 1000,
            self._first_at,
            self._last_at,
        )

    def _expected(self) -> int:
        if self._highest_wrapped < 0:
            return 0
        return self._expected_before + self._highest - self._base + 1

    def _out_of_order(self, sequence: int, now: float, again: bool) -> int:
        """The unwrapped number of what is not the next one."""
        if self._highest_wrapped < 0:
            self._first_at = now
            self._start_numbering(sequence)
            self._on_first_packet(self.slot, now)
            return self._highest
        step = sequence_step(sequence, self._highest_wrapped)
        number = self._highest + step
        if abs(step) > LARGEST_JUMP:
            self._expected_before = self._expected()
            self._holes.clear()
            self._start_numbering(sequence)
            return self._highest
        if step > 0:
            self._open_holes(self._highest + 1, number, now)
            self._highest = number
            self._highest_wrapped = sequence
        else:
            self._late(number, now, again)
        return number

    def _open_holes(self, first: int, end: int, now: float) -> None:
        for number in range(first, end)[-MOST_HOLES:]:
            self._holes[number] = Hole(now, now + self._patience_s)
        while len(self._holes) > MOST_HOLES:
            del self._holes[next(iter(self._holes))]
            self.gave_up = True
        self.has_holes = bool(self._holes)

    def _late(self, number: int, now: float, again: bool) -> None:
        hole = self._holes.pop(number, None)
        if hole is not None:
            if again or (hole.asked and not self.repeats_apart):
                self._repaired += 1
            elif self.repeats_apart:
                self._patience_s = min(MOST_REORDERING_S, max(self._patience_s, now - hole.noticed_s))
            self.has_holes = bool(self._holes)
        elif number < self._base:
            # Older than the first one seen; what lies between the two may still come, too.
            self._open_holes(number + 1, self._base, now)
            self._base = number
        else:
            self._duplicates += 1  # or so late that it was given up: of no use either way

    def _start_numbering(self, sequence: int) -> None:
        turn = self._highest // 0x10000 + 1 if self._highest_wrapped >= 0 else 0
        self._base = self._highest = turn * 0x10000 + sequence
        self._highest_wrapped = sequence

    def _frame_arrives(self, rtp_time: int, now: float) -> None:
        """Interarrival jitter (RFC 3550, A.8), taken once a frame."""
        if self._on_arrival is not None:
            self._on_arrival(self.ssrc, rtp_time, self._clock_hz, now)
        transit = (now * self._clock_hz - rtp_time) % 0x100000000
        if self._packets > 1:
            step = abs(transit - self._transit)
            step = min(step, 0x100000000 - step)
            if step < self._clock_hz:  # more than a second is another source, not jitter
                self._jitter += (step - self._jitter) / 16
        self._transit = transit
