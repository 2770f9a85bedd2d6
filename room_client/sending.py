"""One source as it leaves the room: numbering, timestamps, history for repeats, sender reports."""

from __future__ import annotations

import random
import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from signaling.wire.rtcp import sender_report
from signaling.wire.rtp import HEADER_BYTES, pack_packet

HISTORY_PACKETS = 512  # two seconds of 2.5 Mbit/s; older repeats come too late to be shown
REPEAT_AGAIN_S = 0.02  # two NACKs for one hole within a round trip are one
LARGEST_FIRST_SEQUENCE = 0x7FFF  # an SRTP stream that starts near 65535 and loses that packet never decrypts


@dataclass(slots=True)
class Repeats:
    """The RTX stream of one source (RFC 4588, section 8.6: a session of its own, SSRC-multiplexed)."""

    ssrc: int
    payload_type: int
    sequence: int = 0

    def wrap(self, packet: bytes) -> bytes:
        """`packet` (of ours: nothing but the fixed header) as a repeat: the original number, then its payload."""
        sequence, timestamp = struct.unpack_from("!HI", packet, 2)
        self.sequence += 1
        payload = sequence.to_bytes(2, "big") + packet[HEADER_BYTES:]
        return pack_packet(self.payload_type, packet[1] > 127, self.sequence, timestamp, self.ssrc, payload)


@dataclass(frozen=True, slots=True)
class SentCounts:
    packets: int = 0
    bytes: int = 0
    frames: int = 0
    repeated: int = 0


class StreamSender:
    """One SSRC. Lives as long as its link; a new publication goes on where the last one stopped."""

    def __init__(
        self,
        ssrc: int,
        payload_type: int,
        clock_hz: int,
        protect: Callable[[bytes], bytes],
        send: Callable[[bytes], None],
        repeats: Repeats | None = None,
    ) -> None:
        """`repeats`: where RTX was agreed on; without it repeats are verbatim (RFC 3711 allows that)."""
        self.ssrc = ssrc
        self._payload_type = payload_type
        self._clock_hz = clock_hz
        self._protect = protect
        self._send = send
        self._repeats = repeats
        self._sequence = random.randint(0, LARGEST_FIRST_SEQUENCE)
        self._time_offset = random.getrandbits(31)
        self._history: OrderedDict[int, tuple[bytes, list[float]]] = OrderedDict()
        self._packets = self._octets = self._frames = self._repeated = 0
        self.picture_id = random.getrandbits(15)

    @property
    def counts(self) -> SentCounts:
        return SentCounts(self._packets, self._octets, self._frames, self._repeated)

    def rtp_time(self, at: float) -> int:
        """The unwrapped timestamp of the monotonic time `at`. One clock for all sources of a room."""
        return self._time_offset + round(at * self._clock_hz)

    def send_frame(self, payloads: list[bytes], rtp_time: int, *, marker: bool, now: float) -> None:
        """Send one frame; `rtp_time` unwrapped. `marker`: set it on the last packet (video)."""
        last = len(payloads) - 1
        for index, payload in enumerate(payloads):
            sequence = self._sequence & 0xFFFF
            packet = pack_packet(
                self._payload_type, marker and index == last, sequence, rtp_time, self.ssrc, payload
            )
            datagram = self._protect(packet)
            # what a repeat is made of: with RTX the clear packet, else the very datagram that was sent
            self._history[sequence] = (datagram if self._repeats is None else packet, [now])
            if len(self._history) > HISTORY_PACKETS:
                self._history.popitem(last=False)
            self._send(datagram)
            self._sequence += 1
            self._packets += 1
            self._octets += len(payload)
        self._frames += 1

    def repeat(self, sequences: tuple[int, ...], now: float) -> None:
        """Answer a NACK."""
        for sequence in sequences:
            found = self._history.get(sequence)
            if found is not None and now - found[1][0] >= REPEAT_AGAIN_S:
                found[1][0] = now
                self._repeated += 1
                self._send(found[0] if self._repeats is None else self._protect(self._repeats.wrap(found[0])))

    def report(self, now: float, wall_s: float) -> bytes | None:
        """An SR; None before the first packet. `now` and `wall_s` are the same moment by two clocks."""
        if not self._packets:
            return None
        return sender_report(self.ssrc, wall_s, self.rtp_time(now), self._packets, self._octets)
