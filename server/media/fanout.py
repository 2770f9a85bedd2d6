"""One burst, out to everybody: a table of packets, filled by columns, encrypted in place, sent in few calls.

What is pending in a lane is a burst, usually a picture. `sendmmsg` takes the table's rows: packets of equal size
that follow each other (only the last may be shorter) leave as one message with UDP segmentation (GSO).
"""

from __future__ import annotations

import socket
import time

from pydantic import JsonValue

from server.media.columns import Burst, groups_of
from server.media.delay import DelayHistogram
from server.media.lane import Lane, Receiver
from server.media.outbox import Outbox
from server.media.ring import STRIDE
from server.media.table import CELL_BYTES, CELLS, MOST_COLUMNS, Table
from signaling.wire.rtp import HEADER

GATHER_S = 0.002  # how long a packet may wait for the rest of its picture


class Fanout:
    """Gathers what the lanes have pending and sends it. One per UDP socket.

    `flush` at the end of each burst: sound and whole pictures leave at once, the beginning of a picture waits
    for its rest, and goes out with the first `flush` after GATHER_S; `waiting` says that one is due by then.
    """

    def __init__(self, sock: socket.socket, delays: DelayHistogram) -> None:
        self._outbox = Outbox(sock, CELLS)
        self._table = Table(self._outbox.messages)
        self.delays = delays
        self._gathered: dict[Lane, float] = {}  # lanes with something to send, and since when
        self._repeats: list[tuple[Receiver, int]] = []
        self.asked_s = float("-inf")  # monotonic seconds at which somebody last asked for a packet again
        self.repeats_sent = 0

    @property
    def packets_sent(self) -> int:
        return self._outbox.packets_sent

    @property
    def bytes_sent(self) -> int:
        return self._outbox.bytes_sent

    @property
    def packets_dropped(self) -> int:
        """No room in the socket's buffer, or refused by libsrtp or the kernel."""
        return self._outbox.packets_dropped

    def debug_snapshot(self) -> dict[str, JsonValue]:
        return {
            "packets_sent": self.packets_sent,
            "packets_dropped": self.packets_dropped,
            "repeats_sent": self.repeats_sent,
            "lanes_gathered": len(self._gathered),
            "repeats_waiting": len(self._repeats),
        }

    # --- gathering

    @property
    def waiting(self) -> bool:
        return bool(self._gathered)

    def gathered(self, lane: Lane) -> None:
        """A lane has its first packet since its last flush."""
        self._gathered.setdefault(lane, time.monotonic())

    def repeat(self, receiver: Receiver, number: int) -> None:
        """Send one packet again with the next flush; nothing if it is not kept any more."""
        self.asked_s = time.monotonic()
        if receiver.allowed and receiver.lane is not None and receiver.lane.ring.cell(number) >= 0:
            self._repeats.append((receiver, number))

    # --- sending

    def flush(self) -> None:
        """Send what is ripe. Sound goes before pictures."""
        if self._gathered:
            now_s = time.monotonic()
            ripe = [
                lane
                for lane, since_s in self._gathered.items()
                if lane.complete or lane.late or now_s - since_s >= GATHER_S
            ]
            ripe.sort(key=_pictures_last)
            for lane in ripe:
                self.flush_lane(lane)
        if self._repeats:
            repeats, self._repeats = self._repeats, []
            for first in range(0, len(repeats), CELLS):
                self._send_singly(repeats[first : first + CELLS], again=True)

    def flush_lane(self, lane: Lane) -> None:
        """Send what this lane has pending, now."""
        self._gathered.pop(lane, None)
        pending, late = lane.pending, lane.late
        if pending:
            for first in range(0, len(pending), MOST_COLUMNS):
                part = slice(first, first + MOST_COLUMNS)
                self._send_table(lane, pending[part], lane.arrivals_s[part])
            ring = lane.ring
            lane.packets += len(pending)
            lane.octets += sum(ring.lengths[number % ring.capacity] for number in pending) - 12 * len(pending)
            lane.flushed = pending[-1]
            lane.flushed_time = lane.last_time
            pending.clear()
            lane.arrivals_s.clear()
            lane.complete = False
        if late:
            wanted = [(receiver, n) for n in late for receiver in lane.receivers if n >= receiver.first]
            for first in range(0, len(wanted), CELLS):
                self._send_singly(wanted[first : first + CELLS], again=False)
            late.clear()

    def _send_table(self, lane: Lane, numbers: list[int], arrivals_s: list[float]) -> None:
        groups = groups_of(lane)
        if not groups:
            return  # only the recorder's, which took its packets as they came
        burst, table, outbox = Burst(lane.ring, numbers), self._table, self._outbox
        receivers = 0
        for group in groups:
            everybody, rows = len(group.sessions), table.lay_out(burst, group)
            for first in range(0, everybody, rows):
                part = slice(first, min(first + rows, everybody))
                table.fill(part)
                if table.protect(part):
                    messages, *holding = table.address(part)
                    outbox.send(messages, holding)
                else:
                    encrypted = table.address_encrypted(part)
                    outbox.packets_dropped += (part.stop - part.start) * burst.columns - encrypted
                    outbox.send(encrypted)
                    table.lay_out(burst, group)
            receivers += everybody
        self.delays.add(arrivals_s, receivers)

    def _send_singly(self, wanted: list[tuple[Receiver, int]], again: bool) -> None:
        """Single packets to single receivers: repeats (`again`, as RTX where negotiated) and late ones."""
        count = 0
        for receiver, number in wanted:
            lane, link = receiver.lane, receiver.link
            if lane is None or link is None or not link.address_pointer or (cell := lane.ring.cell(number)) < 0:
                continue
            size = self._write_single(count, receiver, lane, number, cell, again)
            if not self._table.protect_single(count, size, link.tx):
                self._outbox.packets_dropped += 1
                continue
            self._table.address_single(count, link.address_pointer, link.address_bytes)
            count += 1
            if again:
                receiver.repeats += 1
                self.repeats_sent += 1
        if count:
            self._outbox.send(count)

    def _write_single(self, at: int, receiver: Receiver, lane: Lane, number: int, cell: int, again: bool) -> int:
        """Write one packet into a cell; its size. By RTX (RFC 4588) the old number stands before the payload."""
        ring, row, buffer = lane.ring, at * CELL_BYTES, self._table.buffer
        size, sequence = ring.lengths[cell], (number + receiver.offset) & 0xFFFF
        stamp = (ring.times[cell] + receiver.time_shift) & 0xFFFFFFFF
        if again and receiver.rtx_payload_type and size + 2 <= STRIDE:
            second = ring.markers[cell] | receiver.rtx_payload_type
            rtx = receiver.rtx_next & 0xFFFF
            HEADER.pack_into(buffer, row, ring.firsts[cell], second, rtx, stamp, lane.rtx_ssrc)
            buffer[row + 12 : row + 14] = sequence.to_bytes(2, "big")
            buffer[row + 14 : row + size + 2] = ring.packet(cell)[12:]
            receiver.rtx_next += 1
            return size + 2
        buffer[row : row + size] = ring.packet(cell)
        second = ring.markers[cell] | receiver.payload_type
        HEADER.pack_into(buffer, row, ring.firsts[cell], second, sequence, stamp, lane.ssrc)
        return size


def _pictures_last(lane: Lane) -> bool:
    return lane.is_video
