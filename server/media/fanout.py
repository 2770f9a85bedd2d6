"""One burst, out to everybody: a table of packets, filled by columns, encrypted in place, sent in few calls.

A burst of K packets to R receivers is a table of R rows and K columns of cells. The packets are copied into
all rows at once; payload types, numbers and timestamps are assigned to whole columns; libsrtp walks the cells
without a line of Python between them; and `sendmmsg` takes the rows. Packets of equal size that follow each
other (only the last may be shorter) leave as one message with UDP segmentation (GSO).

Where the kernel refuses a message (path MTU) that message alone is sent packet by packet. When the socket's
buffer is full what is left is dropped and counted: video is asked for again by NACK, and a slow line never
holds up the others.
"""

from __future__ import annotations

import errno
import select
import socket
import struct
import time
from itertools import chain, repeat
from typing import Any

import numpy as np
from pydantic import JsonValue

from server.media.delay import DelayHistogram
from server.media.lane import Lane, Receiver
from server.media.ring import STRIDE
from server.media.runs import Run, padded, runs_of
from server.media.system import (
    MESSAGE,
    MOST_MESSAGES,
    SEGMENT,
    SOL_UDP,
    UDP_SEGMENT,
    VECTOR,
    Records,
    address_of,
    libc,
    records,
    system,
    void_pointer,
)
from signaling.wire.aiortc_seams import LONGEST_TRAILER, srtp_ffi, srtp_protect

