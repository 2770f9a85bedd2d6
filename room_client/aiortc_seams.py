"""The only file of the room that touches aiortc below its public names; a contract test holds it.

aiortc keeps what is hard and settled: the DTLS handshake, certificates, SRTP keys and sessions. Datagrams are
the room's own (`udp_path`): aiortc sees only those in the DTLS range (20 to 63, RFC 7983), never an empty one
(which would end its transport for good), and decodes nothing, because a room that is not looked at need not.

Private names used: `RTCDtlsTransport._set_role`, `._task`, `._rx_srtp`, `._tx_srtp`, and of its transport
`role`, `_recv()`, `_send()`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pylibsrtp
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport, RTCIceTransport

LONGEST_DTLS = 1500  # what aiortc reads at once
LONGEST_SRTP = 1500  # what pylibsrtp takes
WAITING_DTLS = 32  # a flight is five datagrams; more waiting are dropped, and DTLS repeats them

SrtpError = pylibsrtp.Error


class DtlsPipe:
    """What RTCDtlsTransport needs of the transport below it, and nothing else."""

    role = "controlling"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_datagram = send
        self._arrived: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_DTLS)
        self._ended = False

    def feed(self, datagram: bytes) -> None:
        """A datagram in the DTLS range. Full: dropped."""
        if 0 < len(datagram) <= LONGEST_DTLS and not self._arrived.full():
            self._arrived.put_nowait(datagram)

    def end(self) -> None:
        self._ended = True
        if not self._arrived.full():
            self._arrived.put_nowait(None)

    async def _recv(self) -> bytes:
        if self._ended and self._arrived.empty():
            raise ConnectionError("the path has ended")
        data = await self._arrived.get()
        if data is None:
            raise ConnectionError("the path has ended")
        return data

    async def _send(self, data: bytes) -> None:
        self._send_datagram(data)


class SrtpSessions:
    """Keys of one connected link. All four functions raise SrtpError; ValueError for a packet too long."""

    __slots__ = ("protect", "protect_rtcp", "unprotect", "unprotect_rtcp")

    def __init__(self, receiving: Any, sending: Any) -> None:
        self.protect: Callable[[bytes], bytes] = sending.protect
        self.protect_rtcp: Callable[[bytes], bytes] = sending.protect_rtcp
        self.unprotect: Callable[[bytes], bytes] = receiving.unprotect
        self.unprotect_rtcp: Callable[[bytes], bytes] = receiving.unprotect_rtcp


class Dtls:
    """The DTLS end of one link. Made before the offer, because the offer carries the fingerprint."""

    def __init__(self, send: Callable[[bytes], None], on_closed: Callable[[], None]) -> None:
        """`on_closed` is called once connected keys are void: the server said goodbye."""
        self.pipe = DtlsPipe(send)
        self._certificate = RTCCertificate.generateCertificate()
        self._transport = RTCDtlsTransport(cast(RTCIceTransport, self.pipe), [self._certificate])
        self._on_closed = on_closed

    @property
    def fingerprint(self) -> str:
        """As an SDP attribute value."""
        found = next(f for f in self._certificate.getFingerprints() if f.algorithm == "sha-256")
        return f"sha-256 {found.value}"

    async def handshake(self, fingerprints: list[tuple[str, str]], client: bool) -> SrtpSessions | None:
        """None when it failed, or the certificate is not the one of the answer."""
        self._transport._set_role("client" if client else "server")
        await self._transport.start(
            RTCDtlsParameters([RTCDtlsFingerprint(algorithm=a, value=v) for a, v in fingerprints])
        )
        if self._transport.state != "connected":
            return None
        self._transport.on("statechange", self._state_changed)
        return SrtpSessions(self._transport._rx_srtp, self._transport._tx_srtp)

    async def stop(self) -> None:
        """Say goodbye (close_notify) and end aiortc's task. May be called at any time, and twice."""
        self._transport.remove_all_listeners()
        task = self._transport._task
        await self._transport.stop()
        self.pipe.end()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _state_changed(self) -> None:
        if self._transport.state in ("closed", "failed"):
            self._on_closed()
