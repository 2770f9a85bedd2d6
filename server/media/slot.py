"""A slot: one fixed place on the stage. It shows one source, rewritten once for everybody.

Sequence numbers go on without a gap and timestamps without a step back over every change of source; a change
of picture happens on the new source's key frame, and until then the old one stays. A receiver is let in on
a key frame. What is per receiver (payload type, sequence offset, SRTP) is the fan-out's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from server.media.ring import Ring
from server.media.source import Source
from signaling.wire.rtp import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, RtpView
from signaling.wire.slots import SlotName

VIDEO_RING = 1024  # 2 s and more at 4 Mbit/s
AUDIO_RING = 128  # 2.5 s of 20 ms packets
FIRST_NUMBER = 16  # low: a stream that starts near 65535 with early loss never decrypts (libsrtp's roll-over)


class LinkEnd(Protocol):
    """Where a receiver's packets go: an encrypted link with an address."""

    room: str
    tx: Any  # SRTP session pointer
    address_pointer: int  # address of a sockaddr in memory; 0 while unknown
    address_bytes: int


class Receiver:
    """One slot on one link: what differs from receiver to receiver."""

    __slots__ = (
        "_next",
        "allowed",
        "expected",
        "first",
        "highest",
        "link",
        "loss_percent",
        "lost",
        "octets",
        "offset",
        "packets",
        "payload_type",
        "resends_left",
        "rtt_ms",
        "slot",
    )

    def __init__(self, link: LinkEnd, slot: Slot, payload_type: int) -> None:
        self.link = link
        self.slot = slot
        self.payload_type = payload_type
        self.allowed = False
        self.first = 0  # first slot number of the present admission; nothing before it is sent or resent
        self.highest = -1  # highest slot number sent
        self.offset = 0  # added to a slot number gives this receiver's number
        self.packets = 0
        self.octets = 0
        self.resends_left = 0
        self.loss_percent: float | None = None
        self.rtt_ms: float | None = None
        self.expected = 0  # highest number its last report told of
        self._next = FIRST_NUMBER

    def begin(self, number: int) -> None:
        """Receive from slot number `number` on, continuing this receiver's own numbering without a gap."""
        self.first = number
        self.offset = self._next - number
        self.highest = number - 1

    def end(self) -> None:
        if self.highest >= self.first:
            self._next = self.highest + self.offset + 1
        self.first = self.highest + 1

    def slot_number(self, wrapped: int) -> int:
        """The slot number of a sequence number this receiver names in a NACK; -1 if it was never sent it."""
        behind = (self.highest + self.offset - wrapped) & 0xFFFF
        number = self.highest - behind
        return number if number >= self.first else -1


class Slot:
    """See the module. `pending` are the slot numbers gathered since the last flush, in order of arrival."""

    def __init__(
        self,
        name: SlotName,
        ssrc: int,
        on_pending: Callable[[Slot], None],
        on_switched: Callable[[Slot], None],
    ) -> None:
        self.name = name
        self.ssrc = ssrc
        self.clock_hz = VIDEO_CLOCK_HZ if name.is_video else AUDIO_CLOCK_HZ
        self.ring = Ring(VIDEO_RING if name.is_video else AUDIO_RING)
        self.source: Source | None = None
        self.next_source: Source | None = None
        self.next_since_s = 0.0
        self.receivers: list[Receiver] = []  # being sent to
        self.waiting: list[Receiver] = []  # allowed, and waiting for a key frame
        self.pending: list[int] = []
        self.tap: Callable[[Slot, Source, float, memoryview], None] | None = None
        self._on_pending = on_pending
        self._on_switched = on_switched
        self._first_of_source = 0
        self._number_shift = 0
        self._time_shift = 0
        self._last_number = FIRST_NUMBER - 1
        self._last_time = 0
        self._last_captured_s = 0.0

    # --- what it shows

    def show(self, source: Source | None, now_s: float) -> None:
        """Show `source` from its next key frame on (sound: from its next packet on); None clears the slot.

        An old picture stays until the new one is there; old sound ends at once.
        """
        if source is None:
            if self.source is not None or self.next_source is not None:
                self.source = self.next_source = None
                self._on_switched(self)
        elif source is self.source:
            self.next_source = None
        elif source is not self.next_source:
            self.next_source, self.next_since_s = source, now_s
            source.want_key_frame()
            if not self.name.is_video and self.source is not None:
                self.source = None
                self._on_switched(self)

    def clear(self) -> None:
        """What is shown fell silent or was overdue for a change: nothing, until the next source starts."""
        if self.source is not None:
            self.next_source = self.next_source or self.source
            self.source = None
            self._on_switched(self)

    def source_restarted(self, source: Source) -> None:
        """The source numbers its packets anew: switch to it as if to another."""
        if source is self.source:
            self.next_source, self.source = source, None

    def want_key_frame(self) -> None:
        for source in (self.source, self.next_source):
            if source is not None:
                source.want_key_frame()

    def forward(
        self,
        source: Source,
        number: int,
        time: int,
        starts_key_frame: bool,
        view: RtpView,
        data: memoryview,
        captured_s: float,
    ) -> None:
        if source is self.next_source and (starts_key_frame or not self.name.is_video):
            self._switch(source, number, time, captured_s)
        elif source is not self.source or number < self._first_of_source:
            return
        out = number + self._number_shift
        if out <= self._last_number - self.ring.capacity:
            return  # so late that its place in the ring is another packet's
        stamp = time + self._time_shift
        self.ring.put(out, view.marker, stamp, self.ssrc, data[view.payload_start : view.payload_end])
        if out > self._last_number:
            self._last_number = out
            self._last_time, self._last_captured_s = stamp, captured_s
        if self.waiting and (starts_key_frame or not self.name.is_video):
            for receiver in self.waiting:
                receiver.begin(out)
            self.receivers += self.waiting
            self.waiting.clear()
        if not self.pending:
            self._on_pending(self)
        self.pending.append(out)
        if self.tap is not None:
            self.tap(self, source, captured_s, self.ring.packet(out % self.ring.capacity))

    def _switch(self, source: Source, number: int, time: int, captured_s: float) -> None:
        elapsed_s = max(0.01, captured_s - self._last_captured_s) if self._last_captured_s else 0.01
        self._first_of_source = number
        self._number_shift = self._last_number + 1 - number
        self._time_shift = self._last_time + int(min(elapsed_s, 3600.0) * self.clock_hz) - time
        self.source, self.next_source = source, None
        self._on_switched(self)

    # --- who receives it

    def admit(self, receiver: Receiver) -> None:
        """Let a receiver in: at once for sound, on the next key frame for a picture."""
        receiver.allowed = True
        self.waiting.append(receiver)
        if self.name.is_video:
            self.want_key_frame()

    def dismiss(self, receiver: Receiver) -> None:
        """Nothing more goes to this receiver, nothing gathered, nothing repeated."""
        receiver.allowed = False
        if receiver in self.waiting:
            self.waiting.remove(receiver)
        if receiver in self.receivers:
            self.receivers.remove(receiver)
            receiver.end()

    def rtp_time_at(self, wall_s: float) -> int:
        """The slot's timestamp at a wall-clock moment, for sender reports."""
        return self._last_time + int((wall_s - self._last_captured_s) * self.clock_hz)
