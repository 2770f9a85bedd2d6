"""The receiving end of a real link (ICE checks, DTLS, SRTP, receiver reports) that only counts.

Of a packet of media nothing but the RTP header is looked at, which is not encrypted (RFC 3711, section 3.1).
One packet in `PROVE_EVERY` is decrypted: it proves that the keys are right and the packets authentic. Nothing
is ever asked for again, so that what the line or the server lost stays visible as lost.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Protocol

from room_client.counting.path import CountingPath, Shared
from room_client.counting.reading import Header, Reader
from room_client.counting.streams import CountedStream
from room_client.labels import read_label
from room_client.link import LinkEnd, LinkFailed
from signaling.wire import rtcp
from signaling.wire.aiortc_seams import Dtls, SrtpError, SrtpSessions
from signaling.wire.rtp import HEADER_BYTES, NAL_SEI, RtpView, h264_key_frame_starts

PROVE_EVERY = 256
CHECK_FOR_S, HANDSHAKE_FOR_S = 6.0, 10.0
REPORT_S = 1.0


class Witness(Protocol):
    """Told of what was seen in decrypted packets; on the event loop, so be quick."""

    def key_frame(self, ssrc: int, at: float) -> None: ...

    def label(self, ssrc: int, at: float, label: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Remote:
    """What the other end's description says of it."""

    addresses: list[tuple[str, int]]  # best first
    ufrag: str
    password: str
    fingerprints: list[tuple[str, str]]
    dtls_role: Literal["client", "server"]  # ours


