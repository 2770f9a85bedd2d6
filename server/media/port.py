"""The one UDP port: datagrams in by bursts (`recvmmsg`), RTP out by the fan-out, the rest one by one.

It has two queues, one for media and one for checks, handshakes and reports (see `steering`), and either may rest
for a while, so that what comes meanwhile is read together. The port decides nothing: it hands every datagram of a
burst to `on_datagram`, then calls `on_burst_end`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from server.media.steering import steered_pair
from server.media.system import MESSAGE, TIMESTAMP, VECTOR, address_of, libc, records, system, void_pointer
from signaling.wire.aiortc_seams import srtp_ffi

BATCH = 64
CELL_BYTES = 2048
NAME_BYTES = 32  # holds sockaddr_in6
BATCHES_PER_TURN = 8  # then the loop gets its turn, however much waits
BUFFER_BYTES = 8 << 20
SO_RCVBUFFORCE, SO_SNDBUFFORCE = 33, 32
SO_TIMESTAMPNS = SCM_TIMESTAMPNS = 35
_read_stamp = struct.Struct("=12xiqq").unpack_from  # of TIMESTAMP: what it is, seconds, nanoseconds

OnDatagram = Callable[[bytes, memoryview, Any], None]
"""Called with the sender's sockaddr, the datagram, and a pointer to it in memory that libsrtp may change."""


class Queue:
    """What waits at one of the two sockets, which it owns; `read` is called when there is something."""

    def __init__(self, sock: socket.socket, read: Callable[[Queue], None]) -> None:
        self.socket = sock
        self.descriptor = sock.fileno()
        for force, plain in ((SO_RCVBUFFORCE, socket.SO_RCVBUF), (SO_SNDBUFFORCE, socket.SO_SNDBUF)):
            try:
                sock.setsockopt(socket.SOL_SOCKET, force, BUFFER_BYTES)
            except PermissionError:  # only root may pass net.core.rmem_max
                sock.setsockopt(socket.SOL_SOCKET, plain, BUFFER_BYTES)
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._read = read
        self._resting: asyncio.TimerHandle | None = None
        self._listening = False  # a datagram wakes us

    def start(self) -> None:
        self._listening = True
        asyncio.get_running_loop().add_reader(self.descriptor, self._read, self)

    def rest(self, seconds: float) -> None:
        """Let what is coming come: read again after so long, all of it at once. Resting already: nothing more."""
        if self._resting is None:
            self._stop_listening()
            self._resting = asyncio.get_running_loop().call_later(seconds, self._rested)

    def look(self) -> None:
        """Read now, if it rests."""
        if self._resting is not None:
            self._resting.cancel()
            self._rested()

    def _rested(self) -> None:
        self._resting = None
        try:
            self._read(self)
        finally:
            if self._resting is None:  # one rest may follow the other
                self.start()

    def _stop_listening(self) -> None:
        if self._listening:
            self._listening = False
            asyncio.get_running_loop().remove_reader(self.descriptor)

    def close(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
        self._stop_listening()
        self.socket.close()


class UdpPort:
    """Owns its two queues: `media`, from whose socket everything is sent, and `others`. `start`, `close` it."""

    def __init__(self, host: str, port: int, on_burst_end: Callable[[Queue, bool], None]) -> None:
        """`on_burst_end` is told which queue was read, and whether it is empty now."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        media, others = steered_pair(family, host, port)
        self.media, self.others = Queue(media, self._readable), Queue(others, self._readable)
        self._descriptor = media.fileno()
        self.datagrams_received = 0
        self._on_burst_end = on_burst_end
        self._prepare_batch()

    def start(self, on_datagram: OnDatagram) -> None:
        """Begin to read."""
        self._on_datagram = on_datagram
        self.media.start()
        self.others.start()

    @property
    def bound_port(self) -> int:
        return int(self.media.socket.getsockname()[1])

    def close(self) -> None:
        self.media.close()
        self.others.close()

    def send(self, data: bytes, name: bytes) -> None:
        """One datagram to a sockaddr, at once; lost when the buffer is full, as on any line."""
        if name:  # a full buffer, no way there: what matters is repeated above
            libc.sendto(self._descriptor, data, len(data), 0, name, len(name))

    def arrived_s(self) -> float:
        """Wall-clock seconds at which the kernel had the datagram that `on_datagram` is being called for."""
        kind, seconds, nanoseconds = _read_stamp(self._stamps, self._current * TIMESTAMP.itemsize)
        return seconds + nanoseconds * 1e-9 if kind == SCM_TIMESTAMPNS else time.time()

    def _prepare_batch(self) -> None:
        self._cells: Any = srtp_ffi.new("unsigned char[]", BATCH * CELL_BYTES)
        cells = memoryview(srtp_ffi.buffer(self._cells))
        self._cell_views = [cells[i * CELL_BYTES : (i + 1) * CELL_BYTES] for i in range(BATCH)]
        self._cell_pointers = [self._cells + i * CELL_BYTES for i in range(BATCH)]
        index = np.arange(BATCH, dtype=np.uint64)
        names, self._name_memory = records(BATCH * NAME_BYTES, np.uint8)
        self._names = names.data.cast("B")
        vectors, self._vector_memory = records(BATCH, VECTOR)
        vectors["base"], vectors["size"] = address_of(self._cells) + index * CELL_BYTES, CELL_BYTES
        stamps, self._stamp_memory = records(BATCH, TIMESTAMP)
        self._stamps = stamps.data.cast("B")
        messages, self._message_memory = records(BATCH, MESSAGE)
        messages["name"] = address_of(self._name_memory) + index * NAME_BYTES
        messages["vectors"] = address_of(self._vector_memory) + index * VECTOR.itemsize
        messages["vector_count"] = 1
        messages["control"] = address_of(self._stamp_memory) + index * TIMESTAMP.itemsize
        self._widths, self._sizes, self._controls = (
            messages["name_bytes"],
            messages["length"],
            messages["control_bytes"],
        )
        self._pointer = void_pointer(self._message_memory)
        self._current = 0

    def _readable(self, queue: Queue) -> None:
        names, receive, descriptor = self._names, libc.recvmmsg, queue.descriptor
        count = BATCH
        for _ in range(BATCHES_PER_TURN):
            self._widths[:], self._controls[:] = NAME_BYTES, TIMESTAMP.itemsize
            count = receive(descriptor, self._pointer, BATCH, 0, system.NULL)
            if count <= 0:
                break
            self.datagrams_received += count
            widths, sizes = self._widths[:count].tolist(), self._sizes[:count].tolist()
            for i in range(count):
                self._current = i
                name = bytes(names[i * NAME_BYTES : i * NAME_BYTES + widths[i]])
                self._on_datagram(name, self._cell_views[i][: sizes[i]], self._cell_pointers[i])
            if count < BATCH:
                break
        self._on_burst_end(queue, count < BATCH)


def address_and_port(name: bytes) -> tuple[bytes, int]:
    """The IP address, 4 or 16 bytes, and the port of a sockaddr. IPv4 and IPv6 are all this port ever sees."""
    port = int.from_bytes(name[2:4], "big")
    return (name[8:24] if len(name) >= 28 else name[4:8]), port


def own_address(host: str) -> str:
    """The address to advertise when none is set: `host` itself, or for a wildcard the one that routes out."""
    if not ipaddress.ip_address(host).is_unspecified:
        return host

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only asks the routing table (RFC 5737 address)
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
