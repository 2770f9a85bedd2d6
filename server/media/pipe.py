"""Packets to another process of this machine: a SOCK_SEQPACKET Unix socket, a bounded queue, and no waiting.

A key frame may be more than the socket takes at once, so a queue stands before it. When that is full whole
packets are dropped and counted; the stage never waits for the other end.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable

SEND_BUFFER = 4 << 20
MOST_WAITING = 4096  # packets, about 5 MB: several key frames, or some seconds of the programme
LONGEST_MESSAGE = 4096
READS_PER_TURN = 64


class PacketPipe:
    """One connected socket, which it owns. `close` it; `on_end` is called once when the other end is gone."""

    def __init__(
        self,
        connected: socket.socket,
        on_message: Callable[[bytes], None],
        on_end: Callable[[], None],
        on_burst_end: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_burst_end` is called when all that had arrived was given to `on_message`."""
        connected.setblocking(False)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._socket: socket.socket | None = connected
        self._on_message = on_message
        self._on_end = on_end
        self._on_burst_end = on_burst_end
        self._waiting: deque[bytes] = deque()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(connected.fileno(), self._readable)
        self.dropped = 0

    def close(self) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            if self._waiting:
                self._loop.remove_writer(self._socket.fileno())
                self._waiting.clear()
            self._socket.close()
            self._socket = None

    def send(self, header: bytes, packet: bytes | memoryview = b"", most_waiting: int = MOST_WAITING) -> None:
        """One message, now or in its turn; dropped when too many wait, for less important ones fewer are."""
        if self._socket is None:
            return
        if self._waiting:
            self._wait(header, packet, most_waiting)
            return
        try:
            self._socket.sendmsg((header, packet))
        except BlockingIOError:
            self._loop.add_writer(self._socket.fileno(), self._drain)
            self._wait(header, packet, most_waiting)
        except OSError:  # the other end is gone; its end of file follows
            self.dropped += 1

    def _wait(self, header: bytes, packet: bytes | memoryview, most: int) -> None:
        if len(self._waiting) < most:
            self._waiting.append(header + packet)
        else:
            self.dropped += 1

    def _drain(self) -> None:
        """The socket takes more: in order, as much as it takes."""
        if self._socket is None:
            return
        while self._waiting:
            try:
                self._socket.send(self._waiting[0])
            except BlockingIOError:
                return
            except OSError:
                self.dropped += len(self._waiting)
                self._waiting.clear()
                break
            self._waiting.popleft()
        self._loop.remove_writer(self._socket.fileno())

    def _readable(self) -> None:
        for _ in range(READS_PER_TURN):
            if self._socket is None:
                return
            try:
                said = self._socket.recv(LONGEST_MESSAGE)
            except BlockingIOError:
                break
            except OSError:
                said = b""
            if not said:
                self.close()
                self._on_end()
                return
            self._on_message(said)
        self._on_burst_end()