class CountingEnd:
    """`connect` once, `close` at the end. `ended` says why it is over."""

    def __init__(self, shared: Shared, witness: Witness) -> None:
        """Must be made inside a running event loop."""
        self.ended: asyncio.Future[LinkEnd] = asyncio.get_running_loop().create_future()
        self.path = CountingPath(shared, self._count, self._end)
        self.fingerprint = shared.fingerprint
        self.ssrc = random.getrandbits(31) | 1  # of our reports
        self.streams: dict[int, CountedStream] = {}
        self.srtp: SrtpSessions | None = None
        self.proven = self.unauthentic = self.unknown = 0
        self.on_feedback: Callable[[rtcp.Feedback], None] | None = None  # for who also sends
        self._witness = witness
        self._round = shared.round
        self._dtls = Dtls(shared.certificate, self.path.send, lambda: self._end(LinkEnd.SERVER_CLOSED))
        self._until_proof = 1
        self._view = RtpView()
        self._reports: asyncio.Task[None] | None = None

    def expect(self, ssrc: int, picture: bool) -> None:
        """Count this SSRC. A picture is decrypted until its first key frame was seen."""
        stream = self.streams[ssrc] = CountedStream(ssrc)
        stream.inspected = picture

    async def connect(self, remote: Remote) -> None:
        """Raises LinkFailed."""
        share_s = CHECK_FOR_S / len(remote.addresses)
        for address in remote.addresses:
            if await self.path.check(address, remote.ufrag, remote.password, share_s):
                break
        else:
            raise LinkFailed(LinkEnd.UNREACHABLE)
        try:
            async with asyncio.timeout(HANDSHAKE_FOR_S):
                self.srtp = await self._dtls.handshake(remote.fingerprints, remote.dtls_role)
        except TimeoutError as error:
            raise LinkFailed(LinkEnd.HANDSHAKE_FAILED) from error
        if self.srtp is None:
            raise LinkFailed(LinkEnd.HANDSHAKE_FAILED)
        self.path.settle()
        self._reports = asyncio.create_task(self._report(), name="counting link reports")

    def adopt(self, sock: socket.socket, srtp: SrtpSessions) -> None:
        """Instead of `connect`: count what arrives on a socket of one's own, with keys of one's own.

        No checks, no reports: there is nobody to answer.
        """
        self.srtp = srtp
        self.path.adopt(sock)

    def look_closely(self) -> None:
        """Something is waited for that this end has not begun to receive."""
        self._round.closely()

    def send(self, datagram: bytes) -> None:
        self.path.send(datagram)

    def send_rtcp(self, packet: bytes) -> None:
        if self.srtp is not None:
            with suppress(SrtpError):
                self.path.send(self.srtp.protect_rtcp(packet))

    async def close(self) -> None:
        """Never fails, may be called twice."""
        self._end(LinkEnd.CLOSED_HERE)
        if self._reports is not None:
            self._reports.cancel()
            await asyncio.gather(self._reports, return_exceptions=True)
            self._reports = None
        self.srtp = None
        await self._dtls.stop()
        await self.path.close()

    async def _report(self) -> None:
        description = rtcp.source_description(self.ssrc, self.path.ufrag.encode())
        while True:
            await asyncio.sleep(REPORT_S * random.uniform(0.9, 1.1))
            now = time.monotonic()
            blocks = [block for s in self.streams.values() if (block := s.report(now)) is not None]
            self.send_rtcp(rtcp.receiver_report(self.ssrc, blocks) + description)

    def _end(self, end: LinkEnd) -> None:
        if not self.ended.done():
            self.ended.set_result(end)

    # --- what arrives

    def _count(self, reader: Reader, headers: list[Header]) -> None:
        """The hot path: what is done for every packet that arrives."""
        now = time.monotonic()
        sizes, streams, stream = reader.sizes, self.streams, None
        for index, (first, second, sequence, timestamp, ssrc) in enumerate(headers):
            if first & 0xC0 != 0x80 or 191 < second < 224 or sizes[index] < HEADER_BYTES:
                self._other(reader.datagram(index), now)
                continue
            if stream is None or stream.ssrc != ssrc:
                stream = streams.get(ssrc)
                if stream is None:
                    self.unknown += 1
                    continue
            stream.packets += 1
            stream.bytes += sizes[index]
            if (stream.highest + 1) & 0xFFFF == sequence and stream.highest >= 0:
                stream.highest += 1
            else:
                stream.out_of_order(sequence, now)
            stream.last_at = now
            self._until_proof -= 1
            if stream.inspected:
                self._inspect(stream, reader.datagram(index), timestamp, now)
            elif self._until_proof <= 0:
                self._prove(reader.datagram(index))

    def _prove(self, datagram: bytes) -> bytes | None:
        if self.srtp is None:  # the server's keys were there a moment before ours
            return None
        self._until_proof = PROVE_EVERY
        try:
            packet = self.srtp.unprotect(datagram)
        except (SrtpError, ValueError):
            self.unauthentic += 1
            return None
        self.proven += 1
        return packet

    def _inspect(self, stream: CountedStream, datagram: bytes, timestamp: int, now: float) -> None:
        self._round.closely()
        packet = self._prove(datagram)
        if packet is None or not self._view.read(packet):
            return
        start, end = self._view.payload_start, self._view.payload_end
        if timestamp == stream.key_frame_time:
            if start < end and packet[start] & 31 == NAL_SEI:
                label = read_label(packet[start:end])
                if label is not None:
                    self._witness.label(stream.ssrc, now, label)
        elif h264_key_frame_starts(packet, start, end):
            stream.key_frame_time = timestamp
            self._witness.key_frame(stream.ssrc, now)

    def _other(self, data: bytes, now: float) -> None:
        """STUN, DTLS, RTCP: rare."""
        if not data:
            return
        if data[0] < 4:
            self.path.handle_stun(data, now)
        elif 20 <= data[0] < 64:
            self._dtls.pipe.feed(data)
        elif self.srtp is not None and len(data) >= HEADER_BYTES:
            try:
                plain = self.srtp.unprotect_rtcp(data)
            except (SrtpError, ValueError):
                self.unauthentic += 1
                return
            for said in rtcp.parse(plain):
                if isinstance(said, rtcp.SenderReported) and said.ssrc in self.streams:
                    self.streams[said.ssrc].sender_reported(said.ntp_middle, now)
                elif self.on_feedback is not None:
                    self.on_feedback(said)
