"""A burst as a table: a row of cells for each receiver, a column for each packet.

The packets are copied into all rows at once, what differs from receiver to receiver is assigned to whole
columns, and libsrtp walks the cells without a line of Python between them. A burst for more receivers than there
are rows is filled, encrypted and sent part by part: what the parts have in common is written once, by `lay_out`.
"""

from __future__ import annotations

from itertools import chain, repeat
from typing import Any

import numpy as np

from server.media.columns import Burst, Group
from server.media.ring import STRIDE
from server.media.system import SEGMENT, SOL_UDP, UDP_SEGMENT, VECTOR, Records, address_of, records
from signaling.wire.aiortc_seams import LONGEST_TRAILER, srtp_ffi, srtp_protect

CELLS = 256  # 440 kB are filled, encrypted and sent without leaving the processor's own cache
CELL_BYTES = STRIDE + -(-LONGEST_TRAILER // 64) * 64
MOST_COLUMNS = 64  # packets of one table; a longer burst makes several
_VECTOR_BYTES, _SEGMENT_BYTES = VECTOR.itemsize, SEGMENT.itemsize
_Column = tuple[Records, Records]  # where something stands in the cells, and what it is for everybody


class Table:
    """Owns the cells, and writes `messages`, of which there are CELLS, for whoever sends them.

    `lay_out` a burst for a group, then `fill`, `protect` and `address` each part of at most so many receivers as
    that said.
    Single packets: write into `buffer` at `at * CELL_BYTES`, then `protect_single` and `address_single`.
    """

    def __init__(self, messages: Records) -> None:
        self._messages = messages
        self._cells, memory = records(CELLS * CELL_BYTES, np.uint8)
        self._cells = self._cells.reshape(CELLS, CELL_BYTES)
        self.buffer = self._cells.data.cast("B")
        self._cell_pointers = [memory + i * CELL_BYTES for i in range(CELLS)]
        self._lengths, lengths = records(CELLS, np.int32)
        length_pointer = srtp_ffi.cast("int *", lengths)
        self._length_pointers = [length_pointer + i for i in range(CELLS)]
        self._vectors, vectors = records(CELLS, VECTOR)
        self._vectors["base"] = address_of(memory) + np.arange(CELLS, dtype=np.uint64) * CELL_BYTES
        self._vector_address = address_of(vectors)
        self._segments, segments = records(MOST_COLUMNS, SEGMENT)
        self._segments["bytes"] = 18
        self._segments["level"], self._segments["kind"] = SOL_UDP, UDP_SEGMENT
        self._segment_address = address_of(segments)
        self._memory = memory, lengths, vectors, segments  # kept alive

    # --- a burst

    def lay_out(self, burst: Burst, group: Group) -> int:
        """How many rows there are: of so many receivers a part may be."""
        self._burst, self._group = burst, group
        everybody, columns = len(group.sessions), burst.columns
        rows = min(CELLS // columns, everybody)
        count = rows * columns
        cells = self._cells[:count].reshape(rows, columns, CELL_BYTES)
        self._blocks = [(cells[:, start:end, :size], block) for start, end, size, block in burst.blocks]
        self._differing: list[_Column] = [
            (cells[:, :, 1], group.payload_types[:, None] | burst.markers),
            (cells[:, :, 2:4].view(">u2")[:, :, 0], group.offsets[:, None] + burst.sequence),
        ]
        if group.time_shifts is not None:
            stamps = cells[:, :, 4:8].view(">u4")[:, :, 0]
            self._differing.append((stamps, burst.times + group.time_shifts[:, None]))
        self._sizes = self._lengths[:count].reshape(rows, columns)
        self._lay_out_messages(rows)
        return rows

    def _lay_out_messages(self, rows: int) -> None:
        """Which cells each message takes, and how much of them."""
        burst = self._burst
        columns, runs, encrypted = burst.columns, burst.runs, burst.lengths + self._group.tag_bytes
        self._vectors["size"][: rows * columns].reshape(rows, columns)[:] = encrypted
        messages = self._messages[: rows * len(runs)].reshape(rows, len(runs))
        self._names, self._name_bytes = messages["name"], messages["name_bytes"]
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

    def fill(self, part: slice) -> None:
        """Write the packets as each of these receivers is to get them, not yet encrypted."""
        rows = part.stop - part.start
        for cells, block in self._blocks:
            cells[:rows] = block
        for cells, values in self._differing:
            cells[:rows] = values[part]
        self._sizes[:rows] = self._burst.lengths

    def protect(self, part: slice) -> bool:
        """Encrypt each row in place by its session; whether all went well."""
        by_cell = chain.from_iterable(map(repeat, self._group.sessions[part], repeat(self._burst.columns)))
        return not sum(map(srtp_protect, by_cell, self._cell_pointers, self._length_pointers))

    def address(self, part: slice) -> tuple[int, int, int]:
        """Complete the messages of this part: how many they are, and the packets and bytes in them."""
        burst, group, rows = self._burst, self._group, part.stop - part.start
        self._names[:rows] = group.addresses[part, None]
        self._name_bytes[:rows] = group.address_bytes[part, None]
        packets = rows * burst.columns
        return rows * len(burst.runs), packets, rows * burst.octets + packets * group.tag_bytes

    def address_encrypted(self, part: slice) -> int:
        """Where `protect` failed: one message for each packet that was encrypted; how many. Others may not leave.
        The messages are to be laid out anew."""
        group, columns = self._group, self._burst.columns
        count = (part.stop - part.start) * columns
        encrypted = np.flatnonzero(self._lengths[:count] == self._vectors["size"][:count])
        rows = part.start + encrypted // columns
        messages = self._messages[: len(encrypted)]
        messages["name"], messages["name_bytes"] = group.addresses[rows], group.address_bytes[rows]
        messages["vectors"] = self._vector_address + encrypted.astype(np.uint64) * _VECTOR_BYTES
        messages["vector_count"] = 1
        messages["control"] = messages["control_bytes"] = 0
        return len(encrypted)

    # --- single packets

    def protect_single(self, at: int, size: int, session: Any) -> bool:
        """Encrypt the packet of `size` bytes in cell `at`; whether it was."""
        self._lengths[at] = size
        return not srtp_protect(session, self._cell_pointers[at], self._length_pointers[at])

    def address_single(self, at: int, name: int, name_bytes: int) -> None:
        """Message `at` is the packet in cell `at`, to that sockaddr."""
        self._vectors["size"][at] = self._lengths[at]
        message = self._messages[at]
        message["name"], message["name_bytes"] = name, name_bytes
        message["vectors"], message["vector_count"] = self._vector_address + at * _VECTOR_BYTES, 1
        message["control"] = message["control_bytes"] = 0
