"""A room's signalling, connected again whenever it breaks. Media knows nothing of that and goes on meanwhile."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from room_client.observing import RoomOptions, RoomState
from room_client.pausing import Pause
from room_client.signalling import ServerUnreachable, Signalling
from signaling.help_messages import Help
from signaling.messages import Auth, InterpretationView, LineView, LinkEnded, Message, Paths, StageView
from signaling.refusals import Refusal, RefusalCode, Refused
from signaling.software import software
from signaling.wall_messages import WallView

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 8.0
FIRST_TRY_S = (0.2, 0.7)
CONNECT_TIMEOUTS_S = (3.0, 5.0, 8.0)  # a SYN lost with the cable must not cost the time of a slow line
ANSWER_S = 6.0  # a connection that does not acknowledge for so long is dead
FINAL = frozenset(
    {
        RefusalCode.BAD_KEY,
        RefusalCode.NOT_ALLOWED,
        RefusalCode.REPLACED,
        RefusalCode.NO_COMMON_CODEC,
        RefusalCode.BAD_SDP,
    }
)
"""Refusals that trying again will not change."""


class SignallingOwner(Protocol):
    """The room, as its signalling knows it."""

    def stage_arrived(self, stage: StageView) -> None: ...

    def interpretation_arrived(self, view: InterpretationView) -> None: ...

    def wall_arrived(self, view: WallView) -> None: ...

    def help_arrived(self, asked: Help) -> None: ...

    def link_ended(self, message: LinkEnded) -> None: ...

    def paths_arrived(self, paths: Paths) -> None: ...

    def line_arrived(self, line: LineView) -> None: ...

    def signalling_state(self, state: RoomState) -> None:
        """CONNECTING or WAITING."""

    def refused(self, refusal: Refusal) -> None:
        """For good."""


class KeptSignalling:
    """`keep` is its life, to be run as a task and cancelled."""

    def __init__(self, options: RoomOptions, owner: SignallingOwner) -> None:
        self.present: Signalling | None = None  # connected
        self.away_since: float | None = time.monotonic()
        self.connections = 0
        self._options = options
        self._owner = owner
        self._pause = Pause(FIRST_TRY_S, LONGEST_PAUSE_S)
        self._connected = asyncio.Event()
        self._hurry = asyncio.Event()

    async def keep(self) -> None:
        """Returns after a refusal for good, which its owner was told."""
        auth = Auth(
            key=self._options.key,
            purpose=self._options.purpose,
            language=self._options.language,
            software=software("room"),
        )
        owner, tries = self._owner, 0
        while True:
            owner.signalling_state(RoomState.CONNECTING)
            signalling = Signalling(
                self._options.server_url,
                auth,
                owner.stage_arrived,
                owner.link_ended,
                owner.paths_arrived,
                owner.line_arrived,
                owner.interpretation_arrived,
                owner.wall_arrived,
                owner.help_arrived,
                credential=self._options.credential,
            )
            leave = True
            try:
                await signalling.connect(CONNECT_TIMEOUTS_S[min(tries, len(CONNECT_TIMEOUTS_S) - 1)])
                self.present, self.away_since, tries = signalling, None, 0
                self.connections += 1
                self._pause.reset()
                self._connected.set()
                await asyncio.wait((signalling.lost,))
                leave = False
            except Refused as refused:
                if refused.refusal.code in FINAL:
                    owner.refused(refused.refusal)
                    return
                tries += 1
            except ServerUnreachable:
                tries += 1
            finally:
                self._connected.clear()
                if self.present is not None:
                    self.present, self.away_since = None, time.monotonic()
                await signalling.close(leave=leave)
            owner.signalling_state(RoomState.WAITING)
            await self._wait(self._pause.next_s())

    async def connected(self) -> Signalling:
        """Waits until there is a connection."""
        while (signalling := self.present) is None or signalling.lost.done():
            if signalling is not None:
                await asyncio.sleep(0)  # it is about to be put away
            await self._connected.wait()
        return signalling

    async def send(self, message: Message) -> bool:
        """False: not connected just now."""
        return self.present is not None and await self.present.send(message)

    async def prove(self, message: Message, timeout_s: float = ANSWER_S) -> None:
        """Send a message that is to be acknowledged; a connection that does not is given up."""
        signalling = self.present
        if signalling is not None and not await signalling.answers(message, timeout_s):
            signalling.abandon()

    def hurry(self) -> None:
        """The line is back: do not wait out the pause."""
        self._pause.reset()
        self._hurry.set()

    async def _wait(self, pause_s: float) -> None:
        self._hurry.clear()
        try:
            async with asyncio.timeout(pause_s):
                await self._hurry.wait()
        except TimeoutError:
            pass
