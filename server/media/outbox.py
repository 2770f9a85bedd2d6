"""What leaves a socket by `sendmmsg`: many messages in one system call, and what to do with those it refuses.

Where the kernel refuses a message (path MTU) that message alone is sent packet by packet. When the socket's
buffer is full what is left is dropped and counted: video is asked for again by NACK, and a slow line never
holds up the others.
"""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Sequence

from server.media.system import MESSAGE, VECTOR, libc, records, system, void_pointer

FULL_WAIT_MS = 4  # how long a burst may wait for room in the socket's buffer


class Outbox:
    """Write `messages` (records of MESSAGE), then `send` so many. Each vector of a message is one packet."""

    def __init__(self, sock: socket.socket, most: int) -> None:
        """`most` messages at once: the kernel takes 1,024 (UIO_MAXIOV)."""
        self.messages, self._memory = records(most, MESSAGE)
        self._first = void_pointer(self._memory)
        self.packets_sent = self.bytes_sent = 0
        self.packets_dropped = 0
        self._descriptor = sock.fileno()
        self._poll = select.poll()
        self._poll.register(sock, select.POLLOUT)

    def send(self, count: int, holding: Sequence[int] | None = None) -> None:
        """Send messages 0 to `count`. `holding`: the packets and bytes in them, where that is known already."""
        done, waited = 0, False
        while done < count:
            unsent = void_pointer(self._memory, done * MESSAGE.itemsize) if done else self._first
            sent = libc.sendmmsg(self._descriptor, unsent, count - done, 0)
            if sent == count and holding is not None:
                self.packets_sent += holding[0]
                self.bytes_sent += holding[1]
                return
            if sent > 0:
                self._note_sent(done, done + sent)
                done += sent
                continue
            code = system.errno
            if code == errno.EINTR:
                continue
            if code in (errno.EAGAIN, errno.ENOBUFS):
                if not waited and self._poll.poll(FULL_WAIT_MS):
                    waited = True
                    continue
                self.packets_dropped += int(self.messages["vector_count"][done:count].sum())
                return
            self._send_apart(done)
            done += 1

    def _note_sent(self, first: int, end: int) -> None:
        self.packets_sent += int(self.messages["vector_count"][first:end].sum())
        self.bytes_sent += int(self.messages["length"][first:end].sum())

    def _send_apart(self, index: int) -> None:
        """A message the kernel refused (EMSGSIZE, EINVAL, EIO): its packets one by one, and only these."""
        message = self.messages[index].copy()
        vectors, count = int(message["vectors"]), int(message["vector_count"])
        own, own_memory = records(1, MESSAGE)
        own[0] = message
        own["control"] = own["control_bytes"] = 0
        own["vector_count"] = 1
        for packet in range(count):
            own["vectors"] = vectors + packet * VECTOR.itemsize
            if libc.sendmmsg(self._descriptor, void_pointer(own_memory), 1, 0) == 1:
                self.packets_sent += 1
                self.bytes_sent += int(own["length"][0])
            else:
                self.packets_dropped += 1
