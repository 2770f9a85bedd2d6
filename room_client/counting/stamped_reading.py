"""Reading with the kernel's time of arrival (SO_TIMESTAMPNS): no wake-up and no Python is in the figure."""

from __future__ import annotations

import socket
import struct
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from room_client.counting.reading import CELL_BYTES, CELLS, Header

SO_TIMESTAMPNS = 35
KEPT = 50_000  # arrivals not taken yet; the oldest are forgotten
_HEADER = struct.Struct("!BBHII")
_TIMESPEC = struct.Struct("=qq")


class Arrival(NamedTuple):
    ssrc: int
    sequence: int
    timestamp: int
    at_ns: int  # wall clock


class StampedReader:
    """One per socket: it holds what arrived."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._datagrams: list[bytes] = []
        self._arrivals: deque[Arrival] = deque(maxlen=KEPT)
        self.sizes: Sequence[int] = ()

    def end(self) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 0)

    def take(self) -> list[Arrival]:
        taken = list(self._arrivals)
        self._arrivals.clear()
        return taken

    @property
    def was_full(self) -> bool:
        return len(self._datagrams) >= CELLS

    def read(self, descriptor: int) -> list[Header]:
        """Raises OSError."""
        datagrams: list[bytes] = []
        headers: list[Header] = []
        while len(datagrams) < CELLS:
            try:
                data, controls, _, _ = self._socket.recvmsg(CELL_BYTES, 64)
            except (BlockingIOError, InterruptedError):
                break
            datagrams.append(data)
            header = _HEADER.unpack_from(data if len(data) >= _HEADER.size else data + bytes(_HEADER.size))
            headers.append(header)
            if header[0] & 0xC0 == 0x80 and not 191 < header[1] < 224:
                for _, kind, value in controls:
                    if kind == SO_TIMESTAMPNS:
                        seconds, nanoseconds = _TIMESPEC.unpack(value)
                        at_ns = seconds * 1_000_000_000 + nanoseconds
                        self._arrivals.append(Arrival(header[4], header[2], header[3], at_ns))
        self._datagrams = datagrams
        self.sizes = [len(data) for data in datagrams]
        return headers

    def datagram(self, index: int) -> bytes:
        return self._datagrams[index]
