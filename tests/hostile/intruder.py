"""One end of a link that does what it likes: a socket of its own, signed checks, and DTLS by OpenSSL itself."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from OpenSSL import SSL
from pylibsrtp import Policy, Session

from room_client.sdp import Answer, LocalEnd, read_answer, write_offer
from signaling.messages import LinkState, Purpose
from signaling.ports import LinkChanged, LinkOpened, OpenLink
from signaling.wire import stun
from signaling.wire.aiortc_seams import Certificate, certificate_fingerprint, make_certificate
from signaling.wire.slots import Upstream
from tests.server.media.wire import Media

CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256"
PROFILES = b"SRTP_AEAD_AES_128_GCM"
PATIENCE_S = 1.0
SSRCS = {upstream: number for number, upstream in enumerate(Upstream, 77)}
_names = itertools.count(1)


@dataclass
class Hello:
    """How this end shakes hands."""

    certificate: Certificate
    ciphers: bytes = CIPHERS
    profiles: bytes = PROFILES
    highest: int = 0xFEFD  # DTLS 1.2

    def connection(self) -> SSL.Connection:
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_cipher_list(self.ciphers)
        context.set_max_proto_version(self.highest)
        context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
        context.use_certificate(self.certificate._cert)
        context.use_privatekey(self.certificate._key)
        if self.profiles:
            context.set_tlsext_use_srtp(self.profiles)
        connection = SSL.Connection(context)
        connection.set_connect_state()
        return connection

    def flight(self) -> bytes:
        """The first flight: one ClientHello."""
        connection = self.connection()
        with suppress(SSL.WantReadError):
            connection.do_handshake()
        return connection.bio_read(4096)


class Intruder:
    """`negotiate`, then `check` and `shake` as wanted; `close`. Its socket `other` is one without a check."""

    def __init__(self, media: Media) -> None:
        self.media = media
        self.certificate = make_certificate()
        self.identity = ""
        self.own = _socket()
        self.other = _socket()
        self.room = ""
        self.answer: Answer
        self.server: tuple[str, int]
        self._secured: SSL.Connection | None = None

    async def negotiate(self, room: str, purpose: Purpose = Purpose.WATCH) -> None:
        """A link of its own; again: another one."""
        self.room, self.identity = room, f"intruder-{next(_names)}"
        local = LocalEnd("wxyz", "w" * 24, certificate_fingerprint(self.certificate), "c", SSRCS)
        reply = await self.media.channel.request(
            OpenLink(link=self.identity, room=room, purpose=purpose, sdp=write_offer(purpose, local))
        )
        if not isinstance(reply, LinkOpened):
            raise TypeError(f"came {reply.__class__.__name__}")
        self.answer = read_answer(reply.sdp, purpose)
        self.server = self.answer.addresses[0]

    def signed_check(self, password: str | None = None) -> bytes:
        key = self.answer.ice_password if password is None else password
        return stun.binding_request(os.urandom(12), "wxyz", self.answer.ice_ufrag, key.encode(), 7)

    async def check(self, sock: socket.socket | None = None, password: str | None = None) -> bool:
        """Whether a check from `sock` was answered."""
        sock = sock or self.own
        sock.sendto(self.signed_check(password), self.server)
        while (data := await self.heard(sock)) is not None:
            if (message := stun.parse(data)) is not None and message.kind == stun.BINDING_SUCCESS:
                return True
        return False

    async def heard(self, sock: socket.socket, patience_s: float = PATIENCE_S) -> bytes | None:
        """The next datagram to `sock`; None when none comes."""
        try:
            async with asyncio.timeout(patience_s):
                return await asyncio.get_running_loop().sock_recv(sock, 2048)
        except TimeoutError:
            return None

    async def shake(self, hello: Hello | None = None, sock: socket.socket | None = None) -> bool:
        """Whether the handshake came to its end as far as this end can see."""
        sock = sock or self.own
        connection = (hello or Hello(self.certificate)).connection()
        deadline_s = time.monotonic() + 5 * PATIENCE_S
        while time.monotonic() < deadline_s:
            try:
                connection.do_handshake()
                done = True
            except SSL.WantReadError:
                done = False
            except SSL.Error:
                return False
            self._send_flight(connection, sock)
            if done:
                self._secured = connection
                return True
            data = await self.heard(sock, 0.3)
            if data is None:
                connection.DTLSv1_handle_timeout()
            elif 19 < data[0] < 64:
                connection.bio_write(data)
        return False

    def _send_flight(self, connection: SSL.Connection, sock: socket.socket) -> None:
        try:
            while True:
                for record in records(connection.bio_read(4096)):
                    sock.sendto(record, self.server)
        except SSL.WantReadError:
            return

    def send(self, datagram: bytes) -> None:
        """From the own address; lost when the buffer is full, as on any line."""
        with suppress(BlockingIOError):
            self.own.sendto(datagram, self.server)

    def keys(self) -> Session:
        """The SRTP session for what this end sends, once it has shaken hands (RFC 5764, 4.2)."""
        if self._secured is None:
            raise RuntimeError("no handshake yet")
        material = self._secured.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (16 + 12))
        policy = Policy(
            key=material[:16] + material[32:44],
            ssrc_type=Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
        )
        return Session(policy)

    def states(self) -> list[LinkState]:
        """What media told control of this link."""
        return [f.state for f in self.media.told if isinstance(f, LinkChanged) and f.link == self.identity]

    def close(self) -> None:
        self.own.close()
        self.other.close()


def records(flight: bytes) -> list[bytes]:
    """A flight as datagrams of one DTLS record each."""
    found, position = [], 0
    while position + 13 <= len(flight):
        end = position + 13 + int.from_bytes(flight[position + 11 : position + 13], "big")
        found.append(flight[position:end])
        position = end
    return found


def _socket() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    sock.bind(("127.0.0.1", 0))
    return sock
