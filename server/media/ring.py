"""The last packets of a lane, kept once for all receivers: what is sent, and what a NACK is answered from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signaling.wire.rtp import HEADER

STRIDE = 1536  # an RTP packet that fits an Ethernet frame
_pack_header = HEADER.pack_into  # looked up once, not for every packet


class Ring:
    """Packets by unwrapped sequence number, one row of `cells` each.

    Each row holds a finished RTP packet of the lane (no extensions, payload type 0). Payload type,
    sequence number and timestamp are patched in each receiver's copy.
    """

    __slots__ = ("_buffer", "_numbers", "capacity", "cells", "firsts", "lengths", "markers", "times")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.cells = np.zeros((capacity, STRIDE), np.uint8)
        self._buffer = self.cells.data.cast("B")
        self.lengths = [0] * capacity
        self.firsts = [0x80] * capacity  # first byte: with the padding bit where there is padding
        self.markers = [0] * capacity  # 0x80 where the marker bit is set
        self.times = [0] * capacity  # wrapped RTP timestamps
        self._numbers = [-1] * capacity

    def put(self, number: int, marker: bool, timestamp: int, ssrc: int, payload: memoryview) -> None:
        """Keep a packet; `payload` is at most STRIDE - 12 bytes long (what one datagram brings)."""
        cell = number % self.capacity
        at = cell * STRIDE
        mark, stamp = 0x80 if marker else 0, timestamp & 0xFFFFFFFF
        _pack_header(self._buffer, at, 0x80, mark, number & 0xFFFF, stamp, ssrc)
        length = 12 + len(payload)
        self._buffer[at + 12 : at + length] = payload
        self.lengths[cell] = length
        self.firsts[cell] = 0x80
        self.markers[cell] = mark
        self.times[cell] = stamp
        self._numbers[cell] = number

    def pad(self, cell: int, length: int) -> None:
        """Lengthen a packet that was sent to nobody yet, by 1 to 255 bytes of padding (RFC 3550, section 5.1)."""
        at = cell * STRIDE
        more = length - self.lengths[cell]
        self._buffer[at + self.lengths[cell] : at + length] = bytes(more - 1) + bytes((more,))
        self._buffer[at] = self.firsts[cell] = 0xA0
        self.lengths[cell] = length

    def rows(self, cells: list[int], size: int) -> npt.NDArray[np.uint8]:
        """The first `size` bytes of each of these cells, not copied where the cells follow each other."""
        first = cells[0]
        if cells[-1] - first == len(cells) - 1:
            return self.cells[first : first + len(cells), :size]
        return self.cells[cells, :size]

    def cell(self, number: int) -> int:
        """The cell that holds packet `number`, or -1 when it is not kept any more."""
        cell = number % self.capacity
        return cell if self._numbers[cell] == number else -1

    def packet(self, cell: int) -> memoryview:
        return self._buffer[cell * STRIDE : cell * STRIDE + self.lengths[cell]]
