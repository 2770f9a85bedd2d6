"""The links that measure a line: negotiated, kept going with filler in small steps, ended with their figures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from server.media.directory import LinkDirectory
from server.media.measured_link import MeasuredLink
from server.media.measured_offer import parse_measured_offer, write_measured_answer
from server.media.port import UdpPort
from server.media.sdp_answer import LocalEnd
from signaling.ports import LineMeasured
from signaling.refusals import RefusalCode, Refused
from signaling.wire.rtp import VideoCodec

STEP_S = 0.01


class Measuring:
    """`begin` a link when it has its keys; it goes by itself when its time is over, or when it is closed."""

    def __init__(
        self,
        port: UdpPort,
        links: LinkDirectory,
        codec: VideoCodec,
        admit: Callable[[MeasuredLink], LocalEnd],
        close: Callable[[str], None],
    ) -> None:
        """`admit` takes a new link among `links`, `close` ends one of them."""
        self._port = port
        self._links = links
        self._codec = codec
        self._admit = admit
        self._close = close
        self._running: set[MeasuredLink] = set()
        self._timer: asyncio.TimerHandle | None = None

    def open(self, identity: str, room: str, sdp: str, now_s: float) -> str:
        """The answer. Raises Refused (BAD_SDP, NO_COMMON_CODEC)."""
        offer = parse_measured_offer(sdp, self._codec)
        link = MeasuredLink(identity, room, offer, self._codec, now_s)
        return write_measured_answer(offer, self._admit(link), link.filler_ssrc)

    def measured(self, identity: str) -> LineMeasured:
        """What was measured so far, and the end of that link. Raises Refused where there is none."""
        link = self._links.get(identity)
        if not isinstance(link, MeasuredLink):
            raise Refused(RefusalCode.ROOM_NOT_CONNECTED)
        self._close(identity)
        return link.figures()

    def end_all(self) -> None:
        for link in self._links:
            if isinstance(link, MeasuredLink):
                self._close(link.identity)

    @property
    def running(self) -> bool:
        """While it does, every answer counts: round trips are measured, too."""
        return bool(self._running)

    def begin(self, link: MeasuredLink) -> None:
        link.begin(time.monotonic())
        self._running.add(link)
        if self._timer is None:
            self._step()

    def stop(self) -> None:
        self._running.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _step(self) -> None:
        now_s = time.monotonic()
        self._running = {link for link in self._running if link.connected and link.is_running(now_s)}
        for link in self._running:
            while (packet := link.next_packet(now_s)) is not None:
                self._port.send(packet, link.address.name)
        self._timer = asyncio.get_running_loop().call_later(STEP_S, self._step) if self._running else None
