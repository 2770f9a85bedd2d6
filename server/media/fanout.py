"""One burst, out to everybody: a table of packets, filled by columns, encrypted in place, sent in few calls.

A burst of K packets to R receivers is a table of R rows and K columns of cells. The packets are copied into
all rows at once; payload types, numbers and timestamps are assigned to whole columns; libsrtp walks the cells
without a line of Python between them; and `sendmmsg` takes the rows. Packets of equal size that follow each
other (only the last may be shorter) leave as one message with UDP segmentation (GSO).
"""

from __future__ import annotations

import socket
import time
from itertools import chain, repeat
from typing import Any

import numpy as np
from pydantic import JsonValue

from server.media.columns import Burst, Group, groups_of
from server.media.delay import DelayHistogram
from server.media.lane import Lane, Receiver
from server.media.outbox import Outbox
from server.media.ring import STRIDE
from server.media.system import (
    SEGMENT,
    SOL_UDP,
    UDP_SEGMENT,
    VECTOR,
    address_of,
    records,
)
from signaling.wire.aiortc_seams import LONGEST_TRAILER, srtp_ffi, srtp_protect
from signaling.wire.rtp import HEADER

CELLS = 256  # of one table: 440 kB are filled, encrypted and sent without leaving the processor's own cache
CELL_BYTES = STRIDE + -(-LONGEST_TRAILER // 64) * 64
MOST_COLUMNS = 64  # packets of one table; a longer burst makes several
GATHER_S = 0.002  # how long a packet may wait for the rest of its picture
_VECTOR_BYTES, _SEGMENT_BYTES = VECTOR.itemsize, SEGMENT.itemsize


class Fanout:
    """Gathers what the lanes have pending and sends it. One per UDP socket.

    `flush` at the end of each burst: sound and whole pictures leave at once, the beginning of a picture waits
    for its rest, and goes out with the first `flush` after GATHER_S; `waiting` says that one is due by then.
    """

    def __init__(self, sock: socket.socket, delays: DelayHistogram) -> None:
        self._outbox = Outbox(sock, CELLS)
        self._messages = self._outbox.messages
        self.delays = delays
        self._cells, self._cell_memory = records(CELLS * CELL_BYTES, np.uint8)
        self._cells = self._cells.reshape(CELLS, CELL_BYTES)
        self._cell_buffer = self._cells.data.cast("B")
        self._numbers, self._times = self._cells[:, 2:4].view(">u2")[:, 0], self._cells[:, 4:8].view(">u4")[:, 0]
        self._lengths, length_memory = records(CELLS, np.int32)
        length_pointer = srtp_ffi.cast("int *", length_memory)
        self._length_pointers = [length_pointer + i for i in range(CELLS)]
        self._length_memory = length_memory
        self._cell_pointers = [self._cell_memory + i * CELL_BYTES for i in range(CELLS)]
        self._vectors, self._vector_memory = records(CELLS, VECTOR)
        self._vectors["base"] = address_of(self._cell_memory) + np.arange(CELLS, dtype=np.uint64) * CELL_BYTES
        self._vector_address = address_of(self._vector_memory)
        self._segments, self._segment_memory = records(MOST_COLUMNS, SEGMENT)
        self._segments["bytes"] = 18
        self._segments["level"], self._segments["kind"] = SOL_UDP, UDP_SEGMENT
        self._segment_address = address_of(self._segment_memory)
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
        burst = Burst(lane.ring, numbers)
        most_rows = CELLS // burst.columns
        receivers = 0
        for group in groups:
            everybody = len(group.sessions)
            self._lay_out(min(most_rows, everybody), burst, group.tag_bytes)
            for first in range(0, everybody, most_rows):
                part = slice(first, min(first + most_rows, everybody))
                self._fill(burst, group, part)
                if self._protect(group.sessions[part], burst.columns):
                    self._outbox.send(self._address_singly(group, part, burst.columns))
                    self._lay_out(part.stop - part.start, burst, group.tag_bytes)
                else:
                    self._send_runs(burst, group, part)
            receivers += everybody
        self.delays.add(arrivals_s, receivers)

    def _lay_out(self, rows: int, burst: Burst, tag_bytes: int) -> None:
        """Write what all parts of a table have in common: which cells each message takes, how much of them."""
        columns, runs, encrypted = burst.columns, burst.runs, burst.lengths + tag_bytes
        self._vectors["size"][: rows * columns].reshape(rows, columns)[:] = encrypted
        messages = self._messages[: rows * len(runs)].reshape(rows, len(runs))
        row_vectors = self._vector_address + np.arange(rows, dtype=np.uint64) * (columns * _VECTOR_BYTES)
        for index, run in enumerate(runs):
            of_run = messages[:, index]
            of_run["vectors"] = row_vectors + run.start * _VECTOR_BYTES
            of_run["vector_count"] = run.count
            if run.count > 1:
                self._segments["size"][index] = encrypted[run.start]
                of_run["control"] = self._segment_address + index * _SEGMENT_BYTES
                of_run["control_bytes"] = _SEGMENT_BYTES
            else:
                of_run["control"] = of_run["control_bytes"] = 0

    def _fill(self, burst: Burst, group: Group, part: slice) -> None:
        """Write the packets into the cells of these rows, as each receiver is to get them, not yet encrypted."""
        rows, columns = part.stop - part.start, burst.columns
        count = rows * columns
        table = self._cells[:count].reshape(rows, columns, CELL_BYTES)
        for start, end, size, block in burst.blocks:
            table[:, start:end, :size] = block
        table[:, :, 1] = group.payload_types[part, None] | burst.markers
        self._numbers[:count].reshape(rows, columns)[:] = group.offsets[part, None] + burst.sequence
        if group.time_shifts is not None:
            self._times[:count].reshape(rows, columns)[:] = burst.times + group.time_shifts[part, None]
        self._lengths[:count].reshape(rows, columns)[:] = burst.lengths

    def _protect(self, sessions: list[Any], columns: int) -> int:
        """Encrypt the table in place, each row by its session. Zero when all went well."""
        by_cell = chain.from_iterable(map(repeat, sessions, repeat(columns)))
        return sum(map(srtp_protect, by_cell, self._cell_pointers, self._length_pointers))

    def _send_runs(self, burst: Burst, group: Group, part: slice) -> None:
        rows, runs = part.stop - part.start, len(burst.runs)
        messages = self._messages[: rows * runs].reshape(rows, runs)
        messages["name"] = group.addresses[part, None]
        messages["name_bytes"] = group.address_bytes[part, None]
        packets = rows * burst.columns
        self._outbox.send(rows * runs, (packets, rows * burst.octets + packets * group.tag_bytes))

    def _address_singly(self, group: Group, part: slice, columns: int) -> int:
        """Some packets were not encrypted: those may not leave, the others go one by one. How many they are."""
        count = (part.stop - part.start) * columns
        encrypted = np.flatnonzero(self._lengths[:count] == self._vectors["size"][:count])
        self._outbox.packets_dropped += count - len(encrypted)
        rows = part.start + encrypted // columns
        messages = self._messages[: len(encrypted)]
        messages["name"], messages["name_bytes"] = group.addresses[rows], group.address_bytes[rows]
        messages["vectors"] = self._vector_address + encrypted.astype(np.uint64) * _VECTOR_BYTES
        messages["vector_count"] = 1
        messages["control"] = messages["control_bytes"] = 0
        return len(encrypted)

    def _send_singly(self, wanted: list[tuple[Receiver, int]], again: bool) -> None:
        """Single packets to single receivers: repeats (`again`, as RTX where negotiated) and late ones."""
        count = 0
        for receiver, number in wanted:
            lane, link = receiver.lane, receiver.link
            if lane is None or link is None or not link.address_pointer or (cell := lane.ring.cell(number)) < 0:
                continue
            size = self._write_single(count, receiver, lane, number, cell, again)
            self._lengths[count] = size
            if srtp_protect(link.tx, self._cell_pointers[count], self._length_pointers[count]):
                self._outbox.packets_dropped += 1
                continue
            self._vectors["size"][count] = self._lengths[count]
            message = self._messages[count]
            message["name"], message["name_bytes"] = link.address_pointer, link.address_bytes
            message["vectors"], message["vector_count"] = self._vector_address + count * _VECTOR_BYTES, 1
            message["control"] = message["control_bytes"] = 0
            count += 1
            if again:
                receiver.repeats += 1
                self.repeats_sent += 1
        if count:
            self._outbox.send(count)

    def _write_single(self, at: int, receiver: Receiver, lane: Lane, number: int, cell: int, again: bool) -> int:
        """Write one packet into a cell; its size. By RTX (RFC 4588) the old number stands before the payload."""
        ring, row = lane.ring, at * CELL_BYTES
        size, sequence = ring.lengths[cell], (number + receiver.offset) & 0xFFFF
        stamp = (ring.times[cell] + receiver.time_shift) & 0xFFFFFFFF
        if again and receiver.rtx_payload_type and size + 2 <= STRIDE:
            second = ring.markers[cell] | receiver.rtx_payload_type
            HEADER.pack_into(
                self._cell_buffer, row, ring.firsts[cell], second, receiver.rtx_next & 0xFFFF, stamp, lane.rtx_ssrc
            )
            self._cell_buffer[row + 12 : row + 14] = sequence.to_bytes(2, "big")
            self._cell_buffer[row + 14 : row + size + 2] = ring.packet(cell)[12:]
            receiver.rtx_next += 1
            return size + 2
        self._cell_buffer[row : row + size] = ring.packet(cell)
        second = ring.markers[cell] | receiver.payload_type
        HEADER.pack_into(self._cell_buffer, row, ring.firsts[cell], second, sequence, stamp, lane.ssrc)
        return size


def _pictures_last(lane: Lane) -> bool:
    return lane.is_video
