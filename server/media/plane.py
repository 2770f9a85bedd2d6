"""The media plane put together: datagrams to links, links to the stage, the stage to everybody.

All of it runs on one event loop and in one thread; nothing on a packet's way awaits. Decisions about the
reception are control's (`SetStage`); decisions about packets are the modules' below.
"""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import logging
import secrets
import socket
import time
from collections.abc import Callable
from typing import Any

from server.media.fanout import address_of
from server.media.link import MOST_ADDRESSES, Link
from server.media.port import UdpPort, socket_address
from server.media.sdp import LocalEnd, parse_offer, write_answer
from server.media.stage import Stage
from signaling.messages import LinkState, Purpose
from signaling.ports import (
    Frame,
    LinkChanged,
    LinkReport,
    LinkReports,
    MediaSnapshot,
    SetStage,
    SlotSwitched,
)
from signaling.refusals import RefusalCode, Refused
from signaling.wire import stun
from signaling.wire.aiortc_seams import (
    LONGEST_DTLS,
    Dtls,
    certificate_fingerprint,
    make_certificate,
    srtp_ffi,
    srtp_protect_rtcp,
    srtp_unprotect,
    srtp_unprotect_rtcp,
)
from signaling.wire.rtp import HEADER_BYTES, RtpView, VideoCodec
from signaling.wire.slots import SlotName

log = logging.getLogger("tiepdan.media")

TICK_S = 0.05
MOST_LINKS = 2000
LONGEST_PACKET = 1500
REMB_BPS = 2_500_000  # what a source may send: 720p at full quality
_SHOWN_AS = {
    SlotName.DESK_VIDEO: "desk",
    SlotName.FLOOR_VIDEO: "floor",
    SlotName.DOCUMENT_VIDEO: "document",
}


