"""The links that measure a line, kept going: filler is sent in small steps while any of them runs."""

from __future__ import annotations

import asyncio
import time

from server.media.measured_link import MeasuredLink
from server.media.port import UdpPort

STEP_S = 0.01


class Measuring:
    """`begin` a link when it has its keys; it goes by itself when its time is over, or when it is closed."""

    def __init__(self, port: UdpPort) -> None:
        self._port = port
        self._running: set[MeasuredLink] = set()
        self._timer: asyncio.TimerHandle | None = None

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
