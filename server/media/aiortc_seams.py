"""The only file that touches aiortc and pylibsrtp below their public names; a contract test holds it.

aiortc keeps what is hard and settled: the DTLS handshake, certificates, and SRTP key derivation. The packets
are ours: aiortc never sees an RTP packet, and of what arrives only datagrams in the DTLS range (20 to 63,
RFC 7983), never empty and never above `LONGEST_DTLS` (an empty datagram would end its transport for good).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, cast

from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtcdtlstransport import SRTP_PROFILES
from pylibsrtp import _binding

LONGEST_DTLS = 1500
WAITING_DTLS = 32  # a handshake flight is five datagrams; more waiting are dropped, DTLS repeats them
_FASTEST_FIRST = sorted(SRTP_PROFILES, key=lambda p: p.openssl_profile != b"SRTP_AEAD_AES_128_GCM")

srtp_ffi: Any = _binding.ffi
_lib: Any = _binding.lib
srtp_protect: Callable[..., int] = _lib.srtp_protect
srtp_unprotect: Callable[..., int] = _lib.srtp_unprotect
srtp_protect_rtcp: Callable[..., int] = _lib.srtp_protect_rtcp
srtp_unprotect_rtcp: Callable[..., int] = _lib.srtp_unprotect_rtcp
LONGEST_TRAILER = 16 + 128 + 4  # SRTP_MAX_TRAILER_LEN and the SRTCP index


class DatagramSender(Protocol):
    def __call__(self, data: bytes) -> None: ...


class DtlsPipe:
    """What RTCDtlsTransport needs of its transport: `role`, `_recv()` and `_send()`, and nothing else."""

    role = "controlled"

    def __init__(self, send: DatagramSender) -> None:
        self._send_datagram = send
        self._arrived: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_DTLS)
        self._ended = False

    def feed(self, data: bytes) -> None:
        """A datagram in the DTLS range, from the address that passed its STUN check."""
        if 0 < len(data) <= LONGEST_DTLS and not self._arrived.full():
            self._arrived.put_nowait(data)

    def end(self) -> None:
        self._ended = True
        if not self._arrived.full():
            self._arrived.put_nowait(None)

    async def _recv(self) -> bytes:
        if self._ended and self._arrived.empty():
            raise ConnectionError("the link has ended")
        data = await self._arrived.get()
        if data is None:
            raise ConnectionError("the link has ended")
        return data

    async def _send(self, data: bytes) -> None:
        self._send_datagram(data)


class SrtpKeys:
    """The two SRTP sessions of a link, as pointers for `srtp_protect` and its like. Owns the sessions."""

    __slots__ = ("_rx", "_tx", "rx", "tx")

    def __init__(self, dtls: RTCDtlsTransport) -> None:
        self._rx, self._tx = dtls._rx_srtp, dtls._tx_srtp
        self.rx: Any = self._rx._srtp[0]
        self.tx: Any = self._tx._srtp[0]


class Dtls:
    """The DTLS end of one link; always the server, because the answer says `a=setup:passive`."""

    def __init__(self, certificate: RTCCertificate, send: DatagramSender, on_closed: Callable[[], None]) -> None:
        self.pipe = DtlsPipe(send)
        self._transport = RTCDtlsTransport(cast(Any, self.pipe), [certificate])
        self._transport._set_role("server")
        self._transport._srtp_profiles = _FASTEST_FIRST
        self._on_closed = on_closed
        self._transport.on("statechange", self._state_changed)

    async def handshake(self, fingerprints: list[tuple[str, str]]) -> SrtpKeys | None:
        """Wait for the handshake; None when it failed or the certificate is not the offer's."""
        await self._transport.start(
            RTCDtlsParameters([RTCDtlsFingerprint(algorithm=a, value=v) for a, v in fingerprints])
        )
        return SrtpKeys(self._transport) if self._transport.state == "connected" else None

    async def stop(self) -> None:
        """Say goodbye to the other end and end aiortc's task."""
        self._transport.remove_all_listeners()
        task = self._transport._task
        await self._transport.stop()
        self.pipe.end()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _state_changed(self) -> None:
        if self._transport.state in ("closed", "failed"):
            self._on_closed()


def make_certificate() -> RTCCertificate:
    """A self-signed ECDSA certificate for all links of this process."""
    return RTCCertificate.generateCertificate()


def certificate_fingerprint(certificate: RTCCertificate) -> str:
    """As an SDP attribute value: "sha-256 AA:BB:…"."""
    found = next(f for f in certificate.getFingerprints() if f.algorithm == "sha-256")
    return f"sha-256 {found.value}"
