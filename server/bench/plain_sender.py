"""The load generator measured by itself: counting ends without a server, and a sender as plain as can be.

All ends have one key, so that the sender encrypts a packet once and sends it to everybody. What an end costs
to a packet this way is the load generator's own price, with nobody else's work in it.
"""

from __future__ import annotations

import asyncio
import socket
import time

from pylibsrtp import Policy, Session

from room_client.counting.end import CountingEnd
from room_client.counting.link import CountingCounts, counts_of
from room_client.counting.path import Shared
from signaling.wire.aiortc_seams import SrtpSessions
from signaling.wire.rtp import pack_packet

SSRC = 0x7E57
_KEY = bytes(range(30))  # AES-128 key and salt; a secret of nobody
PAYLOAD = bytes(1_000)
TAG_BYTES = 10  # of AES_CM_128_HMAC_SHA1_80, which a policy has by default
BURST = 10  # packets of one picture


class PlainReceivers:
    """`rooms` counting ends on sockets of their own. `close` them."""

    def __init__(self, rooms: int) -> None:
        self._shared = Shared()
        self._ends: list[CountingEnd] = []
        self.ports: list[int] = []
        for _ in range(rooms):
            end = CountingEnd(self._shared, self)
            end.expect(SSRC, picture=False)
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind(("127.0.0.1", 0))
            self.ports.append(int(sock.getsockname()[1]))
            end.adopt(sock, SrtpSessions(_session(inbound=True), _session(inbound=False), TAG_BYTES))
            self._ends.append(end)

    def counts(self) -> CountingCounts:
        return sum((counts_of(end) for end in self._ends), CountingCounts())

    def key_frame(self, ssrc: int, at: float) -> None:
        """There are no pictures here."""

    def label(self, ssrc: int, at: float, label: str) -> None:
        """There are no test cards here."""

    async def close(self) -> None:
        for end in self._ends:
            await end.close()
        self._shared.close()


async def send_plainly(ports: list[int], packets_per_s: float, seconds: float) -> int:
    """Send to each port `packets_per_s` in bursts, as pictures are; how many were sent to each."""
    session = _session(inbound=False)
    started, sent = time.monotonic(), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        while time.monotonic() - started < seconds:
            await asyncio.sleep(max(0.0, started + sent / packets_per_s - time.monotonic()))
            burst = [
                session.protect(pack_packet(102, False, sent + i, (sent + i) * 360, SSRC, PAYLOAD))
                for i in range(BURST)
            ]
            for port in ports:
                for datagram in burst:
                    sock.sendto(datagram, ("127.0.0.1", port))
            sent += BURST
    return sent


def _session(inbound: bool) -> Session:
    kind = Policy.SSRC_ANY_INBOUND if inbound else Policy.SSRC_ANY_OUTBOUND
    return Session(Policy(key=_KEY, ssrc_type=kind))
