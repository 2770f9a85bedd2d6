"""The direct path: one connected UDP socket to one address of the server.

A *connected* socket lets the kernel drop whatever comes from elsewhere, and tells at once (ECONNREFUSED) when
the media process is gone. Media is handed to its reader inside the read loop, without a queue or a task in
between: a machine that rehearses a hundred rooms lives from that.
"""

from __future__ import annotations

import asyncio
import socket
import time

from room_client.path import PathKind, PathOwner

READS_PER_TURN = 64  # then the loop serves other rooms first
RECEIVE_BUFFER_BYTES = 1 << 20  # a key frame of each of three slots at once, and a slow moment of Python
LARGEST_DATAGRAM = 2048


class UdpPath:
    """A `Path`. Raises OSError when it cannot be opened, for instance IPv6 on a machine without it."""

    kind = PathKind.DIRECT

    def __init__(self, remote: tuple[str, int], owner: PathOwner) -> None:
        self.remote = remote
        self.unsent = 0  # datagrams the kernel had no room or no route for
        self._owner = owner
        self._media_arrived = owner.media_arrived
        family = socket.AF_INET6 if ":" in remote[0] else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            sock.connect(remote)
        except OSError:
            sock.close()
            raise
        self._socket: socket.socket | None = sock
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock.fileno(), self._readable)

    def send(self, datagram: bytes) -> None:
        if self._socket is None:
            return
        try:
            self._socket.send(datagram)
        except (BlockingIOError, InterruptedError):
            self.unsent += 1
        except ConnectionRefusedError:
            self._owner.path_refused(self)
        except OSError:  # no route for the moment, or the local address is gone
            self.unsent += 1
            self._owner.path_failed(self)

    def close(self) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def _readable(self) -> None:
        sock = self._socket
        if sock is None:
            return
        receive, media_arrived = sock.recv, self._media_arrived
        now_s = time.monotonic()
        for _ in range(READS_PER_TURN):
            try:
                data = receive(LARGEST_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionRefusedError:
                self._owner.path_refused(self)
                return
            except OSError:
                self._owner.path_failed(self)
                return
            if not data:
                continue
            first = data[0]
            if 128 <= first < 192:
                media_arrived(data, now_s)
            elif 20 <= first < 64:
                self._owner.dtls_arrived(data)
            elif first < 4:
                self._owner.stun_arrived(self, data)
            if self._socket is not sock:  # what arrived closed this path
                return
