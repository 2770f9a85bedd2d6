"""The one UDP path of a link: a connected socket to the server, found and kept open by ICE checks.

The server is ICE-lite with one candidate, so a full ICE agent has nothing to choose: the room checks the
server's address, nominates it with the first check (RFC 8445, section 8.1.1 leaves the moment to us), and
keeps consent (RFC 7675). A *connected* socket lets the kernel drop whatever comes from elsewhere, and tells
at once (ECONNREFUSED) when the media process is gone.

Media is handed to one callback inside the read loop, without a queue or a task in between: a machine that
rehearses a hundred rooms lives from that.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
from collections.abc import Callable
from enum import Enum, auto

from signaling.wire import stun

CHECK_SPACING_S = (0.05, 0.05, 0.1, 0.2)  # then every 0.4 s: a lost first check should not cost a join
CHECK_SPACING_LATER_S = 0.4
CONSENT_INTERVAL_S = 1.2
CONSENT_EXPIRES_S = 4.2  # three checks unanswered; a room must notice a dead server within 5 s
READS_PER_TURN = 64  # then the loop serves other rooms first
RECEIVE_BUFFER_BYTES = 1 << 20  # a key frame of each of three slots at once, and a slow moment of Python
LARGEST_DATAGRAM = 2048


class PathEnd(Enum):
    """Why a path is of no more use."""

    UNREACHABLE = auto()  # no check was answered
    REFUSED = auto()  # nobody listens there any more
    SILENT = auto()  # consent expired


class PathFailed(ConnectionError):
    """No address of the answer let itself be checked."""


class UdpPath:
    """Open with `connect`, end with `close`. Callbacks come from the event loop's read callback."""

    def __init__(
        self,
        on_dtls: Callable[[bytes], None],
        on_media: Callable[[bytes, float], None],
        on_end: Callable[[PathEnd], None],
    ) -> None:
        """`on_media` gets each datagram of the RTP range and the monotonic time of its arrival."""
        self._on_dtls = on_dtls
        self._on_media = on_media
        self._on_end = on_end
        self.ufrag = _ice_word(8)
        self.password = _ice_word(24)
        self._tie_breaker = random.getrandbits(64)
        self._remote_ufrag = ""
        self._remote_password = b""
        self._socket: socket.socket | None = None
        self._loop = asyncio.get_running_loop()
        self._pending: set[bytes] = set()
        self._answered = asyncio.Event()
        self._answered_at = 0.0
        self._consent: asyncio.Task[None] | None = None
        self._connected = False
        self._ended = False
        self.unsent = 0  # datagrams the kernel had no room for

    async def connect(
        self, addresses: list[tuple[str, int]], remote_ufrag: str, remote_password: str, timeout_s: float = 5.0
    ) -> None:
        """Check the addresses, best first, sharing `timeout_s`. Raises PathFailed."""
        self._remote_ufrag = remote_ufrag
        self._remote_password = remote_password.encode()
        for address in addresses:
            try:
                self._open(address)
            except OSError:  # for instance IPv6 on a machine without it
                continue
            if await self._check(timeout_s / len(addresses)):
                self._connected = True
                self._consent = asyncio.create_task(self._keep_consent(), name="room consent")
                return
            self._shut()
        raise PathFailed("no address of the server answers")

    def send(self, datagram: bytes) -> None:
        """Send now or not at all: a full socket buffer drops the datagram (video and audio repair themselves)."""
        if self._socket is None:
            return
        try:
            self._socket.send(datagram)
        except (BlockingIOError, InterruptedError):
            self.unsent += 1
        except ConnectionRefusedError:
            self._refused()
        except OSError:  # no route for the moment: consent decides whether that is the end
            self.unsent += 1

    async def close(self) -> None:
        self._ended = True
        if self._consent is not None:
            self._consent.cancel()
            await asyncio.gather(self._consent, return_exceptions=True)
            self._consent = None
        self._shut()

    def _open(self, address: tuple[str, int]) -> None:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            sock.connect(address)
        except OSError:
            sock.close()
            raise
        self._socket = sock
        self._loop.add_reader(sock.fileno(), self._readable)

    def _shut(self) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    async def _check(self, timeout_s: float) -> bool:
        """Send checks until one is answered."""
        deadline = time.monotonic() + timeout_s
        spacings = iter(CHECK_SPACING_S)
        while (left := deadline - time.monotonic()) > 0:
            self._send_check()
            try:
                async with asyncio.timeout(min(left, next(spacings, CHECK_SPACING_LATER_S))):
                    await self._answered.wait()
                return True
            except TimeoutError:
                continue
        return False

    async def _keep_consent(self) -> None:
        while True:
            # RFC 7675, section 5.1: spread, so that a hundred rooms do not check in one moment
            await asyncio.sleep(CONSENT_INTERVAL_S * random.uniform(0.8, 1.2))
            if time.monotonic() - self._answered_at > CONSENT_EXPIRES_S:
                self._end(PathEnd.SILENT)
                return
            self._pending.clear()
            self._send_check()

    def _send_check(self) -> None:
        transaction = os.urandom(12)
        self._pending.add(transaction)
        self.send(
            stun.binding_request(
                transaction, self.ufrag, self._remote_ufrag, self._remote_password, self._tie_breaker
            )
        )

    def _readable(self) -> None:
        sock = self._socket
        if sock is None:
            return
        receive, on_media = sock.recv, self._on_media
        now = time.monotonic()
        for _ in range(READS_PER_TURN):
            try:
                data = receive(LARGEST_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionRefusedError:
                self._refused()
                return
            except OSError:
                return
            if not data:
                continue
            first = data[0]
            if 128 <= first < 192:
                on_media(data, now)
            elif 20 <= first < 64:
                self._on_dtls(data)
            elif first < 4:
                self._stun_arrived(data)
            if self._socket is not sock:  # a callback closed this path
                return

    def _stun_arrived(self, data: bytes) -> None:
        message = stun.parse(data)
        if message is None:
            return
        if message.kind == stun.BINDING_SUCCESS:
            if message.transaction in self._pending and message.signed_with(self._remote_password):
                self._pending.discard(message.transaction)
                self._answered_at = time.monotonic()
                self._answered.set()
        elif (
            message.kind == stun.BINDING_REQUEST
            and message.local_ufrag == self.ufrag
            and message.signed_with(self.password.encode())
            and self._socket is not None
        ):
            host, port = self._socket.getpeername()[:2]
            self.send(stun.binding_success(message.transaction, self.password.encode(), host, port))

    def _refused(self) -> None:
        # Before the first answer a refusal may come from a media process that is just starting: keep checking.
        if self._connected:
            self._end(PathEnd.REFUSED)

    def _end(self, end: PathEnd) -> None:
        if not self._ended:
            self._ended = True
            self._on_end(end)


def _ice_word(length: int) -> str:
    """Random ice-char (RFC 8839, section 5.4)."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return "".join(alphabet[byte & 63] for byte in os.urandom(length))
