"""A room's link, joined again when it is over, kept as long as it lives.

what happens                                   | what the room does
-----------------------------------------------|---------------------------------------------------------
signalling lost                                | nothing: the server keeps the link for the next connection
signalling back, purpose desk or watch         | joins a new link, then closes the old one
silence                                        | proves signalling; the link looks for another path
silence of 5 s while signalling works          | ICE restart; refused: joins a new link
the server says that the link ended            | joins at once, spread over half a second
nobody listens at the media port for 1 s       | the same: the media process was started anew
silence of 75 s                                | the same: the server has given it up, too
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Protocol

from room_client.environment import Environment
from room_client.experience import Experience
from room_client.kept_signalling import FINAL, KeptSignalling
from room_client.link import LineObserver, Link, LinkEnd, LinkFailed, LinkObserver
from room_client.link_over import LinkOver
from room_client.observing import RoomState
from room_client.pausing import Pause
from room_client.publishing import Publishing
from room_client.sdp import AnswerUnusable
from room_client.signalling import ServerUnreachable, Signalling
from signaling.messages import LinkEnded, PathServer, Purpose
from signaling.refusals import Refusal, RefusalCode, Refused

FIRST_REJOIN_S, LONGEST_PAUSE_S = (0.2, 0.7), 1.2  # back within 5 s of the media process's restart
STEADY_S = 10.0  # a link that held this long starts the pauses from the beginning
HAND_OVER_S = 3.0  # for the new link's first key frame, before the old link is closed
_MAY_RESTART_LATER = frozenset({RefusalCode.TOO_MANY_MESSAGES, RefusalCode.MEDIA_NOT_RUNNING})


class LinkOwner(Protocol):
    """The room, as its link knows it."""

    def link_state(self, state: RoomState) -> None: ...

    def link_over(self, end: LinkEnd | Refusal) -> None: ...

    def link_up(self, link: Link) -> None: ...

    def line_silent(self, silent: bool) -> None: ...

    def refused(self, refusal: Refusal) -> None: ...


class KeptLink:
    """`keep` is its life, to be run as a task and cancelled; then `close`."""

    def __init__(
        self,
        purpose: Purpose,
        signalling: KeptSignalling,
        publishing: Publishing,
        owner: LinkOwner,
        observer: LinkObserver,
        experience: Experience,
        environment: Environment,
        receives: bool = True,
    ) -> None:
        self.present: Link | None = None  # up, perhaps silent
        self.servers: tuple[PathServer, ...] = ()
        self._purpose = purpose
        self._signalling = signalling
        self._publishing = publishing
        self._owner = owner
        self._observer = observer
        self._experience = experience
        self._environment = environment
        self._receives = receives
        self._pause = Pause(FIRST_REJOIN_S, LONGEST_PAUSE_S)
        self._joined_on: Signalling | None = None
        self._over = LinkOver()  # the server, or a refused restart, says that the link is of no more use
        self._restart: asyncio.Task[None] | None = None

    async def keep(self) -> None:
        """Returns after a refusal for good, which its owner was told."""
        while True:
            signalling = await self._signalling.connected()
            since_s = time.monotonic()
            try:
                await self._join(signalling)
                await self._until_join_needed()
            except Refused as refused:
                self._owner.link_over(refused.refusal)
                if refused.refusal.code in FINAL:
                    self._owner.refused(refused.refusal)
                    return
            except LinkFailed as failed:
                self._owner.link_over(failed.end)
            except AnswerUnusable as error:
                self._owner.refused(Refusal(code=RefusalCode.BAD_SDP, came=str(error)))
                return
            except ServerUnreachable:
                pass
            if time.monotonic() - since_s > STEADY_S:
                self._pause.reset()
            link = self.present
            if link is not None and (self._over.event.is_set() or link.ended.done()):
                await self._let_go(link)
            if self.present is None:
                self._owner.link_state(RoomState.WAITING)
                await asyncio.sleep(self._pause.next_s())

    def link_ended(self, message: LinkEnded) -> None:
        """The server said so, and that the room shall come back."""
        if self._over.told(message):
            self._owner.link_over(message.refusal)

    async def close(self) -> None:
        if self._restart is not None:
            self._restart.cancel()
            await asyncio.gather(self._restart, return_exceptions=True)
        if self.present is not None:
            await self._let_go(self.present)

    # --- joining

    async def _join(self, signalling: Signalling) -> None:
        """A new link in place of the present one, which is closed once the new one is up."""
        if self.present is None:
            self._owner.link_state(RoomState.JOINING)
        line = _Line(self)
        watches = self._experience.begin_link()
        link = line.link = Link(
            self._purpose,
            self._observer,
            line,
            lambda: self.servers,
            watches,
            self._environment,
            receives=self._receives,
        )
        self._over.begin()
        try:
            joined = await signalling.join(link.offer())
            self._over.joined(joined.link)
            await link.connect(joined.sdp)
        except BaseException:
            await link.close()
            raise
        before, self.present, self._joined_on = self.present, link, signalling
        self._publishing.attach(link)
        self._owner.link_up(link)
        if before is not None:
            await self._publishing.handed_over(HAND_OVER_S)
            await before.close()

    async def _let_go(self, link: Link) -> None:
        self.present = None
        self._publishing.detach()
        await link.close()

    async def _until_join_needed(self) -> None:
        link = self.present
        if link is None:
            return
        waits: list[asyncio.Task[Any]] = [
            asyncio.create_task(self._over.event.wait(), name="room waits for the link's end")
        ]
        if self._purpose is not Purpose.ROOM:
            waits.append(asyncio.create_task(self._another_connection(), name="room waits for signalling"))
        try:
            await asyncio.wait((*waits, link.ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        if link.ended.done():
            self._owner.link_over(link.ended.result())

    async def _another_connection(self) -> bool:
        """The server keeps links of rooms for their next connection; those of desks and watchers it does not."""
        if self._joined_on is not None:
            await asyncio.wait((self._joined_on.lost,))
        await self._signalling.connected()
        return True

    # --- what the line tells

    def silent(self, link: Link, silent: bool) -> None:
        if link is self.present:
            self._owner.line_silent(silent)

    def wants_restart(self, link: Link) -> None:
        if link is self.present and (self._restart is None or self._restart.done()):
            self._restart = asyncio.create_task(self._restart_ice(link), name="room ICE restart")

    async def _restart_ice(self, link: Link) -> None:
        signalling = self._signalling.present
        if signalling is None:
            return
        try:
            joined = await signalling.restart(link.restart_offer())
            link.restarted(joined.sdp)
        except ServerUnreachable:
            return  # asked again as long as the silence lasts
        except Refused as refused:
            if refused.refusal.code not in _MAY_RESTART_LATER and link is self.present:
                self._over.event.set()
        except AnswerUnusable:
            self._over.event.set()


class _Line(LineObserver):
    """Says which link it is that speaks."""

    def __init__(self, keeper: KeptLink) -> None:
        self._keeper = keeper
        self.link: Link | None = None

    def line_silent(self, silent: bool) -> None:
        if self.link is not None:
            self._keeper.silent(self.link, silent)

    def restart_wanted(self) -> None:
        if self.link is not None:
            self._keeper.wants_restart(self.link)
