"""A lane: one layer of a slot, rewritten once for all receivers that stand in it.

Sequence numbers go on without a gap and timestamps without a step back over every change of source. A change
of picture happens on the new layer's key frame, and until then the old one stays; a receiver is let in on a
key frame. What differs from receiver to receiver (payload type, numbers, SRTP) is the fan-out's work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from server.media.layer import SourceLayer
from server.media.ring import Ring
from signaling.wire.rtp import RtpView
from signaling.wire.slots import Layer, SlotName

VIDEO_RING = 1024  # 2 s and more at 4 Mbit/s; as the very packet, without RTX, only SENT_AGAIN_WITHIN of them
AUDIO_RING = 128  # 2.5 s of 20 ms packets
FIRST_NUMBER = 16  # low: a stream that starts near 65535 with early loss never decrypts (libsrtp's roll-over)
LEAST_STEP_S = 0.01  # between the last picture of one stream and the first of the next


class LinkEnd(Protocol):
    """Where a receiver's packets go: an encrypted link with an address."""

    room: str
    tx: Any  # SRTP session pointer
    tag_bytes: int  # what SRTP adds to a packet

    @property
    def address_pointer(self) -> int:
        """Address of a sockaddr in memory; 0 while unknown."""

    @property
    def address_bytes(self) -> int: ...


class Receiver:
    """One slot on one link. Its numbers are the lane's plus `offset`, its timestamps plus `time_shift`."""

    __slots__ = (
        "_next",
        "_octets",
        "_packets",
        "allowed",
        "asked",
        "asked_s",
        "expected",
        "first",
        "lane",
        "last_time",
        "link",
        "loss_percent",
        "name",
        "offset",
        "packets_before",
        "payload_type",
        "repeats",
        "resends_left",
        "rtt_ms",
        "rtx_next",
        "rtx_payload_type",
        "time_shift",
        "wanted",
    )

    takes: ClassVar[bool] = False  # a subclass that takes each packet by `take`, the moment it comes

    def __init__(self, link: LinkEnd | None, name: SlotName, payload_type: int, rtx_payload_type: int = 0) -> None:
        self.link = link
        self.name = name
        self.payload_type = payload_type
        self.rtx_payload_type = rtx_payload_type  # 0: repeats are verbatim
        self.allowed = False
        self.wanted: Layer | None = Layer.HIGH  # the best layer the line carries; None: no picture at all
        self.lane: Lane | None = None
        self.first = 0  # first lane number of the present stay; nothing before it is sent or resent
        self.offset = 0
        self.time_shift = 0
        self.last_time: int | None = None  # unwrapped timestamp last sent, when it is in no lane
        self.rtx_next = FIRST_NUMBER
        self.repeats = 0
        self.resends_left = 0
        self.asked = 0  # the highest lane number of the present stay that it asked for again
        self.asked_s = float("-inf")  # when that was
        self.packets_before = 0  # a second ago
        self.loss_percent: float | None = None
        self.rtt_ms: float | None = None
        self.expected = 0  # highest number its last report told of
        self._next = FIRST_NUMBER
        self._packets = self._octets = 0  # of former stays; of the present one less what the lane had before

    @property
    def packets(self) -> int:
        return self._packets + (self.lane.packets if self.lane else 0)

    @property
    def octets(self) -> int:
        return self._octets + (self.lane.octets if self.lane else 0)

    @property
    def highest(self) -> int:
        """Highest lane number sent in the present stay; `first` - 1 before any."""
        return max(self.lane.flushed, self.first - 1) if self.lane else self.first - 1

    def begin(self, lane: Lane, number: int, time: int) -> None:
        """Stand in `lane` from its packet `number` at `time` on, going on with one's own numbers and times."""
        self.lane = lane
        self.first = number
        self.asked = 0
        self.offset = self._next - number
        earliest = time if self.last_time is None else self.last_time + int(LEAST_STEP_S * lane.clock_hz)
        self.time_shift = max(0, earliest - time)
        self._packets -= lane.packets
        self._octets -= lane.octets

    def end(self) -> None:
        lane = self.lane
        if lane is None:
            return
        if lane.flushed >= self.first:
            self._next = lane.flushed + self.offset + 1
            self.last_time = lane.flushed_time + self.time_shift
        self.first = lane.flushed + 1
        self._packets += lane.packets
        self._octets += lane.octets
        self.lane = None

    def all_of_stay(self, after: int) -> bool:
        """Whether the numbers above `after`, extended to 32 bits, were sent in the present stay, all of them."""
        return (after + 1 - self.first - self.offset) & 0xFFFFFFFF < 1 << 31

    def take(self, lane: Lane, number: int, time: int, captured_s: float) -> None:
        """Only of who `takes`: packet `number` is in the lane's ring; `time` is its unwrapped timestamp."""

    def lane_number(self, wrapped: int) -> int:
        """The lane number of a sequence number this receiver names in a NACK; -1 if it was never sent it."""
        highest = self.highest
        number = highest - ((highest + self.offset - wrapped) & 0xFFFF)
        return number if number >= self.first else -1


