"""What arrives at the port: whose it is, whether it is authentic, and whether it is too much.

Anybody may send here. An address is believed after a signed STUN check, DTLS and SRTP are looked at only from
such an address, and what a link may send is limited before it is decrypted. Nothing that is refused costs an
allocation, a log line or another link anything. What follows from a datagram is the plane's to do.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from typing import Any, Protocol

from server.media.directory import LinkDirectory
from server.media.lane import Receiver
from server.media.limits import CheckBudget, Verdict
from server.media.link import Link
from server.media.port import address_and_port
from signaling.messages import LinkState
from signaling.wire import stun
from signaling.wire.aiortc_seams import LONGEST_DTLS, srtp_ffi, srtp_unprotect, srtp_unprotect_rtcp
from signaling.wire.rtp import HEADER_BYTES, RtpView

LONGEST_PACKET = 1500
_read_ssrc = struct.Struct("!I").unpack_from  # looked up once, not for every packet


class Acts(Protocol):
    """What follows from what arrives."""

    def answer(self, datagram: bytes, address: bytes) -> None: ...

    def begin_handshake(self, link: Link) -> None: ...

    def heard_again(self, link: Link) -> None: ...

    def moved(self, link: Link) -> None: ...

    def line_fell(self, link: Link) -> None: ...

    def cut_off(self, link: Link, why: str) -> None: ...

    def source_started(self) -> None: ...


class Intake:
    """Feed it every datagram, and `tick` it with the clock."""

    def __init__(
        self,
        links: LinkDirectory,
        acts: Acts,
        repeat: Callable[[Receiver, int], None],
        arrived_s: Callable[[], float],
        now_s: float,
    ) -> None:
        """`arrived_s`: wall-clock seconds at which the kernel had the datagram that is being handled."""
        self.refused = 0  # datagrams of nobody, malformed or not authentic
        self.bytes_received = 0  # of authentic packets
        self._links = links
        self._acts = acts
        self._repeat = repeat
        self._arrived_s = arrived_s
        self._checks = CheckBudget(now_s)
        self._view = RtpView()
        self._length: Any = srtp_ffi.new("int *")

    @property
    def checks_refused(self) -> int:
        return self._checks.refused

    def tick(self, now_s: float) -> None:
        self._checks.fill_up(now_s)

    def datagram(self, address: bytes, data: memoryview, pointer: Any) -> None:
        """One datagram; `pointer` is to the same memory, in which libsrtp may decrypt."""
        size = len(data)
        if size == 0 or size > LONGEST_PACKET:
            self.refused += 1
            return
        first = data[0]  # RFC 7983
        link = self._links.at(address)
        if first < 4:
            self._check(address, bytes(data), link)
        elif link is None:
            self.refused += 1  # nobody who passed a check sends from there
        elif 127 < first < 192:
            if link.rx is not None and size >= HEADER_BYTES:
                self._srtp(link, data, pointer, size, time.monotonic())
        elif 19 < first < 64 and link.dtls is not None and size <= LONGEST_DTLS:
            if link.handshake_allowance.admit(size, time.monotonic()):
                return
            link.handshake_allowance.charge(size)  # and it is no sign of life: anybody may forge it
            link.dtls.pipe.feed(bytes(data))

    def _srtp(self, link: Link, data: memoryview, pointer: Any, size: int, now_s: float) -> None:
        is_report = 192 <= data[1] <= 223  # RTCP (RFC 5761, section 4)
        allowance = link.report_allowance if is_report else link.media_allowance
        if verdict := allowance.admit(size, now_s):
            if verdict is Verdict.CUT_OFF:
                self._acts.cut_off(link, "more than allowed")
            return
        self._length[0] = size
        if (srtp_unprotect_rtcp if is_report else srtp_unprotect)(link.rx, pointer, self._length):
            link.refused += 1
            return
        allowance.charge(size)
        (ssrc,) = _read_ssrc(data, 4 if is_report else 8)
        if ssrc not in link.streams and not link.admit_stream(ssrc):
            self._acts.cut_off(link, "more streams than allowed")
            return
        self.bytes_received += size
        self._heard(link, now_s)
        packet = data[: self._length[0]]
        if is_report:
            link.handle_rtcp(bytes(packet), now_s, self._arrived_s(), self._repeat)
            if link.line.fallen:
                self._acts.line_fell(link)
            return
        if not link.received:
            self._links.sends(link)
        link.received += 1
        if link.handle_rtp(self._view, packet, now_s, self._arrived_s()) is not None:
            self._acts.source_started()

    def _check(self, address: bytes, data: bytes, known: Link | None) -> None:
        """A STUN message: answered, and its address believed, only when signed with the link's password."""
        message = stun.parse(data)
        if message is None:
            self.refused += 1
        elif message.kind == stun.BINDING_SUCCESS:
            if known is not None and self._checks.admit(True) and known.address.answered(message):
                self._heard(known, time.monotonic())
        elif message.kind == stun.BINDING_REQUEST:
            self._request(address, message, known is not None)
        else:
            self.refused += 1

    def _request(self, address: bytes, message: stun.StunMessage, known: bool) -> None:
        link = self._links.called(message.local_ufrag)
        if link is None:
            self.refused += 1
            return
        if not self._checks.admit(known):
            return
        password = link.address.passwords[message.local_ufrag]
        if not message.signed_with(password) or not self._links.learn(link, address):
            self.refused += 1
            return
        now_s = time.monotonic()
        if link.address.should_move(address, message.use_candidate, now_s):
            link.address.move(address)
            self._acts.moved(link)
        self._heard(link, now_s)
        self._acts.answer(stun.mapped_success(message.transaction, password, *address_and_port(address)), address)
        if link.dtls is None:
            self._acts.begin_handshake(link)

    def _heard(self, link: Link, now_s: float) -> None:
        if link.address.was_dark(now_s):
            link.line.was_dark(now_s)
        link.address.heard_s = now_s
        if link.state is LinkState.SILENT:
            self._acts.heard_again(link)
