"""The one path of a counting end: its socket, its ICE checks, its consent, and how what arrives is read.

It checks as `room_client.ice` does where there is one address and no relay, and decides on consent by the same
rules (`room_client.consent`). It is a thing of its own because of how it reads: in bursts, many sockets in turn.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from room_client.consent import Consent, Step
from room_client.counting.reading import BurstReader, Header, Reader, ReadingRound, dropped_here
from room_client.counting.stamped_reading import Arrival, StampedReader
from room_client.link import LinkEnd
from signaling.wire import stun
from signaling.wire.aiortc_seams import Certificate, certificate_fingerprint, make_certificate

CHECK_SPACING_S = 0.1
MOST_PENDING = 16
RECEIVE_BUFFER_BYTES = 1 << 21
READS_PER_TURN = 8
_GIVEN_UP = {Step.GIVE_UP_REFUSED: LinkEnd.SERVER_GONE, Step.GIVE_UP_SILENT: LinkEnd.SILENT}


class Shared:
    """What all counting ends of a process share: the memory they read into, the round, the certificate."""

    def __init__(self) -> None:
        self.reader = BurstReader()
        self.round = ReadingRound()
        self.certificate: Certificate = make_certificate()
        self.fingerprint = certificate_fingerprint(self.certificate)

    def close(self) -> None:
        self.round.close()


class CountingPath:
    """`check` one address, `settle` when keys are there, at the end `close`."""

    def __init__(
        self,
        shared: Shared,
        arrived: Callable[[Reader, list[Header]], None],
        ended: Callable[[LinkEnd], None],
    ) -> None:
        """`arrived` gets each burst, `ended` why the path is of no more use. On the event loop."""
        self.ufrag, self.password = os.urandom(4).hex(), os.urandom(12).hex()
        self.unsent = 0  # datagrams the kernel had no room for
        self._loop = asyncio.get_running_loop()
        self._shared = shared
        self._arrived = arrived
        self._ended = ended
        self._reader: Reader = shared.reader
        self._stamped: StampedReader | None = None
        self._socket: socket.socket | None = None
        self._tie_breaker = random.getrandbits(64)
        self._remote_ufrag, self._remote_password = "", b""
        self._pending: dict[bytes, float] = {}  # checks that were not answered yet, and when they were sent
        self._answered = asyncio.Event()
        self._consent: Consent | None = None
        self._hurry = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def check(self, address: tuple[str, int], ufrag: str, password: str, timeout_s: float) -> bool:
        """Send checks until one is answered, and nominate with each; False after `timeout_s`."""
        self._remote_ufrag, self._remote_password = ufrag, password.encode()
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        sock = self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            sock.connect(address)
        except OSError:
            self._shut()
            return False
        self._loop.add_reader(sock.fileno(), self._readable)
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            self._send_check()
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SPACING_S):
                    await self._answered.wait()
                return True
        self._shut()
        return False

    def settle(self) -> None:
        """From now on read in the round with all others, and keep consent."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._shared.round.add(self._socket.fileno(), self._readable)
            self._keeper = asyncio.create_task(self._keep_consent(), name="counting path consent")

    def adopt(self, sock: socket.socket) -> None:
        """Instead of `check` and `settle`: read a socket of one's own, which is ours from now on."""
        self._socket = sock
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self._shared.round.add(sock.fileno(), self._readable)

    def send(self, datagram: bytes) -> None:
        if self._socket is None:
            return
        try:
            self._socket.send(datagram)
        except ConnectionRefusedError:
            self._refused()
        except OSError:
            self.unsent += 1

    def handle_stun(self, data: bytes, now_s: float) -> None:
        message = stun.parse(data)
        if message is None or self._socket is None:
            return
        if message.kind == stun.BINDING_SUCCESS:
            sent_s = self._pending.get(message.transaction)
            if sent_s is not None and message.signed_with(self._remote_password):
                del self._pending[message.transaction]
                self._answered.set()
                if self._consent is not None:
                    self._consent.handle_answer(sent_s, now_s)
        elif message.kind == stun.BINDING_REQUEST and message.signed_with(self.password.encode()):
            host, port = self._socket.getpeername()[:2]
            self.send(stun.binding_success(message.transaction, self.password.encode(), host, port))

    def stamp_arrivals(self, wanted: bool) -> None:
        """Note when the kernel received each packet: dearer, so for a few paths only. Starts empty."""
        if self._socket is None:
            return
        if wanted:
            self._reader = self._stamped = StampedReader(self._socket)
        elif self._stamped is not None:
            self._stamped.end()
            self._reader, self._stamped = self._shared.reader, None

    def take_arrivals(self) -> list[Arrival]:
        """What was noted since the last call."""
        return self._stamped.take() if self._stamped is not None else []

    def dropped_here(self) -> int:
        """Datagrams lost for want of room in this path's own socket: the load generator's fault."""
        return dropped_here(self._socket) if self._socket is not None else 0

    async def close(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._shared.round.remove(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def _send_check(self) -> None:
        transaction = os.urandom(12)
        while len(self._pending) >= MOST_PENDING:
            del self._pending[next(iter(self._pending))]
        self._pending[transaction] = time.monotonic()
        self.send(
            stun.binding_request(
                transaction, self.ufrag, self._remote_ufrag, self._remote_password, self._tie_breaker
            )
        )

    async def _keep_consent(self) -> None:
        consent = self._consent = Consent(time.monotonic(), lambda: random.uniform(0.8, 1.2))
        while True:
            self._hurry.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, consent.poll_timeout() - time.monotonic())):
                    await self._hurry.wait()
            for step in consent.handle_timeout(time.monotonic()):
                if step is Step.CHECK:
                    self._send_check()
                elif step in _GIVEN_UP:
                    self._ended(_GIVEN_UP[step])
                    return

    def _refused(self) -> None:
        if self._consent is not None:  # before: a media process that is just starting
            self._consent.handle_refusal(time.monotonic())
            self._hurry.set()

    def _readable(self) -> None:
        reader = self._reader
        for _ in range(READS_PER_TURN):
            if self._socket is None:
                return
            try:
                headers = reader.read(self._socket.fileno())
            except ConnectionRefusedError:
                self._refused()
                return
            except OSError:  # no route for the moment: consent decides
                return
            if headers:
                self._arrived(reader, headers)
            if not headers or not reader.was_full:
                return