class MediaPlane:
    """Owns the port, the links and the stage. `start` and `stop` it on one loop."""

    def __init__(
        self,
        host: str,
        port: int,
        advertise: tuple[str, int],
        codec: VideoCodec,
        tell: Callable[[Frame], None],
    ) -> None:
        self.codec = codec
        self.links: dict[str, Link] = {}
        self._tell = tell
        self._by_ufrag: dict[str, Link] = {}
        self._by_address: dict[bytes, Link] = {}
        self._view = RtpView()
        self._length: Any = srtp_ffi.new("int *")
        self._rtcp_out: Any = srtp_ffi.new("unsigned char[]", 2048)
        self._rtcp_buffer: Any = srtp_ffi.buffer(self._rtcp_out)
        self._certificate = make_certificate()
        self._fingerprint = certificate_fingerprint(self._certificate)
        self._source_numbers = itertools.count(1)
        self.port = UdpPort(host, port, self._datagram, self._burst_end)
        self._advertise = (advertise[0], advertise[1] or self.port.bound_port)
        ssrcs = {name: secrets.randbits(31) | 1 << 30 | i for i, name in enumerate(SlotName)}
        self.stage = Stage(ssrcs, self.port.fanout.gathered, self._shown)
        self._started_anew = False
        self._clock: asyncio.Task[None] | None = None
        self._endings: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._clock = asyncio.create_task(self._keep_time(), name="media clock")

    async def stop(self) -> None:
        """Close every link with a goodbye, then the port."""
        if self._clock is not None:
            self._clock.cancel()
            await asyncio.gather(self._clock, return_exceptions=True)
        for link in list(self.links.values()):
            self.close_link(link.identity)
        while self._endings:
            await asyncio.gather(*self._endings, return_exceptions=True)
        self.port.close()

    # --- what control asks for

    def open_link(self, identity: str, room: str, purpose: Purpose, sdp: str) -> str:
        """Negotiate a link; the answer. Raises Refused for an offer that cannot be answered."""
        if len(self.links) >= MOST_LINKS:
            raise Refused(RefusalCode.TOO_MANY_LINKS, f"{len(self.links)} links", f"at most {MOST_LINKS}")
        if identity in self.links:
            raise Refused(RefusalCode.BAD_MESSAGE, "a link that is open already", "a new one")
        offer = parse_offer(sdp, purpose, self.codec)
        link = Link(identity, room, purpose, offer, self.stage.slots, self.codec, self._source_numbers, _now())
        local = LocalEnd(link.ufrag, link.password, self._fingerprint, *self._advertise)
        answer = write_answer(offer, local, {name: slot.ssrc for name, slot in self.stage.slots.items()})
        self.links[identity] = link
        self._by_ufrag[link.ufrag] = link
        self._set_state(link, LinkState.NEGOTIATED)
        return answer

    def close_link(self, identity: str) -> None:
        """End a link at once for packets; its DTLS goodbye follows. Unknown links are none of our worry."""
        link = self.links.pop(identity, None)
        if link is None:
            return
        del self._by_ufrag[link.ufrag]
        for address in link.addresses:
            del self._by_address[address]
        self._set_state(link, LinkState.CLOSED)
        self.stage.link_closed(link, _now())
        task = asyncio.create_task(self._end_link(link), name="end of a link")
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    def set_stage(self, wish: SetStage) -> None:
        self.stage.apply(wish, _now())

    def snapshot(self) -> MediaSnapshot:
        slots = self.stage.slots
        return MediaSnapshot(
            codec=self.codec.value,
            links=tuple(self._changed(link) for link in self.links.values()),
            slots={word: s.room if (s := slots[name].source) else None for name, word in _SHOWN_AS.items()},
            packets_in=self.port.datagrams_received,
            packets_out=self.port.fanout.packets_sent,
            packets_dropped=self.port.fanout.packets_dropped,
        )

    # --- what arrives

    def _datagram(self, name: bytes, data: memoryview, pointer: Any) -> None:
        size = len(data)
        if size == 0 or size > LONGEST_PACKET:
            return
        first = data[0]
        if first < 4:
            self._check_arrived(name, bytes(data))
            return
        link = self._by_address.get(name)
        if link is None:
            return  # nobody who passed a check sends from there
        if 127 < first < 192:
            if link.rx is not None and size >= HEADER_BYTES:
                self._srtp_arrived(link, data, pointer, size)
        elif 19 < first < 64 and link.dtls is not None and size <= LONGEST_DTLS:
            link.heard_s = _now()
            link.dtls.pipe.feed(bytes(data))

    def _srtp_arrived(self, link: Link, data: memoryview, pointer: Any, size: int) -> None:
        self._length[0] = size
        now_s = _now()
        if 192 <= data[1] <= 223:  # RTCP (RFC 5761, section 4)
            if srtp_unprotect_rtcp(link.rx, pointer, self._length):
                link.refused += 1
                return
            link.heard_s = now_s
            packet = bytes(data[: self._length[0]])
            link.handle_rtcp(packet, now_s, time.time(), self.port.fanout.resend)
            return
        if srtp_unprotect(link.rx, pointer, self._length):
            link.refused += 1
            return
        link.heard_s = now_s
        link.received += 1
        if link.handle_rtp(self._view, data[: self._length[0]], now_s, time.time()) is not None:
            self._started_anew = True

    def _burst_end(self) -> None:
        if self._started_anew:
            self._started_anew = False
            self.stage.arrange(_now())
            self._send_feedback(_now())
        self.port.fanout.flush()

    def _check_arrived(self, name: bytes, data: bytes) -> None:
        """A STUN message: answered, and its address believed, only when signed with the link's password."""
        request = stun.parse(data)
        if request is None or request.kind != stun.BINDING_REQUEST:
            return
        link = self._by_ufrag.get(request.local_ufrag)
        if link is None or not request.signed_with(link.password.encode()):
            return
        if self._by_address.get(name, link) is not link:
            return  # that address is another link's as long as that link lives
        link.heard_s = _now()
        if name not in link.addresses:
            if len(link.addresses) >= MOST_ADDRESSES:
                self._forget_address(link)
            link.addresses.add(name)
            self._by_address[name] = link
        if request.use_candidate or not link.address:
            self._set_address(link, name)
        host, port, *_ = socket_address(name)
        self.port.send(stun.binding_success(request.transaction, link.password.encode(), host, port), name)
        if link.dtls is None:
            self._begin_handshake(link)

    def _set_address(self, link: Link, name: bytes) -> None:
        if name != link.address:
            link.address = name
            link.address_memory = srtp_ffi.new("unsigned char[]", name)
            link.address_pointer, link.address_bytes = address_of(link.address_memory), len(name)

    def _forget_address(self, link: Link) -> None:
        for old in link.addresses - {link.address}:
            link.addresses.discard(old)
            del self._by_address[old]
            return

    # --- a link's beginning and end

    def _begin_handshake(self, link: Link) -> None:
        link.dtls = Dtls(
            self._certificate,
            lambda data: self.port.send(data, link.address),
            lambda: self.close_link(link.identity),
        )
        self._set_state(link, LinkState.SECURING)
        link.handshake = asyncio.create_task(self._secure(link, link.dtls), name="DTLS handshake")

    async def _secure(self, link: Link, dtls: Dtls) -> None:
        sessions = await dtls.handshake(link.fingerprints, "server")  # the answer says a=setup:passive
        if sessions is None or link.state is LinkState.CLOSED:
            self.close_link(link.identity)
            return
        link.secured(sessions)
        self._set_state(link, LinkState.CONNECTED)
        self.stage.link_connected(link, _now())

    async def _end_link(self, link: Link) -> None:
        if link.dtls is not None:
            await link.dtls.stop()
        if link.handshake is not None and link.handshake is not asyncio.current_task():
            link.handshake.cancel()
            await asyncio.gather(link.handshake, return_exceptions=True)

    def _set_state(self, link: Link, state: LinkState) -> None:
        link.state = state
        self._tell(self._changed(link))

    def _changed(self, link: Link) -> LinkChanged:
        return LinkChanged(link=link.identity, room=link.room, purpose=link.purpose, state=link.state)

    def _shown(self, name: SlotName, room: str | None) -> None:
        self._tell(SlotSwitched.model_validate({"slot": _SHOWN_AS[name], "room": room}))

    # --- time

    async def _keep_time(self) -> None:
        second = 0.0
        while True:
            await asyncio.sleep(TICK_S)
            now_s = _now()
            self.stage.tick(now_s)
            self._send_feedback(now_s)
            if now_s - second >= 1.0:
                second = now_s
                self._each_second(now_s)
            self.port.fanout.flush()

    def _send_feedback(self, now_s: float) -> None:
        for link in self.links.values():
            if link.tx is not None and link.sources and (feedback := link.poll_feedback(now_s)):
                self._send_rtcp(link, feedback)

    def _each_second(self, now_s: float) -> None:
        wall_s = time.time()
        reports = []
        for link in list(self.links.values()):
            if link.dead(now_s):
                self.close_link(link.identity)
                continue
            if link.tx is None:
                continue
            state = link.observed_state(now_s)
            if state is not link.state:
                self._set_state(link, state)
            self._send_rtcp(link, link.poll_reports(now_s, wall_s, REMB_BPS))
            receivers = [r for r in link.receivers.values() if r.packets]
            losses = [r.loss_percent for r in receivers if r.loss_percent is not None]
            trips = [r.rtt_ms for r in receivers if r.rtt_ms is not None]
            reports.append(
                LinkReport(
                    link=link.identity,
                    packets_sent=sum(r.packets for r in receivers),
                    packets_received=link.received,
                    loss_percent=round(max(losses), 2) if losses else None,
                    rtt_ms=round(min(trips), 1) if trips else None,
                )
            )
        self._tell(LinkReports(links=tuple(reports)))

    def _send_rtcp(self, link: Link, packet: bytes) -> None:
        self._rtcp_buffer[: len(packet)] = packet
        self._length[0] = len(packet)
        if not srtp_protect_rtcp(link.tx, self._rtcp_out, self._length):
            self.port.send(bytes(self._rtcp_buffer[: self._length[0]]), link.address)


def _now() -> float:
    """Monotonic seconds: the clock that every `now_s` of this package reads."""
    return time.monotonic()


def own_address(host: str) -> str:
    """The address to advertise when none is set: `host` itself, or for a wildcard the one that routes out."""
    if not ipaddress.ip_address(host).is_unspecified:
        return host

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only asks the routing table (RFC 5737 address)
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
