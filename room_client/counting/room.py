"""A room that joins, counts and comes back: the signalling, the pauses and the refusals are those of every room.

It never publishes. What differs from a real room is only what it does with the packets: it counts them.
"""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Callable

from room_client.counting.link import CountingCounts, CountingLink
from room_client.counting.path import Shared
from room_client.kept_link import FIRST_REJOIN_S, LONGEST_PAUSE_S, STEADY_S
from room_client.kept_signalling import FINAL, KeptSignalling
from room_client.link import LinkFailed
from room_client.link_over import LinkOver
from room_client.observing import RoomOptions, RoomState
from room_client.pausing import Pause
from room_client.reporting import RECEIVED_INTERVAL_S
from room_client.signalling import ServerUnreachable
from signaling.help_messages import Help
from signaling.messages import InterpretationView, LineView, LinkEnded, Paths, Purpose, Received, StageView
from signaling.refusals import Refusal, Refused
from signaling.sound_level import LOUDEST
from signaling.wall_messages import PICTURE_EVERY_S, Picture, WallView
from signaling.wire.slots import SlotName

_START = b"\xff\xd8\xff\xfe\x00\x06"  # of a JPEG with a comment of four bytes


class CountingRoom:
    """`start`, `stop`. Times are monotonic; `pictured_at` is the desk's first key frame on the present link."""

    def __init__(
        self, shared: Shared, server_url: str, key: str, changed: Callable[[], None], jpeg: bytes = b""
    ) -> None:
        """`changed` is called when something happened that somebody may wait for. `jpeg` is the picture that it
        sends while the province looks; without one it sends none."""
        self._shared = shared
        self._signalling = KeptSignalling(RoomOptions(server_url, key), self)
        self._changed = changed
        self.started_at: float | None = None
        self.pictured_at: float | None = None
        self.joins = 0
        self.refusal = ""  # for good
        self.link: CountingLink | None = None
        self.floor_label = ""
        self.floor_at = 0.0
        self._inspects_floor = False
        self._before = CountingCounts()  # of links that are over
        self._pause = Pause(FIRST_REJOIN_S, LONGEST_PAUSE_S)
        self._over = LinkOver()
        self._jpeg = jpeg
        self._seen = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self.started_at = time.monotonic()
        self._tasks = [
            asyncio.create_task(self._keep_link(), name="counting room"),
            asyncio.create_task(self._report(), name="counting room reports"),
            asyncio.create_task(self._signalling.keep(), name="counting room signalling"),
        ]
        if self._jpeg:
            self._tasks.append(asyncio.create_task(self._picture(), name="counting room pictures"))

    async def stop(self) -> None:
        while self._tasks:  # the link before its signalling
            task = self._tasks.pop(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def counts(self) -> CountingCounts:
        return self._before + self.link.counts() if self.link is not None else self._before

    def inspect_floor(self, wanted: bool) -> None:
        """Hear of the floor's test cards, now and on later links."""
        self._inspects_floor = wanted
        self.floor_label = ""
        if self.link is not None:
            self.link.inspect(SlotName.FLOOR_VIDEO, wanted)

    # --- living

    async def _keep_link(self) -> None:
        while not self.refusal:
            signalling = await self._signalling.connected()
            since_s = time.monotonic()
            link = CountingLink(self._shared, Purpose.ROOM, self._key_frame, self._label)
            self._over.begin()
            try:
                joined = await signalling.join(link.offer())
                self._over.joined(joined.link)
                await link.connect(joined.sdp)
                await self._until_over(link)
            except Refused as refused:
                if refused.refusal.code in FINAL:
                    self.refused(refused.refusal)
            except (LinkFailed, ServerUnreachable):
                pass
            finally:
                if self.link is not None:
                    self._before = self.counts()
                self.link = self.pictured_at = None
                await link.close()
                self._changed()
            if time.monotonic() - since_s > STEADY_S:
                self._pause.reset()
            await asyncio.sleep(self._pause.next_s())

    async def _until_over(self, link: CountingLink) -> None:
        self.link = link
        self.joins += 1
        if self._inspects_floor:
            self.inspect_floor(True)
        self._changed()
        over = asyncio.create_task(self._over.event.wait(), name="counting room waits for the link's end")
        try:
            await asyncio.wait((link.end.ended, over), return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            await asyncio.gather(over, return_exceptions=True)

    async def _report(self) -> None:
        """`received` every 2 s, acknowledged, as every room does."""
        while True:
            await asyncio.sleep(RECEIVED_INTERVAL_S)
            if self.link is None:
                continue
            totals = self.link.totals()
            video = [t for slot, t in totals.items() if slot.is_video]
            audio = [t for slot, t in totals.items() if not slot.is_video]
            await self._signalling.prove(
                Received(
                    video_packets=sum(t.packets for t in video),
                    audio_packets=sum(t.packets for t in audio),
                    lost_packets=sum(t.lost for t in video + audio),
                    frames=0,
                )
            )

    async def _picture(self) -> None:
        """Its picture with another comment every time, so that it is sent on to the walls as a real one is."""
        while True:
            await asyncio.sleep(random.uniform(0.9, 1.1) * PICTURE_EVERY_S)
            if self._seen and self.link is not None:
                jpeg = base64.b64encode(_START + random.randbytes(4) + self._jpeg[2:]).decode()
                await self._signalling.send(Picture(jpeg=jpeg, level=random.randrange(LOUDEST)))

    # --- what signalling tells (room_client.kept_signalling.SignallingOwner)

    def stage_arrived(self, stage: StageView) -> None:
        """What the stage says does not matter here: what is received is counted."""

    def interpretation_arrived(self, view: InterpretationView) -> None:
        """It never publishes."""

    def paths_arrived(self, paths: Paths) -> None:
        """Only the direct way is measured."""

    def wall_arrived(self, view: WallView) -> None:
        self._seen = view.seen

    def help_arrived(self, asked: Help) -> None:
        """It is no room that anybody helps."""

    def line_arrived(self, line: LineView) -> None:
        """A counting room's line is a local one."""

    def link_ended(self, message: LinkEnded) -> None:
        self._over.told(message)
        if not message.rejoin:
            self.refused(message.refusal)

    def signalling_state(self, state: RoomState) -> None:
        """Nobody looks at it."""

    def refused(self, refusal: Refusal) -> None:
        self.refusal = refusal.code.value
        self._changed()

    # --- what the link saw

    def _key_frame(self, slot: SlotName, at: float) -> None:
        if slot is SlotName.DESK_VIDEO and self.pictured_at is None:
            self.pictured_at = at
            self._changed()
        if self.link is not None and not (slot is SlotName.FLOOR_VIDEO and self._inspects_floor):
            self.link.inspect(slot, False)

    def _label(self, slot: SlotName, at: float, label: str) -> None:
        if slot is SlotName.FLOOR_VIDEO and label != self.floor_label:
            self.floor_label, self.floor_at = label, at
            self._changed()
