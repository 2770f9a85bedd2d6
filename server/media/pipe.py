"""Packets to another process of this machine: a SOCK_SEQPACKET Unix socket, a bounded queue, and no waiting.

A key frame may be more than the socket takes at once, so a queue stands before it. When that is full whole
messages are dropped; the stage never waits for the other end.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Sequence

SEND_BUFFER = 4 << 20
MOST_WAITING = 5 << 20  # bytes: several key frames, or some seconds of the programme
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
        self._waiting_bytes = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(connected.fileno(), self._readable)

    def close(self) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            if self._waiting:
                self._loop.remove_writer(self._socket.fileno())
                self._waiting.clear()
            self._socket.close()
            self._socket = None

    def send(self, parts: Sequence[bytes | memoryview], most_waiting: int = MOST_WAITING) -> bool:
        """One message, now or in its turn. False: it was dropped; more bytes wait, or nobody is there."""
        if self._socket is None:
            return False
        if not self._waiting:
            try:
                self._socket.sendmsg(parts)
                return True
            except BlockingIOError:
                self._loop.add_writer(self._socket.fileno(), self._drain)
            except OSError:  # the other end is gone; its end of file follows
                return False
        elif self._waiting_bytes > most_waiting:
            return False
        message = b"".join(parts)
        self._waiting.append(message)
        self._waiting_bytes += len(message)
        return True

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
                self._waiting.clear()
                self._waiting_bytes = 0
                break
            self._waiting_bytes -= len(self._waiting.popleft())
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
