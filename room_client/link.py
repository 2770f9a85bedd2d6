"""One link: path, keys, the streams received and sent, and the RTCP between the two ends.

    Link(purpose) -> offer -> connect(answer) -> … media … -> ended -> close()

A link is used once. Who wants another one makes another one.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from room_client.receiving import StreamCounts, StreamReceiver
from room_client.sdp import Answer, LocalEnd, offered_parts, read_answer, write_offer
from room_client.sending import SentCounts, StreamSender
from room_client.udp_path import PathEnd, UdpPath
from signaling.messages import Purpose
from signaling.wire import rtcp
from signaling.wire.aiortc_seams import (
    LONGEST_SRTP,
    Dtls,
    SrtpError,
    SrtpSessions,
    certificate_fingerprint,
    make_certificate,
)
from signaling.wire.rtp import AUDIO_CLOCK_HZ, HEADER_BYTES, VIDEO_CLOCK_HZ
from signaling.wire.slots import SlotName, Upstream

HANDSHAKE_TIMEOUT_S = 6.0
REPORT_INTERVAL_S = 1.0
HOLE_CHECK_S = 0.02
KEY_FRAME_SPACING_S = 1.0  # PLIs of ours for one slot


class LinkEnd(StrEnum):
    """Why a link is over."""

    UNREACHABLE = "unreachable"  # no address of the answer let itself be checked
    HANDSHAKE_FAILED = "handshake_failed"
    SERVER_GONE = "server_gone"  # nobody listens at the media address any more
    SILENT = "silent"  # consent expired
    SERVER_CLOSED = "server_closed"  # the server said goodbye
    CLOSED_HERE = "closed_here"


_PATH_ENDS = {
    PathEnd.UNREACHABLE: LinkEnd.UNREACHABLE,
    PathEnd.REFUSED: LinkEnd.SERVER_GONE,
    PathEnd.SILENT: LinkEnd.SILENT,
}


class LinkFailed(ConnectionError):
    """The link did not come up."""

    def __init__(self, end: LinkEnd) -> None:
        super().__init__(end.value)
        self.end = end


class LinkObserver(Protocol):
    """Called from the event loop, between packets: be quick."""

    def first_packet(self, slot: SlotName, at: float) -> None: ...

    def key_frame(self, slot: SlotName, at: float, rtp_time: int) -> None: ...

    def label(self, slot: SlotName, at: float, label: str) -> None: ...

    def key_frame_wanted(self, upstream: Upstream) -> None: ...


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """A snapshot. `datagrams` are all media datagrams that arrived, also those nothing else counts.

    SRTP refuses what it has seen before, so a repeat that came twice counts as undecryptable.
    """

    slots: dict[SlotName, StreamCounts]
    sent: dict[Upstream, SentCounts]
    datagrams: int
    undecryptable: int
    unknown: int  # decrypted, but of no slot


class Link:
    def __init__(self, purpose: Purpose, observer: LinkObserver) -> None:
        """Must be made inside a running event loop, because `ended` belongs to it."""
        self.purpose = purpose
        self.ended: asyncio.Future[LinkEnd] = asyncio.get_running_loop().create_future()
        self._observer = observer
        self._path = UdpPath(self._dtls_arrived, self._media_arrived, self._path_ended)
        certificate = make_certificate()
        self._fingerprint = certificate_fingerprint(certificate)
        self._dtls = Dtls(certificate, self._path.send, lambda: self._end(LinkEnd.SERVER_CLOSED))
        self._cname = os.urandom(8).hex()
        self._ssrc = random.randint(1, 0xFFFFFFFF)  # of our receiver reports
        self._ssrcs = {
            part: random.randint(1, 0xFFFFFFFF) for part in offered_parts(purpose) if isinstance(part, Upstream)
        }
        self._answer: Answer | None = None
        self._srtp: SrtpSessions | None = None
        self._unprotect: Callable[[bytes], bytes] | None = None
        self._receivers: dict[bytes, StreamReceiver] = {}
        self._senders: dict[Upstream, StreamSender] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._hole_timer: asyncio.TimerHandle | None = None
        self._asked_key_frame_at: dict[int, float] = {}
        self._datagrams = self._undecryptable = self._unknown = 0

    def offer(self) -> str:
        local = LocalEnd(self._path.ufrag, self._path.password, self._fingerprint, self._cname, self._ssrcs)
        return write_offer(self.purpose, local)

    async def connect(self, answer_sdp: str) -> None:
        """Bring the link up. Raises AnswerUnusable, LinkFailed."""
        answer = self._answer = read_answer(answer_sdp, self.purpose)
        for part, answered in answer.parts.items():
            if isinstance(part, SlotName) and answered.ssrcs:
                clock = VIDEO_CLOCK_HZ if part.is_video else AUDIO_CLOCK_HZ
                ssrc = answered.ssrcs[0]
                self._receivers[ssrc.to_bytes(4, "big")] = StreamReceiver(
                    part,
                    ssrc,
                    answered.codec,
                    clock,
                    self._observer.first_packet,
                    self._observer.key_frame,
                    self._observer.label,
                )
        try:
            await self._path.connect(answer.addresses, answer.ice_ufrag, answer.ice_password)
        except ConnectionError as error:
            raise LinkFailed(LinkEnd.UNREACHABLE) from error
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
                srtp = await self._dtls.handshake(answer.fingerprints, answer.dtls_role)
        except TimeoutError as error:
            raise LinkFailed(LinkEnd.HANDSHAKE_FAILED) from error
        if srtp is None:
            raise LinkFailed(LinkEnd.HANDSHAKE_FAILED)
        for upstream, ssrc in self._ssrcs.items():
            chosen = answer.parts.get(upstream)
            if chosen is not None:
                clock = VIDEO_CLOCK_HZ if upstream.is_video else AUDIO_CLOCK_HZ
                self._senders[upstream] = StreamSender(
                    ssrc, chosen.payload_type, clock, srtp.protect, self._path.send
                )
        self._srtp, self._unprotect = srtp, srtp.unprotect
        self._tasks.append(asyncio.create_task(self._report(), name="room receiver reports"))

    def sender(self, upstream: Upstream) -> StreamSender | None:
        """None when the answer refused that m-line, or the link is not up."""
        return self._senders.get(upstream)

    def codec(self, upstream: Upstream) -> str:
        """The codec the answer chose: "h264", "vp8", "opus"; empty if the m-line was refused."""
        part = self._answer.parts.get(upstream) if self._answer else None
        return part.codec if part else ""

    def counts(self) -> LinkCounts:
        return LinkCounts(
            {receiver.slot: receiver.counts() for receiver in self._receivers.values()},
            {upstream: sender.counts for upstream, sender in self._senders.items()},
            self._datagrams,
            self._undecryptable,
            self._unknown,
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
        used = [sender.ssrc for sender in self._senders.values() if sender.counts.packets]
        if used:
            self._send_rtcp(rtcp.receiver_report(self._ssrc, ()) + rtcp.goodbye(used))
        self._srtp = self._unprotect = None
        await self._dtls.stop()
        await self._path.close()

    # --- what arrives --------------------------------------------------------------------------

    def _dtls_arrived(self, data: bytes) -> None:
        self._dtls.pipe.feed(data)

    def _media_arrived(self, data: bytes, now: float) -> None:
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
                    self._rtcp_arrived(self._srtp.unprotect_rtcp(data), now)
                return
            packet = unprotect(data)
        except SrtpError:
            self._undecryptable += 1
            return
        receiver = self._receivers.get(packet[8:12])
        if receiver is None:
            self._unknown += 1
            return
        receiver.packet(packet, now)
        if receiver.has_holes and self._hole_timer is None:
            self._hole_timer = asyncio.get_running_loop().call_later(HOLE_CHECK_S, self._ask_for_holes)

    def _rtcp_arrived(self, data: bytes, now: float) -> None:
        for feedback in rtcp.parse(data):
            match feedback:
                case rtcp.SenderReported(ssrc=ssrc, ntp_middle=ntp_middle):
                    if (receiver := self._receivers.get(ssrc.to_bytes(4, "big"))) is not None:
                        receiver.sender_report(ntp_middle, now)
                case rtcp.PacketsWanted(ssrc, sequences):
                    if (sender := self._sender_of(ssrc)) is not None:
                        sender[1].repeat(sequences, now)
                case rtcp.KeyFrameWanted(ssrc):
                    if (sender := self._sender_of(ssrc)) is not None:
                        self._observer.key_frame_wanted(sender[0])
                case _:
                    pass

    def _sender_of(self, ssrc: int) -> tuple[Upstream, StreamSender] | None:
        return next((item for item in self._senders.items() if item[1].ssrc == ssrc), None)

    # --- what is sent --------------------------------------------------------------------------

    def _send_rtcp(self, packet: bytes) -> None:
        if self._srtp is not None:
            with suppress(SrtpError):  # only if the library is out of memory: reports are repeated anyway
                self._path.send(self._srtp.protect_rtcp(packet))

    def _ask_for_holes(self) -> None:
        self._hole_timer = None
        now = time.monotonic()
        waiting = False
        for receiver in self._receivers.values():
            if not receiver.has_holes and not receiver.gave_up:
                continue
            if wanted := receiver.wanted(now):
                self._send_rtcp(
                    rtcp.receiver_report(self._ssrc, ()) + rtcp.packets_wanted(self._ssrc, receiver.ssrc, wanted)
                )
            if receiver.gave_up:
                receiver.gave_up = False
                self._ask_for_key_frame(receiver, now)
            waiting = waiting or receiver.has_holes
        if waiting:
            self._hole_timer = asyncio.get_running_loop().call_later(HOLE_CHECK_S, self._ask_for_holes)

    def _ask_for_key_frame(self, receiver: StreamReceiver, now: float) -> None:
        if receiver.slot.is_video and now - self._asked_key_frame_at.get(receiver.ssrc, 0.0) > KEY_FRAME_SPACING_S:
            self._asked_key_frame_at[receiver.ssrc] = now
            self._send_rtcp(
                rtcp.receiver_report(self._ssrc, ()) + rtcp.key_frame_wanted(self._ssrc, receiver.ssrc)
            )

    async def _report(self) -> None:
        description = rtcp.source_description(self._ssrc, self._cname.encode())
        while True:
            await asyncio.sleep(REPORT_INTERVAL_S * random.uniform(0.9, 1.1))
            now, wall_s = time.monotonic(), time.time()
            blocks = [block for r in self._receivers.values() if (block := r.report(now)) is not None]
            self._send_rtcp(rtcp.receiver_report(self._ssrc, blocks) + description)
            for sender in self._senders.values():
                if (report := sender.report(now, wall_s)) is not None:
                    self._send_rtcp(report + rtcp.source_description(sender.ssrc, self._cname.encode()))

    # --- the end -------------------------------------------------------------------------------

    def _path_ended(self, end: PathEnd) -> None:
        self._end(_PATH_ENDS[end])

    def _end(self, end: LinkEnd) -> None:
        if not self.ended.done():
            self.ended.set_result(end)
