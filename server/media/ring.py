"""The last packets of a slot, kept once for all receivers: what is sent, and what a NACK is answered from."""

from __future__ import annotations

from typing import Any

from signaling.wire.aiortc_seams import srtp_ffi
from signaling.wire.rtp import HEADER

STRIDE = 1536  # an RTP packet that fits an Ethernet frame
_pack_header = HEADER.pack_into  # looked up once, not for every packet


class Ring:
    """Packets by unwrapped sequence number, in memory that libsrtp and the kernel can be pointed at.

    Each cell holds a finished RTP packet of the slot (no extensions, no padding, payload type 0). The
    payload type and the sequence number are patched in each receiver's copy.
    """

    __slots__ = ("_buffer", "_memory", "_numbers", "capacity", "lengths", "markers", "pointers")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._memory: Any = srtp_ffi.new("unsigned char[]", capacity * STRIDE)
        self._buffer: memoryview = memoryview(srtp_ffi.buffer(self._memory))
        self.pointers: list[Any] = [self._memory + i * STRIDE for i in range(capacity)]
        self.lengths = [0] * capacity
        self.markers = [0] * capacity  # 0x80 where the marker bit is set
        self._numbers = [-1] * capacity

    def put(self, number: int, marker: bool, timestamp: int, ssrc: int, payload: memoryview) -> None:
        """Keep a packet; `payload` is at most STRIDE - 12 bytes long (what one datagram brings)."""
        cell = number % self.capacity
        at = cell * STRIDE
        mark = 0x80 if marker else 0
        _pack_header(self._buffer, at, 0x80, mark, number & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
        length = 12 + len(payload)
        self._buffer[at + 12 : at + length] = payload
        self.lengths[cell] = length
        self.markers[cell] = mark
        self._numbers[cell] = number

    def cell(self, number: int) -> int:
        """The cell that holds packet `number`, or -1 when it is not kept any more."""
        cell = number % self.capacity
        return cell if self._numbers[cell] == number else -1

    def packet(self, cell: int) -> memoryview:
        return self._buffer[cell * STRIDE : cell * STRIDE + self.lengths[cell]]