class Lane:
    """See the module. `pending` are numbers gathered since the last flush, ascending; `late` those repaired."""

    def __init__(
        self,
        layer: Layer,
        clock_hz: int,
        ssrc: int,
        rtx_ssrc: int,
        capacity: int,
        timeline: Timeline,
        flush: Callable[[Lane], None],
        on_pending: Callable[[Lane], None],
        on_switched: Callable[[Lane], None],
    ) -> None:
        """`flush` sends what is pending at once; `on_pending` is told of the first packet since the last flush."""
        self.layer = layer
        self.clock_hz = clock_hz
        self.is_video = clock_hz != 48_000
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.ring = Ring(capacity)
        self.source: SourceLayer | None = None
        self.next_source: SourceLayer | None = None
        self.receivers: list[Receiver] = []  # being sent to
        self.takers: list[Receiver] = []  # those that take each packet by themselves
        self.waiting: list[Receiver] = []  # to be let in with the next key frame
        self.pending: list[int] = []
        self.arrivals_s: list[float] = []  # wall-clock seconds at which each of `pending` came
        self.late: list[int] = []
        self.complete = False  # what is pending ends a picture
        self.packets = self.octets = 0  # flushed, once each
        self.flushed = FIRST_NUMBER - 1
        self.flushed_time = 0
        self.changed = True  # who stands in it: the fan-out's groups are to be made anew
        self.groups: Any = None  # the fan-out's
        self._timeline = timeline
        self._flush = flush
        self._on_pending = on_pending
        self._on_switched = on_switched
        self._first_of_source = 0
        self._number_shift = 0
        self._time_shift = 0
        self._last_number = FIRST_NUMBER - 1
        self.last_time = 0

    # --- what it shows

    def show(self, source: SourceLayer | None) -> None:
        """Show `source` from its next key frame on (sound: from its next packet on); None empties the lane."""
        if source is None:
            self.source = self.next_source = None
        elif source is self.source:
            self.next_source = None
        elif source is not self.next_source:
            self.next_source = source
            source.want_key_frame()
            if not self.is_video:
                self.source = None

    def rest(self) -> None:
        """What is shown fell silent: nothing, until the next one starts or this one comes back."""
        if self.source is not None:
            self.next_source = self.next_source or self.source
            self.source = None

    def layer_restarted(self, layer: SourceLayer) -> None:
        """The layer numbers its packets anew: switch to it as if to another."""
        if layer is self.source:
            self.next_source, self.source = layer, None

    def want_key_frame(self) -> None:
        for source in (self.source, self.next_source):
            if source is not None:
                source.want_key_frame()

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
    ) -> None:
        entry = starts_key_frame or not self.is_video
        if layer is self.next_source and entry:
            self._switch(layer, number, time, captured_s)
        elif layer is not self.source or number < self._first_of_source:
            return
        out = number + self._number_shift
        if out <= self._last_number - self.ring.capacity:
            return  # so late that its place in the ring is another packet's
        stamp = time + self._time_shift
        if out <= self._last_number:
            self.ring.put(out, view.marker, stamp, self.ssrc, data[view.payload_start : view.payload_end])
            if not self.pending and not self.late:
                self._on_pending(self)
            self.late.append(out)
        else:
            if entry and self.waiting:
                self._flush(self)  # what is gathered goes to those who stood here when it came
                self._let_in(out, stamp)
            self.ring.put(out, view.marker, stamp, self.ssrc, data[view.payload_start : view.payload_end])
            self._last_number, self.last_time = out, stamp
            self._timeline.heard(stamp, captured_s)
            if not self.pending and not self.late:
                self._on_pending(self)
            self.pending.append(out)
            self.arrivals_s.append(arrived_s)
            self.complete = view.marker or not self.is_video
        for taker in self.takers:
            taker.take(self, out, stamp, captured_s)

    def _switch(self, source: SourceLayer, number: int, time: int, captured_s: float) -> None:
        self._flush(self)
        stamp = max(
            self._timeline.stamp(captured_s, self.clock_hz), self.last_time + int(LEAST_STEP_S * self.clock_hz)
        )
        self._first_of_source = number
        self._number_shift = self._last_number + 1 - number
        self._time_shift = stamp - time
        self.source, self.next_source = source, None
        self._on_switched(self)

    # --- who stands in it

    def await_entry(self, receiver: Receiver) -> None:
        """Let `receiver` in with the next key frame (sound: the next packet); it stays where it is until then."""
        if receiver not in self.waiting:
            self.waiting.append(receiver)
            self.want_key_frame()

    def give_up_entry(self, receiver: Receiver) -> None:
        if receiver in self.waiting:
            self.waiting.remove(receiver)

    def leave(self, receiver: Receiver) -> None:
        """Nothing more goes to this receiver, nothing gathered, nothing repeated."""
        (self.takers if receiver.takes else self.receivers).remove(receiver)
        receiver.end()
        self.changed = True

    def _let_in(self, number: int, time: int) -> None:
        for receiver in self.waiting:
            if receiver.lane is self:
                continue
            if receiver.lane is not None:
                self._flush(receiver.lane)
                receiver.lane.leave(receiver)
            receiver.begin(self, number, time)
            (self.takers if receiver.takes else self.receivers).append(receiver)
        self.waiting.clear()
        self.changed = True


class Timeline:
    """The RTP time of a slot, common to its lanes, tied to when things were captured."""

    __slots__ = ("captured_s", "time")

    def __init__(self) -> None:
        self.time = 0  # unwrapped, of the newest packet
        self.captured_s = 0.0

    def heard(self, time: int, captured_s: float) -> None:
        if time > self.time:
            self.time, self.captured_s = time, captured_s

    def stamp(self, captured_s: float, clock_hz: int) -> int:
        """The timestamp of a picture captured then, an hour ahead at most and not far behind."""
        if not self.captured_s:
            return self.time + int(LEAST_STEP_S * clock_hz)
        ahead_s = min(max(captured_s - self.captured_s, -1.0), 3600.0)
        return self.time + int(ahead_s * clock_hz)
