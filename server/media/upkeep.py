"""What media does by the clock: budgets, feedback, a look at every link once a second, reports to control.

Twenty times a second, and best behind a picture that has just left: the process is awake, the next picture is far.
What rooms report is read then, too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol

from server.media.directory import TURNS, LinkDirectory
from server.media.fanout import Fanout
from server.media.intake import Intake
from server.media.link import Link
from server.media.port import UdpPort
from server.media.reporting import Totals, link_report, media_report
from server.media.stage import Stage
from signaling.messages import LinkState
from signaling.ports import Frame, LinkReport, LinkReports
from signaling.wire.aiortc_seams import srtp_ffi, srtp_protect_rtcp

PATIENCE_S = 0.04  # how long a turn waits for a picture to go behind; they come every 33 or 40 ms
STAGE_EVERY_TURNS, ALLOCATE_EVERY_TURNS = 2, 10


class Acts(Protocol):
    """What follows from a link's silence."""

    def observed(self, link: Link, state: LinkState) -> None:
        """It is in another state than was told of it."""

    def close_link(self, identity: str) -> None: ...


class Polled(Protocol):
    """The relay between media workers."""

    def poll(self, now_s: float) -> None: ...


class Upkeep:
    """`start` and `stop` it, and call `take_turns` when there is time; it calls that itself, if nobody does."""

    def __init__(
        self,
        port: UdpPort,
        links: LinkDirectory,
        intake: Intake,
        stage: Stage,
        fanout: Fanout,
        relay: Polled | None,
        acts: Acts,
        tell: Callable[[Frame], None],
    ) -> None:
        self.totals = Totals()
        self._port = port
        self._links = links
        self._intake = intake
        self._stage = stage
        self._fanout = fanout
        self._relay = relay
        self._acts = acts
        self._tell = tell
        self._fallen: dict[str, Link] = {}
        self._reports: list[LinkReport] = []
        self._turn = 0  # of those of the monotonic clock, the last one that was taken
        self._timer: asyncio.TimerHandle | None = None
        self._length: Any = srtp_ffi.new("int *")
        self._rtcp_out: Any = srtp_ffi.new("unsigned char[]", 2048)
        self._rtcp_buffer: Any = srtp_ffi.buffer(self._rtcp_out)

    def start(self) -> None:
        self._turn = int(time.monotonic() * TURNS)
        self._wait_for_turn()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def take_turns(self) -> None:
        """Do what is due since the last time; nothing, when that is less than a turn ago.

        Who comes late does everything once, and looks at the links of each turn that was missed.
        """
        now_s = time.monotonic()
        before, turn = self._turn, int(now_s * TURNS)
        if turn == before or self._timer is None:
            return
        self._timer.cancel()
        self._turn = turn
        try:
            self._port.others.look()
            self._intake.tick(now_s)
            if turn // STAGE_EVERY_TURNS > before // STAGE_EVERY_TURNS:
                self._stage.tick(now_s)
            self.send_feedback(now_s)
            self._allocate(turn // ALLOCATE_EVERY_TURNS > before // ALLOCATE_EVERY_TURNS, now_s)
            for missed in range(max(before, turn - TURNS) + 1, turn + 1):
                self._look_at_links(missed % TURNS, now_s)
            if turn // TURNS > before // TURNS:
                self._report()
        finally:
            self._wait_for_turn()

    def _wait_for_turn(self) -> None:
        latest_s = (self._turn + 1) / TURNS + PATIENCE_S
        wait_s = max(0.0, latest_s - time.monotonic())
        self._timer = asyncio.get_running_loop().call_later(wait_s, self.take_turns)

    def line_fell(self, link: Link) -> None:
        """Its line has just shown its limit: it does not wait for the next allocation."""
        self._fallen[link.identity] = link

    def _allocate(self, everybody: bool, now_s: float) -> None:
        if everybody:
            self._stage.allocate(now_s)
            self._ask_the_silent(now_s)
        elif self._fallen:
            self._stage.allocate(now_s, self._fallen.values())
        self._fallen.clear()

    def send_feedback(self, now_s: float) -> None:
        """What sources are to be told now: NACKs, PLIs, REMBs."""
        if self._relay is not None:
            self._relay.poll(now_s)
        for link in self._links.senders():
            if link.tx is not None and (feedback := link.poll_feedback(now_s)):
                self._send_rtcp(link, feedback)

    def _ask_the_silent(self, now_s: float) -> None:
        for link in self._links:
            if question := link.address.poll_question(now_s):
                self._port.send(question, link.address.name)

    def _look_at_links(self, turn: int, now_s: float) -> None:
        """Each link once a second, in its turn: all at once would hold up a picture that arrives meanwhile."""
        wall_s = time.time()
        for link in self._links.of_turn(turn):
            if link.dead(now_s):
                self._acts.close_link(link.identity)
                continue
            if link.tx is None:
                continue
            state = link.observed_state(now_s)
            if state is not link.state:
                self._acts.observed(link, state)
            self._send_rtcp(link, link.poll_reports(now_s, wall_s))
            if link.told:
                self._reports.append(link_report(link))

    def _report(self) -> None:
        """Once a second to control: every link as it was in its turn, and the whole process."""
        self._tell(LinkReports(links=tuple(r for r in self._reports if r.link in self._links)))
        self._reports.clear()
        self._tell(
            media_report(
                self._links,
                self.totals,
                self._fanout,
                self._port.datagrams_received,
                self._intake.bytes_received,
                self._intake.refused + self._intake.checks_refused,
            )
        )

    def _send_rtcp(self, link: Link, packet: bytes) -> None:
        self._rtcp_buffer[: len(packet)] = packet
        self._length[0] = len(packet)
        if not srtp_protect_rtcp(link.tx, self._rtcp_out, self._length):
            self._port.send(bytes(self._rtcp_buffer[: self._length[0]]), link.address.name)
