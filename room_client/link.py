"""One link: path, keys, the streams received and sent, and the RTCP between the two ends.

    Link(purpose, observer) -> offer -> connect(answer) -> … media … -> ended -> close()

A link is used once. Who wants another one makes another one. It outlives silence and changes of address, and an
ICE restart (`restart_offer`, `restarted`) gives it new credentials on the same keys.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from room_client.downstream import Downstream
from room_client.environment import REAL, Environment
from room_client.estimating import POLL_S
from room_client.experience import PictureWatch, SoundWatch
from room_client.ice import IceEnd, PathEnd, Remote
from room_client.link_contract import LineObserver, LinkCounts, LinkEnd, LinkFailed, LinkObserver
from room_client.path import PathKind
from room_client.sdp import Answer, LocalEnd, read_answer, write_offer
from room_client.sending import StreamSender
from room_client.sources_sent import SourcesSent
from signaling.messages import PathServer, Purpose
from signaling.wire import rtcp
from signaling.wire.aiortc_seams import (
    LONGEST_SRTP,
    Dtls,
    SrtpError,
    SrtpSessions,
    certificate_fingerprint,
    make_certificate,
)
from signaling.wire.rtp import HEADER_BYTES
from signaling.wire.slots import SlotName, Upstream

HANDSHAKE_TIMEOUT_S = 6.0
REPORT_INTERVAL_S = 1.0
HOLE_CHECK_S = 0.02


_PATH_ENDS = {
    PathEnd.UNREACHABLE: LinkEnd.UNREACHABLE,
    PathEnd.REFUSED: LinkEnd.SERVER_GONE,
    PathEnd.SILENT: LinkEnd.SILENT,
}


class Link:
    def __init__(
        self,
        purpose: Purpose,
        observer: LinkObserver,
        line: LineObserver | None = None,
        servers: Callable[[], Sequence[PathServer]] = tuple,
        watches: Mapping[SlotName, PictureWatch | SoundWatch] | None = None,
        environment: Environment = REAL,
        *,
        receives: bool = True,
    ) -> None:
        """Must be made inside a running event loop, because `ended` belongs to it.

        `servers` gives the TURN servers known at the moment; `watches` are fed with what the slots receive.
        """
        self.purpose = purpose
        self._receives = receives
        self.ended: asyncio.Future[LinkEnd] = asyncio.get_running_loop().create_future()
        self.silent = False
        self._observer = observer
        self._line = line or LineObserver()
        self._watches = watches or {}
        self._ice = IceEnd(self, servers, environment)
        certificate = make_certificate()
        self._fingerprint = certificate_fingerprint(certificate)
        self._dtls = Dtls(certificate, self._ice.send, lambda: self._end(LinkEnd.SERVER_CLOSED))
        self._cname = os.urandom(8).hex()
        self._ssrc = random.randint(1, 0xFFFFFFFF)  # of our receiver reports
        self._sent = SourcesSent(purpose, self._cname.encode())
        self._restarting: tuple[str, str] | None = None
        self._answer: Answer | None = None
        self._srtp: SrtpSessions | None = None
        self._unprotect: Callable[[bytes], bytes] | None = None
        self._downstream = Downstream(self._ssrc, {}, observer, {})
        self._tasks: list[asyncio.Task[None]] = []
        self._hole_timer: asyncio.TimerHandle | None = None
        self._datagrams = self._undecryptable = 0

    def offer(self) -> str:
        return self._offer(self._ice.ufrag, self._ice.password)

    async def connect(self, answer_sdp: str) -> None:
        """Bring the link up. Raises AnswerUnusable, LinkFailed."""
        answer = self._answer = read_answer(answer_sdp, self.purpose, self._receives)
        self._downstream = Downstream(self._ssrc, answer.parts, self._observer, self._watches)
        try:
            await self._ice.connect(_remote(answer))
        except ConnectionError as error:
            raise LinkFailed(LinkEnd.UNREACHABLE) from error
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
                srtp = await self._dtls.handshake(answer.fingerprints, answer.dtls_role)
        except TimeoutError as error:
            raise LinkFailed(LinkEnd.HANDSHAKE_FAILED) from error
        if srtp is None:
            raise LinkFailed(LinkEnd.HANDSHAKE_FAILED)
        self._sent.begin(answer, srtp.protect, self._ice.send)
        self._srtp, self._unprotect = srtp, srtp.unprotect
        self._tasks.append(asyncio.create_task(self._report(), name="room receiver reports"))
        self._tasks.append(asyncio.create_task(self._tell_estimate(), name="room estimate"))

    def restart_offer(self) -> str:
        """The offer of an ICE restart: the same link, new credentials (RFC 8445, section 9)."""
        self._restarting = self._ice.new_credentials()
        return self._offer(*self._restarting)

    def restarted(self, answer_sdp: str) -> None:
        """The answer to `restart_offer`. Raises AnswerUnusable."""
        answer = read_answer(answer_sdp, self.purpose, self._receives)
        if self._restarting is not None:
            credentials, self._restarting = self._restarting, None
            self._ice.restarted(*credentials, _remote(answer))

    @property
    def path(self) -> PathKind | None:
        """How the link's datagrams travel; None before it is known."""
        return self._ice.kind

    @property
    def estimate_bps(self) -> int | None:
        """What this end takes the line to carry, downstream."""
        return self._downstream.estimate.bps

    def sender(self, upstream: Upstream) -> StreamSender | None:
        """None when the answer refused that m-line, or the link is not up."""
        return self._sent.senders.get(upstream)

    def codec(self, upstream: Upstream) -> str:
        """The codec the answer chose: "h264", "vp8", "opus"; empty if the m-line was refused."""
        part = self._answer.parts.get(upstream) if self._answer else None
        return part.codec if part else ""

    def counts(self) -> LinkCounts:
        return LinkCounts(
            dict(self._downstream.counts()),
            {upstream: sender.counts for upstream, sender in self._sent.senders.items()},
            self._datagrams,
            self._undecryptable,
            self._downstream.unknown,
        )

    async def close(self) -> None:
        """End the link, with a goodbye if it was up. Never fails, may be called twice."""
        self._end(LinkEnd.CLOSED_HERE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._hole_timer is not None:
            self._hole_timer.cancel()
            self._hole_timer = None
        if goodbye := self._sent.goodbye():
            self._send_rtcp(rtcp.receiver_report(self._ssrc, ()) + goodbye)
        self._srtp = self._unprotect = None
        await self._dtls.stop()
        await self._ice.close()

    # --- what the path tells (room_client.ice.IceObserver)

    def dtls_arrived(self, data: bytes) -> None:
        self._dtls.pipe.feed(data)

    def media_arrived(self, data: bytes, now_s: float) -> None:
        self._datagrams += 1
        unprotect = self._unprotect
        if unprotect is None:  # the server's keys were there a moment before ours
            return
        if not HEADER_BYTES <= len(data) <= LONGEST_SRTP:
            self._undecryptable += 1
            return
        try:
            if 192 <= data[1] <= 223:
                if self._srtp is not None:
                    self._rtcp_arrived(self._srtp.unprotect_rtcp(data), now_s)
                return
            packet = unprotect(data)
        except SrtpError:
            self._undecryptable += 1
            return
        if self._downstream.packet(packet, now_s) and self._hole_timer is None:
            self._hole_timer = asyncio.get_running_loop().call_later(HOLE_CHECK_S, self._ask_for_holes)

    def path_silent(self, silent: bool) -> None:
        self.silent = silent
        if not silent and (wanted := self._downstream.wanting_key_frames(time.monotonic())):
            self._send_rtcp(wanted)
        self._line.line_silent(silent)

    def restart_wanted(self) -> None:
        self._line.restart_wanted()

    def path_ended(self, end: PathEnd) -> None:
        self._end(_PATH_ENDS[end])

    # --- RTCP

    def _rtcp_arrived(self, data: bytes, now_s: float) -> None:
        for feedback in rtcp.parse(data):
            match feedback:
                case rtcp.SenderReported(ssrc=ssrc, ntp_middle=ntp_middle):
                    self._downstream.sender_reported(ssrc, ntp_middle, now_s)
                case rtcp.PacketsWanted(ssrc, sequences):
                    self._sent.repeat(ssrc, sequences, now_s)
                case rtcp.KeyFrameWanted(ssrc):
                    if (upstream := self._sent.upstream_of(ssrc)) is not None:
                        self._observer.key_frame_wanted(upstream)
                case _:
                    pass

    def _send_rtcp(self, packet: bytes) -> None:
        if self._srtp is not None:
            with suppress(SrtpError):  # only if the library is out of memory: reports are repeated anyway
                self._ice.send(self._srtp.protect_rtcp(packet))

    def _ask_for_holes(self) -> None:
        self._hole_timer = None
        if feedback := self._downstream.poll_feedback(time.monotonic(), self._ice.rtt_s):
            self._send_rtcp(feedback)
        if self._downstream.has_holes:
            self._hole_timer = asyncio.get_running_loop().call_later(HOLE_CHECK_S, self._ask_for_holes)

    async def _report(self) -> None:
        description = rtcp.source_description(self._ssrc, self._cname.encode())
        while True:
            await asyncio.sleep(REPORT_INTERVAL_S * random.uniform(0.9, 1.1))
            now_s, wall_s = time.monotonic(), time.time()
            self._send_rtcp(self._downstream.poll_report(now_s) + description)
            for report in self._sent.reports(now_s, wall_s):
                self._send_rtcp(report)

    async def _tell_estimate(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            if estimate := self._downstream.poll_estimate(time.monotonic()):
                self._send_rtcp(estimate)

    # --- beginning and end

    def _offer(self, ufrag: str, password: str) -> str:
        local = LocalEnd(ufrag, password, self._fingerprint, self._cname, self._sent.ssrcs, self._sent.rtx_ssrcs)
        return write_offer(self.purpose, local, self._receives)

    def _end(self, end: LinkEnd) -> None:
        if not self.ended.done():
            self.ended.set_result(end)


def _remote(answer: Answer) -> Remote:
    return Remote(answer.addresses, answer.ice_ufrag, answer.ice_password)


__all__ = ["LineObserver", "Link", "LinkCounts", "LinkEnd", "LinkFailed", "LinkObserver"]
