"""A room without people at a screen: joins, receives, counts, publishes when it has the floor, comes back.

room = Room(RoomOptions(server_url, key), observer)
outcome = await room.run()        # until stop(), or until the server says not to come back
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress

from room_client.link import Link, LinkCounts, LinkFailed
from room_client.observing import Observers, RoomObserver, RoomOptions, RoomOutcome, RoomState
from room_client.publishing import Publishing
from room_client.sdp import AnswerUnusable
from room_client.signalling import ServerUnreachable, Signalling
from room_client.sources.choosing import NONE, audio_source, known_problem, video_source
from room_client.sources.contract import Source, SourceProblem, SourceUnusable
from signaling.messages import Auth, Devices, DeviceState, Hand, LinkEnded, Purpose, Received, StageView
from signaling.refusals import Refusal, RefusalCode, Refused
from signaling.wire.slots import Upstream

RECEIVED_INTERVAL_S = 2.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 8.0
STEADY_S = 10.0  # a link that held this long starts the back-off from the beginning
SHORT_OF_SILENCE_S = 0.3  # a slot with packets within this time is "receiving" for the status line
FINAL = frozenset(
    {
        RefusalCode.BAD_KEY,
        RefusalCode.NOT_ALLOWED,
        RefusalCode.REPLACED,
        RefusalCode.NO_COMMON_CODEC,
        RefusalCode.BAD_SDP,
    }
)


class _Final(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Room:
    def __init__(self, options: RoomOptions, *observers: RoomObserver) -> None:
        self.options = options
        self.state = RoomState.CONNECTING
        self.stage: StageView | None = None
        self.joins = 0
        self._observers = Observers(observers, self._want_key_frame)
        self._link: Link | None = None
        self._signalling: Signalling | None = None
        self._publishing: Publishing | None = None
        self._server_ended: asyncio.Future[LinkEnded] | None = None
        self._devices: dict[Upstream, DeviceState] = {
            Upstream.CAMERA: DeviceState.OFF if options.video == NONE else DeviceState.OK,
            Upstream.MICROPHONE: DeviceState.OFF if options.audio == NONE else DeviceState.OK,
        }
        self._devices_changed = asyncio.Event()
        self._task: asyncio.Task[RoomOutcome] | None = None
        self._stopping = False
        self._pause_s = FIRST_PAUSE_S
        self._farewell: Refusal | None = None  # the server said not to come back
        self._code = ""

    # --- for its owner -------------------------------------------------------------------------

    async def run(self) -> RoomOutcome:
        """Live until `stop`, or until a refusal that trying again will not change. Once per room."""
        if self._stopping:
            return RoomOutcome()
        task = self._task = asyncio.create_task(self._live(), name="room")
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        return RoomOutcome() if task.cancelled() else task.result()

    def stop(self) -> None:
        """End cleanly; `run` returns when everything is closed."""
        if not self._stopping:
            self._stopping = True
            if self._task is not None:
                self._task.cancel()

    async def raise_hand(self, raised: bool = True) -> bool:
        """Ask for the floor, or no longer. False: not connected just now."""
        return self._signalling is not None and await self._signalling.send(Hand(raised=raised))

    def counts(self) -> LinkCounts | None:
        """Of the present link; None between links."""
        return self._link.counts() if self._link is not None else None

    @property
    def on_air(self) -> bool:
        return self._publishing is not None and self._publishing.on_air

    def receiving(self) -> bool:
        """Whether packets arrived a moment ago."""
        counts, now = self.counts(), time.monotonic()
        return counts is not None and any(
            s.last_at is not None and now - s.last_at < SHORT_OF_SILENCE_S for s in counts.slots.values()
        )

    def debug_snapshot(self) -> dict[str, object]:
        """What the room is doing, without names, SDP or addresses."""
        counts = self.counts()
        return {
            "state": self.state.value,
            "joins": self.joins,
            "on_air": self.on_air,
            "slots": {s.value: (c.packets, c.lost) for s, c in counts.slots.items()} if counts else {},
            "undecryptable": counts.undecryptable if counts else 0,
        }

    # --- living --------------------------------------------------------------------------------

    async def _live(self) -> RoomOutcome:
        self._publishing = Publishing(self._make_source, self._source_problem)
        for upstream, option in ((Upstream.CAMERA, self.options.video), (Upstream.MICROPHONE, self.options.audio)):
            if (problem := known_problem(option)) is not None:
                self._source_problem(upstream, problem)
        try:
            while True:
                try:
                    await self._one_connection(self._publishing)
                except _Final as final:
                    self._set_state(RoomState.REFUSED)
                    return RoomOutcome(final.refusal)
                except ServerUnreachable:
                    if self._farewell is not None:
                        self._set_state(RoomState.REFUSED)
                        return RoomOutcome(self._farewell)
                await self._pause()
        finally:
            await self._publishing.close()
            if self.state is not RoomState.REFUSED:
                self._set_state(RoomState.ENDED)

    async def _one_connection(self, publishing: Publishing) -> None:
        """From connecting to losing the connection. Raises _Final, ServerUnreachable."""
        self._set_state(RoomState.CONNECTING)
        options = self.options
        auth = Auth(key=options.key, purpose=options.purpose, language=options.language)
        signalling = Signalling(options.server_url, auth, self._stage_arrived, self._link_ended)
        self._signalling = signalling
        self.stage = None  # what it said may no longer hold, the floor above all
        self._server_ended = asyncio.get_running_loop().create_future()
        try:
            try:
                await signalling.connect()
            except Refused as refused:
                raise_if_final(refused.refusal)
                raise ServerUnreachable(refused.code.value) from refused
            while not signalling.lost.done():
                await self._one_link(signalling, publishing)
                if not signalling.lost.done():
                    await self._pause(signalling.lost)
                if self._farewell is not None:
                    raise _Final(self._farewell)
        finally:
            self._signalling = None
            await signalling.close()

    async def _one_link(self, signalling: Signalling, publishing: Publishing) -> None:
        """From offer to the link's end. Raises _Final, ServerUnreachable."""
        self._set_state(RoomState.JOINING)
        ended_by_server = self._server_ended = asyncio.get_running_loop().create_future()
        link = Link(self.options.purpose, self._observers)
        reports: asyncio.Task[None] | None = None
        since = time.monotonic()
        try:
            try:
                joined = await signalling.join(link.offer())
                await link.connect(joined.sdp)
            except Refused as refused:
                self._observers.on_link_ended(refused.refusal)
                raise_if_final(refused.refusal)
                return
            except LinkFailed as failed:
                self._observers.on_link_ended(failed.end)
                return
            except AnswerUnusable as error:
                raise _Final(Refusal(code=RefusalCode.BAD_SDP, came=str(error))) from error
            self._link = link
            self.joins += 1
            self._set_state(RoomState.JOINED)
            publishing.attach(link)
            self._decide_on_air()
            reports = asyncio.create_task(self._report(signalling, link), name="room reports")
            await asyncio.wait((link.ended, signalling.lost, ended_by_server), return_when=asyncio.FIRST_COMPLETED)
            if link.ended.done():
                self._observers.on_link_ended(link.ended.result())
            if ended_by_server.done():
                self._observers.on_link_ended(ended_by_server.result().refusal)
            if self._farewell is not None:
                raise _Final(self._farewell)
        finally:
            if time.monotonic() - since > STEADY_S:
                self._pause_s = FIRST_PAUSE_S
            publishing.detach()
            if reports is not None:
                reports.cancel()
                await asyncio.gather(reports, return_exceptions=True)
            self._link = None
            await link.close()

    async def _pause(self, lost: asyncio.Future[None] | None = None) -> None:
        """Back off: 0.5 s doubling to 8 s, spread by a third so that a province does not return at once."""
        self._set_state(RoomState.WAITING)
        pause = self._pause_s * random.uniform(0.67, 1.33)
        self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2)
        if lost is None:
            await asyncio.sleep(pause)
        else:
            await asyncio.wait((lost,), timeout=pause)

    async def _report(self, signalling: Signalling, link: Link) -> None:
        while True:
            self._devices_changed.clear()
            await signalling.send(
                Devices(camera=self._devices[Upstream.CAMERA], microphone=self._devices[Upstream.MICROPHONE])
            )
            changed = False
            while not changed:
                with suppress(TimeoutError):
                    async with asyncio.timeout(RECEIVED_INTERVAL_S):
                        changed = await self._devices_changed.wait()
                if not changed:
                    await signalling.send(received(link.counts()))

    def _decide_on_air(self) -> None:
        if self._publishing is None or self._link is None:
            return
        has_floor = self.stage is not None and self.stage.has_floor
        self._publishing.set_on_air(self.options.purpose is Purpose.DESK or has_floor)

    def _make_source(self, upstream: Upstream) -> Source | None:
        label = self.options.label or self._code
        match upstream:
            case Upstream.CAMERA:
                return video_source(self.options.video, label)
            case Upstream.DOCUMENT:
                return video_source(self.options.document, f"{label} DOC")
            case Upstream.MICROPHONE:
                return audio_source(self.options.audio, label)

    # --- what comes in -------------------------------------------------------------------------

    def _want_key_frame(self, upstream: Upstream) -> None:
        if self._publishing is not None:
            self._publishing.want_key_frame(upstream)

    def _stage_arrived(self, stage: StageView) -> None:
        self.stage = stage
        self._code = stage.room_code
        self._decide_on_air()
        self._observers.on_stage(stage)

    def _link_ended(self, message: LinkEnded) -> None:
        if not message.rejoin:
            self._farewell = message.refusal
        if self._server_ended is not None and not self._server_ended.done():
            self._server_ended.set_result(message)

    def _source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        if upstream in self._devices:
            blocked = problem is not None and problem.problem is SourceProblem.NOT_PERMITTED
            state = DeviceState.BLOCKED if blocked else DeviceState.MISSING
            self._devices[upstream] = DeviceState.OK if problem is None else state
            self._devices_changed.set()
        self._observers.on_source_problem(upstream, problem)

    def _set_state(self, state: RoomState) -> None:
        if state is not self.state or self.joins == 0:
            self.state = state
            self._observers.on_state(state)


def raise_if_final(refusal: Refusal) -> None:
    if refusal.code in FINAL:
        raise _Final(refusal)


def received(counts: LinkCounts) -> Received:
    video = [c for slot, c in counts.slots.items() if slot.is_video]
    audio = [c for slot, c in counts.slots.items() if not slot.is_video]
    return Received(
        video_packets=sum(c.packets for c in video),
        audio_packets=sum(c.packets for c in audio),
        lost_packets=sum(max(0, c.lost) for c in video + audio),
        frames=sum(c.frames for c in video),
    )


__all__ = ["Room", "RoomObserver", "RoomOptions", "RoomOutcome", "RoomState"]