CELLS = 256  # of one table: 440 kB are filled, encrypted and sent without leaving the processor's own cache
CELL_BYTES = STRIDE + -(-LONGEST_TRAILER // 64) * 64
MOST_COLUMNS = 64  # packets of one table; a longer burst makes several
GATHER_S = 0.002  # how long a packet may wait for the rest of its picture
FULL_WAIT_MS = 4  # how long a burst may wait for room in the socket's buffer
_LENGTH_BYTES, _VECTOR_BYTES, _SEGMENT_BYTES = 4, VECTOR.itemsize, SEGMENT.itemsize
_HEADER = struct.Struct("!BBHII")


class _Columns:
    """What differs from receiver to receiver of a lane, as columns; all add the same number of bytes (SRTP)."""

    __slots__ = ("address_bytes", "addresses", "offsets", "payload_types", "sessions", "tag_bytes", "time_shifts")

    def __init__(self, receivers: list[Receiver], tag_bytes: int) -> None:
        links = [receiver.link for receiver in receivers if receiver.link is not None]
        self.tag_bytes = tag_bytes
        self.sessions = [link.tx for link in links]
        self.addresses = np.array([link.address_pointer for link in links], np.uint64)
        self.address_bytes = np.array([link.address_bytes for link in links], np.uint32)
        self.payload_types = np.array([receiver.payload_type for receiver in receivers], np.uint8)
        self.offsets = np.array([receiver.offset & 0xFFFF for receiver in receivers], np.uint16)
        shifts = [receiver.time_shift for receiver in receivers]
        self.time_shifts = np.array(shifts, np.int64) if any(shifts) else None


def _columns_of(lane: Lane) -> list[_Columns]:
    if lane.changed:
        groups: dict[int, list[Receiver]] = {}
        for receiver in lane.receivers:
            if receiver.link is not None and receiver.link.address_pointer:
                groups.setdefault(receiver.link.tag_bytes, []).append(receiver)
        lane.columns = [_Columns(receivers, tag_bytes) for tag_bytes, receivers in groups.items()]
        lane.changed = False
    columns: list[_Columns] = lane.columns
    return columns


class Fanout:
    """Gathers what the lanes have pending and sends it. One per UDP socket.

    `flush` at the end of each burst: sound and whole pictures leave at once, the beginning of a picture waits
    for its rest, GATHER_S at the most; `waiting` says that a `flush` with `everything` is due by then.
    """

    def __init__(self, sock: socket.socket, delays: DelayHistogram) -> None:
        self._socket = sock
        self._descriptor = sock.fileno()
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
        self._messages, self._message_memory = records(MOST_MESSAGES, MESSAGE)
        self._segments, self._segment_memory = records(MOST_COLUMNS, SEGMENT)
        self._segments["bytes"] = 18
        self._segments["level"], self._segments["kind"] = SOL_UDP, UDP_SEGMENT
        self._segment_address = address_of(self._segment_memory)
        self._gathered: dict[Lane, float] = {}  # lanes with something to send, and since when
        self._repeats: list[tuple[Receiver, int]] = []
        self._poll = select.poll()
        self._poll.register(sock, select.POLLOUT)
        self.packets_sent = self.bytes_sent = 0
        self.packets_dropped = 0
        self.repeats_sent = 0

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
        if receiver.allowed and receiver.lane is not None and receiver.lane.ring.cell(number) >= 0:
            self._repeats.append((receiver, number))

    # --- sending

    def flush(self, everything: bool = False) -> None:
        """Send what is ripe. Sound goes before pictures."""
        if self._gathered:
            now_s = time.monotonic()
            ripe = [
                lane
                for lane, since_s in self._gathered.items()
                if everything or lane.complete or lane.late or now_s - since_s >= GATHER_S
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
        ring, columns = lane.ring, len(numbers)
        cells = [number % ring.capacity for number in numbers]
        sizes = padded([ring.lengths[cell] for cell in cells])
        for cell, size in zip(cells, sizes, strict=True):
            if size != ring.lengths[cell]:
                ring.pad(cell, size)
        runs = runs_of(sizes)
        blocks = [(run.start, run.end, run.size, ring.rows(cells[run.start : run.end], run.size)) for run in runs]
        markers = np.array([ring.markers[cell] for cell in cells], np.uint8)
        sequence = np.array(numbers, np.int64).astype(np.uint16)
        times = np.array([ring.times[cell] for cell in cells], np.int64)
        lengths = np.array(sizes, np.int32)
        most_rows = max(1, min(CELLS // columns, MOST_MESSAGES // len(runs)))
        receivers = 0
        for group in _columns_of(lane):
            row_bytes = sum(sizes) + columns * group.tag_bytes
            self._lay_out(min(most_rows, len(group.sessions)), runs, lengths + group.tag_bytes)
            for first in range(0, len(group.sessions), most_rows):
                part = slice(first, min(first + most_rows, len(group.sessions)))
                rows = part.stop - first
                table = self._cells[: rows * columns].reshape(rows, columns, CELL_BYTES)
                for start, end, size, block in blocks:
                    table[:, start:end, :size] = block
                table[:, :, 1] = group.payload_types[part, None] | markers
                self._numbers[: rows * columns].reshape(rows, columns)[:] = group.offsets[part, None] + sequence
                if group.time_shifts is not None:
                    shifted = times + group.time_shifts[part, None]
                    self._times[: rows * columns].reshape(rows, columns)[:] = shifted
                self._lengths[: rows * columns].reshape(rows, columns)[:] = lengths
                if self._protect(group.sessions[part], columns):
                    self._send(self._address_singly(group, part, columns))
                    self._lay_out(rows, runs, lengths + group.tag_bytes)
                else:
                    messages = self._messages[: rows * len(runs)].reshape(rows, len(runs))
                    messages["name"] = group.addresses[part, None]
                    messages["name_bytes"] = group.address_bytes[part, None]
                    self._send(rows * len(runs), (rows * columns, rows * row_bytes))
                receivers += rows
        if receivers:
            self.delays.add(arrivals_s, receivers)

    def _lay_out(self, rows: int, runs: list[Run], encrypted: Records) -> None:
        """Write what is the same in every part of a table: which cells each message takes, and how much of them.

        `encrypted`: the size of each column's packet. What is left is whom each message is for.
        """
        columns = len(encrypted)
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

    def _protect(self, sessions: list[Any], columns: int) -> int:
        """Encrypt the table in place, each row by its session. Zero when all went well."""
        by_cell = chain.from_iterable(map(repeat, sessions, repeat(columns)))
        return sum(map(srtp_protect, by_cell, self._cell_pointers, self._length_pointers))

    def _address_singly(self, group: _Columns, part: slice, columns: int) -> int:
        """Some packets were not encrypted: those may not leave, the others go one by one. How many they are."""
        count = (part.stop - part.start) * columns
        encrypted = np.flatnonzero(self._lengths[:count] == self._vectors["size"][:count])
        self.packets_dropped += count - len(encrypted)
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
                self.packets_dropped += 1
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
            self._send(count)

    def _write_single(self, at: int, receiver: Receiver, lane: Lane, number: int, cell: int, again: bool) -> int:
        """Write one packet into a cell; its size. By RTX (RFC 4588) the old number stands before the payload."""
        ring, row = lane.ring, at * CELL_BYTES
        size, sequence = ring.lengths[cell], (number + receiver.offset) & 0xFFFF
        stamp = (ring.times[cell] + receiver.time_shift) & 0xFFFFFFFF
        if again and receiver.rtx_payload_type and size + 2 <= STRIDE:
            second = ring.markers[cell] | receiver.rtx_payload_type
            _HEADER.pack_into(
                self._cell_buffer, row, ring.firsts[cell], second, receiver.rtx_next & 0xFFFF, stamp, lane.rtx_ssrc
            )
            self._cell_buffer[row + 12 : row + 14] = sequence.to_bytes(2, "big")
            self._cell_buffer[row + 14 : row + size + 2] = ring.packet(cell)[12:]
            receiver.rtx_next += 1
            return size + 2
        self._cell_buffer[row : row + size] = ring.packet(cell)
        second = ring.markers[cell] | receiver.payload_type
        _HEADER.pack_into(self._cell_buffer, row, ring.firsts[cell], second, sequence, stamp, lane.ssrc)
        return size

    # --- the system call

    def _send(self, count: int, holding: tuple[int, int] | None = None) -> None:
        """Send messages 0 to `count`. `holding`: the packets and bytes in them, where that is known already."""
        done, waited = 0, False
        while done < count:
            sent = libc.sendmmsg(
                self._descriptor, void_pointer(self._message_memory, done * MESSAGE.itemsize), count - done, 0
            )
            if sent == count and holding is not None:
                self.packets_sent += holding[0]
                self.bytes_sent += holding[1]
                return
            if sent > 0:
                self._note_sent(done, done + sent)
                done += sent
                continue
            code = system.errno
            if code == errno.EINTR:
                continue
            if code in (errno.EAGAIN, errno.ENOBUFS):
                if not waited and self._poll.poll(FULL_WAIT_MS):
                    waited = True
                    continue
                self.packets_dropped += int(self._messages["vector_count"][done:count].sum())
                return
            self._send_apart(done)
            done += 1

    def _note_sent(self, first: int, end: int) -> None:
        self.packets_sent += int(self._messages["vector_count"][first:end].sum())
        self.bytes_sent += int(self._messages["length"][first:end].sum())

    def _send_apart(self, index: int) -> None:
        """A message the kernel refused (EMSGSIZE, EINVAL, EIO): its packets one by one, and only these."""
        message = self._messages[index].copy()
        vectors, count = int(message["vectors"]), int(message["vector_count"])
        own, own_memory = records(1, MESSAGE)
        own[0] = message
        own["control"] = own["control_bytes"] = 0
        own["vector_count"] = 1
        for packet in range(count):
            own["vectors"] = vectors + packet * _VECTOR_BYTES
            if libc.sendmmsg(self._descriptor, void_pointer(own_memory), 1, 0) == 1:
                self.packets_sent += 1
                self.bytes_sent += int(own["length"][0])
            else:
                self.packets_dropped += 1


def _pictures_last(lane: Lane) -> bool:
    return lane.is_video
