"""The only file that touches aiortc and pylibsrtp below their public names; a contract test holds it.

aiortc keeps what is hard and settled: the DTLS handshake, certificates, and SRTP key derivation. The packets
are ours: aiortc never sees an RTP packet, and of what arrives only datagrams in the DTLS range (20 to 63,
RFC 7983), never empty and never above `LONGEST_DTLS` (an empty datagram would end its transport for good).

Private names used: `RTCDtlsTransport._set_role`, `._srtp_profiles`, `._ssl`, `._task`, `._rx_srtp`, of its
transport `role`, `_recv()`, `_send()`; `RTCCertificate._create_ssl_context`;
`SRTPProtectionProfile.get_key_and_salt`; `pylibsrtp._binding`, `pylibsrtp.Session._srtp`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal, cast

import pylibsrtp
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport, RTCIceTransport
from aiortc.rtcdtlstransport import SRTP_PROFILES, SRTPProtectionProfile
from OpenSSL import SSL
from pylibsrtp import _binding

from signaling.wire.dtls import plausible

LONGEST_DTLS = 1500  # what aiortc reads at once
LONGEST_SRTP = 1500  # what `SrtpSessions.unprotect` takes
LONGEST_TRAILER = 16 + 128 + 4  # SRTP_MAX_TRAILER_LEN and the SRTCP index
WAITING_DTLS = 32  # a handshake flight is five datagrams; more waiting are dropped, DTLS repeats them
_FASTEST_FIRST = sorted(SRTP_PROFILES, key=lambda p: p.openssl_profile != b"SRTP_AEAD_AES_128_GCM")

# libsrtp itself, for who encrypts in memory of its own: (session pointer, packet, int *length) -> 0 or an error.
srtp_ffi: Any = _binding.ffi
_lib: Any = _binding.lib
srtp_protect: Callable[..., int] = _lib.srtp_protect
srtp_unprotect: Callable[..., int] = _lib.srtp_unprotect
srtp_protect_rtcp: Callable[..., int] = _lib.srtp_protect_rtcp
srtp_unprotect_rtcp: Callable[..., int] = _lib.srtp_unprotect_rtcp

SENT_AGAIN_WITHIN = 256
"""Packets back that one may be encrypted again as it was (repeats without RTX; a second of video). aiortc's 1,024
cost every packet 0.1 us more, because libsrtp shifts the whole window."""
_EXPORTER = b"EXTRACTOR-dtls_srtp"  # RFC 5764, section 4.2

_TAG_BYTES = {  # RFC 7714, section 14; RFC 3711, section 5.2
    b"SRTP_AEAD_AES_128_GCM": 16,
    b"SRTP_AEAD_AES_256_GCM": 16,
    b"SRTP_AES128_CM_SHA1_80": 10,
}
SrtpError = pylibsrtp.Error


class Certificate(RTCCertificate):
    """A certificate whose OpenSSL context is made once: 600 rooms at once would have its key parsed 600 times.

    No session is kept in it: each link proves its certificate anew.
    """

    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        return self._context


class DtlsPipe:
    """What RTCDtlsTransport needs of the transport below it, and nothing else."""

    role = "controlled"  # read only for a DTLS role that was left open, and ours never is

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_datagram = send
        self._arrived: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_DTLS)
        self._ended = False

    def feed(self, datagram: bytes) -> None:
        """A datagram in the DTLS range, from the address that passed its STUN check. Full, or nothing a handshake
        can hold: dropped."""
        if len(datagram) <= LONGEST_DTLS and not self._arrived.full() and plausible(datagram):
            self._arrived.put_nowait(datagram)

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


class SrtpSessions:
    """The two SRTP sessions of a connected link, which it keeps alive.

    `rx` and `tx` are pointers for `srtp_unprotect`, `srtp_protect` and their like. The four functions are for
    who has packets as bytes; they raise SrtpError, and ValueError for a packet above `LONGEST_SRTP`.
    """

    __slots__ = ("protect", "protect_rtcp", "rx", "tag_bytes", "tx", "unprotect", "unprotect_rtcp")

    def __init__(self, receiving: Any, sending: Any, tag_bytes: int) -> None:
        self.tag_bytes = tag_bytes  # what `srtp_protect` adds to an RTP packet
        self.rx: Any = receiving._srtp[0]
        self.tx: Any = sending._srtp[0]
        self.protect: Callable[[bytes], bytes] = sending.protect
        self.protect_rtcp: Callable[[bytes], bytes] = sending.protect_rtcp
        self.unprotect: Callable[[bytes], bytes] = receiving.unprotect
        self.unprotect_rtcp: Callable[[bytes], bytes] = receiving.unprotect_rtcp


class Dtls:
    """The DTLS end of one link. `feed` its pipe, `handshake` once, at the end `stop`."""

    def __init__(
        self, certificate: Certificate, send: Callable[[bytes], None], on_closed: Callable[[], None]
    ) -> None:
        """`on_closed` is called once connected keys are void: the other end said goodbye."""
        self.pipe = DtlsPipe(send)
        self._transport = RTCDtlsTransport(cast(RTCIceTransport, self.pipe), [certificate])
        self._transport._srtp_profiles = _FASTEST_FIRST
        self._on_closed = on_closed

    async def handshake(
        self, fingerprints: list[tuple[str, str]], role: Literal["client", "server"]
    ) -> SrtpSessions | None:
        """None when it failed, or the certificate is none of `fingerprints` (algorithm, digest).

        `role` is for the SDP to say: who answers `a=setup:passive` is the server.
        """
        self._transport._set_role(role)
        await self._transport.start(
            RTCDtlsParameters([RTCDtlsFingerprint(algorithm=a, value=v) for a, v in fingerprints])
        )
        # Before Python 3.12 `asyncio.wait_for`, which aiortc waits with, loses a cancellation that comes in the
        # same turn of the loop as a datagram.
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise asyncio.CancelledError
        connection = self._transport._ssl
        if self._transport.state != "connected" or connection is None:
            return None
        self._transport.on("statechange", self._state_changed)
        chosen = connection.get_selected_srtp_profile()
        profile = next(p for p in SRTP_PROFILES if p.openssl_profile == chosen)
        material = connection.export_keying_material(_EXPORTER, 2 * (profile.key_length + profile.salt_length))
        policy = pylibsrtp.Policy(
            key=profile.get_key_and_salt(material, 1 if role == "server" else 0),
            ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=profile.libsrtp_profile,
        )
        policy.allow_repeat_tx, policy.window_size = True, SENT_AGAIN_WITHIN
        return SrtpSessions(self._transport._rx_srtp, pylibsrtp.Session(policy), _TAG_BYTES[chosen])

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


def make_certificate() -> Certificate:
    """A self-signed ECDSA certificate; a process may use one for all its links."""
    return Certificate.generateCertificate()


def certificate_fingerprint(certificate: Certificate) -> str:
    """As an SDP attribute value: "sha-256 AA:BB:…"."""
    found = next(f for f in certificate.getFingerprints() if f.algorithm == "sha-256")
    return f"sha-256 {found.value}"
