"""The one UDP port: datagrams in by bursts (`recvmmsg`), RTP out by the fan-out, the rest one by one.

The port decides nothing: it hands every datagram of a burst to `on_datagram`, then calls `on_burst_end`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Any

from server.media.fanout import MESSAGE, VECTOR, Fanout, address_of, libc, system
from signaling.wire.aiortc_seams import srtp_ffi

BATCH = 64
CELL_BYTES = 2048
NAME_BYTES = 32  # holds sockaddr_in6
BATCHES_PER_TURN = 8  # then the loop gets its turn, however much waits
BUFFER_BYTES = 8 << 20
SO_RCVBUFFORCE, SO_SNDBUFFORCE = 33, 32
_LENGTH = struct.Struct("=I")

OnDatagram = Callable[[bytes, memoryview, Any], None]
"""Called with the sender's sockaddr, the datagram, and a pointer to it in memory that libsrtp may change."""


class UdpPort:
    """Owns the socket. `close` it."""

    def __init__(self, host: str, port: int, on_datagram: OnDatagram, on_burst_end: Callable[[], None]) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            for force, plain in ((SO_RCVBUFFORCE, socket.SO_RCVBUF), (SO_SNDBUFFORCE, socket.SO_SNDBUF)):
                try:
                    self.socket.setsockopt(socket.SOL_SOCKET, force, BUFFER_BYTES)
                except PermissionError:  # only root may pass net.core.rmem_max
                    self.socket.setsockopt(socket.SOL_SOCKET, plain, BUFFER_BYTES)
            self.socket.bind((host, port))
        except BaseException:
            self.socket.close()
            raise
        self._descriptor = self.socket.fileno()
        self.fanout = Fanout(self.socket)
        self.datagrams_received = 0
        self._on_datagram = on_datagram
        self._on_burst_end = on_burst_end
        self._prepare_batch()
        asyncio.get_running_loop().add_reader(self._descriptor, self._readable)

    @property
    def bound_port(self) -> int:
        return int(self.socket.getsockname()[1])

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        self.socket.close()

    def send(self, data: bytes, name: bytes) -> None:
        """One datagram to a sockaddr, at once; lost when the buffer is full, as on any line."""
        if name:
            with contextlib.suppress(OSError):  # full buffer, unreachable: what matters is repeated above
                self.socket.sendto(data, socket_address(name))

    def _prepare_batch(self) -> None:
        self._cells: Any = srtp_ffi.new("unsigned char[]", BATCH * CELL_BYTES)
        self._names: Any = srtp_ffi.new("unsigned char[]", BATCH * NAME_BYTES)
        self._vectors: Any = srtp_ffi.new("unsigned char[]", BATCH * VECTOR.size)
        self._messages: Any = srtp_ffi.new("unsigned char[]", BATCH * MESSAGE.size)
        self._name_view = memoryview(srtp_ffi.buffer(self._names))
        self._message_buffer: Any = srtp_ffi.buffer(self._messages)
        self._pointer: Any = system.cast("char *", address_of(self._messages))
        cells = memoryview(srtp_ffi.buffer(self._cells))
        self._cell_views = [cells[i * CELL_BYTES : (i + 1) * CELL_BYTES] for i in range(BATCH)]
        self._cell_pointers = [self._cells + i * CELL_BYTES for i in range(BATCH)]
        vectors: Any = srtp_ffi.buffer(self._vectors)
        for i in range(BATCH):
            VECTOR.pack_into(vectors, i * VECTOR.size, address_of(self._cells) + i * CELL_BYTES, CELL_BYTES)
            MESSAGE.pack_into(
                self._message_buffer,
                i * MESSAGE.size,
                address_of(self._names) + i * NAME_BYTES,
                NAME_BYTES,
                address_of(self._vectors) + i * VECTOR.size,
                1,
                0,
                0,
                0,
                0,
            )

    def _readable(self) -> None:
        for _ in range(BATCHES_PER_TURN):
            count = libc.recvmmsg(self._descriptor, self._pointer, BATCH, 0, system.NULL)
            if count <= 0:
                break
            self.datagrams_received += count
            for i in range(count):
                at = i * MESSAGE.size
                (name_bytes,) = _LENGTH.unpack_from(self._message_buffer, at + 8)
                (size,) = _LENGTH.unpack_from(self._message_buffer, at + 56)
                _LENGTH.pack_into(self._message_buffer, at + 8, NAME_BYTES)
                name = bytes(self._name_view[i * NAME_BYTES : i * NAME_BYTES + name_bytes])
                self._on_datagram(name, self._cell_views[i][:size], self._cell_pointers[i])
            if count < BATCH:
                break
        self._on_burst_end()


def socket_address(name: bytes) -> tuple[str, int] | tuple[str, int, int, int]:
    """A sockaddr as Python's socket module has it. IPv4 and IPv6 are all this port ever sees."""
    port = int.from_bytes(name[2:4], "big")
    if len(name) >= 28:
        flow, scope = struct.unpack_from("=I", name, 4)[0], struct.unpack_from("=I", name, 24)[0]
        return socket.inet_ntop(socket.AF_INET6, name[8:24]), port, flow, scope
    return socket.inet_ntop(socket.AF_INET, name[4:8]), port
