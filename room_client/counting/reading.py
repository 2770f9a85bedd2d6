"""Reading many datagrams of one socket in one system call, into memory that all links of a process share.

`recvmmsg` gives every datagram a cell of its own. UDP_GRO, which hands over a run that was sent with
segmentation offload (GSO) as one piece, was measured and dropped: it costs the reader the same (3.2 against
3.0 us a packet with 177 rooms), and on one machine it also spares the sender's kernel the cutting, so that a
server measured against it looks cheaper than it is.
"""

from __future__ import annotations

import asyncio
import errno
import select
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from cffi import FFI

CELLS = 64
CELL_BYTES = 2048
SO_MEMINFO, MEMINFO_DROPS, MEMINFO_BYTES = 55, 8, 36
ROUND_S = 0.004  # how often secured sockets are looked at: one wake for many, at the price of this much delay
COUNTING_ROUND_S = 0.02  # while packets are only counted, which nobody waits for: fewer wakes
CLOSELY_FOR_S = 2.0
SOCKETS_PER_ROUND = 4096
MSG_DONTWAIT = 0x40
_HEADER = struct.Struct(f"!BBHII{CELL_BYTES - 12}x")
_MESSAGE = struct.Struct("=QI4xQQQQi4xI4x")  # struct mmsghdr of a 64-bit Linux
_VECTOR = struct.Struct("=QQ")

Header = tuple[int, int, int, int, int]
"""First byte, second byte, sequence number, timestamp, SSRC: a whole datagram of RTP begins with them."""


class Reader(Protocol):
    """Reads a burst. `sizes` and `datagram` speak of the last `read`."""

    sizes: Sequence[int]

    def read(self, descriptor: int) -> list[Header]: ...

    def datagram(self, index: int) -> bytes: ...

    @property
    def was_full(self) -> bool:
        """More may be waiting."""


_ffi = FFI()
_ffi.cdef("int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout);")
_libc: Any = _ffi.dlopen(None)


class BurstReader:
    """One for all sockets of a process. What `read` returned holds until the next `read`."""

    def __init__(self) -> None:
        self._memory: Any = _ffi.new("unsigned char[]", CELLS * CELL_BYTES)
        self._view = memoryview(_ffi.buffer(self._memory))
        self._vectors: Any = _ffi.new("unsigned char[]", CELLS * _VECTOR.size)
        self._headers: Any = _ffi.new("unsigned char[]", CELLS * _MESSAGE.size)
        self._header_buffer: Any = _ffi.buffer(self._headers)
        self._pointer: Any = _ffi.cast("void *", self._headers)
        vectors: Any = _ffi.buffer(self._vectors)
        for i in range(CELLS):
            vector = _address(self._vectors) + i * _VECTOR.size
            _VECTOR.pack_into(vectors, i * _VECTOR.size, _address(self._memory) + i * CELL_BYTES, CELL_BYTES)
            _MESSAGE.pack_into(self._header_buffer, i * _MESSAGE.size, 0, 0, vector, 1, 0, 0, 0, 0)
        # the lengths the kernel reports, for each number of messages there may be
        self._lengths = [struct.Struct("=" + f"{_MESSAGE.size - 8}xI4x" * n) for n in range(CELLS + 1)]
        self.sizes: Sequence[int] = ()

    def read(self, descriptor: int) -> list[Header]:
        """The first twelve bytes of what waits, as if each datagram were RTP; [] when nothing does.

        A datagram shorter than twelve bytes shows bytes of an older one: `sizes` tells. Raises OSError.
        """
        count = _libc.recvmmsg(descriptor, self._pointer, CELLS, MSG_DONTWAIT, _ffi.NULL)
        if count < 0:
            self.sizes = ()
            code = _ffi.errno
            if code in (errno.EAGAIN, errno.EINTR):
                return []
            raise OSError(code, "recvmmsg")
        self.sizes = self._lengths[count].unpack_from(self._header_buffer)
        return list(_HEADER.iter_unpack(self._view[: count * CELL_BYTES]))

    def datagram(self, index: int) -> bytes:
        """A copy of one datagram of the last `read`."""
        return bytes(self._view[index * CELL_BYTES : index * CELL_BYTES + self.sizes[index]])

    @property
    def was_full(self) -> bool:
        return len(self.sizes) == CELLS


class ReadingRound:
    """Looks at many sockets in turn and calls each that has something. `close` it.

    Every `ROUND_S` while somebody looks `closely` (a key frame or a label is waited for), else every
    `COUNTING_ROUND_S`.
    """

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._closely_until_s = 0.0

    def add(self, descriptor: int, callback: Callable[[], None]) -> None:
        self._callbacks[descriptor] = callback
        self._epoll.register(descriptor, select.EPOLLIN)
        self.closely()

    def closely(self) -> None:
        """For the next `CLOSELY_FOR_S` it matters when something arrives."""
        now_s = self._loop.time()
        if self._timer is None or now_s >= self._closely_until_s:
            self._plan(ROUND_S)
        self._closely_until_s = now_s + CLOSELY_FOR_S

    def remove(self, descriptor: int) -> None:
        if self._callbacks.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._callbacks.clear()
        self._epoll.close()

    def _plan(self, after_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(after_s, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._callbacks:
            self._plan(ROUND_S if self._loop.time() < self._closely_until_s else COUNTING_ROUND_S)
        for descriptor, _ in self._epoll.poll(0, SOCKETS_PER_ROUND):
            callback = self._callbacks.get(descriptor)
            if callback is not None:  # not closed by one before it
                callback()


def dropped_here(sock: socket.socket) -> int:
    """Datagrams that this socket's own buffer had no room for: the reader's fault, not the line's."""
    data = sock.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 64)
    return int(struct.unpack_from("=I", data, 4 * MEMINFO_DROPS)[0]) if len(data) >= MEMINFO_BYTES else 0


def _address(memory: Any) -> int:
    return int(_ffi.cast("uintptr_t", memory))
