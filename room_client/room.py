"""A room without people at a screen: joins, receives, counts, publishes when it has the floor, comes back.

    room = Room(RoomOptions(server_url, key), observer)
    outcome = await room.run()        # until stop(), or until the server says not to come back

Signalling and link live beside each other: each comes back by itself, and neither ends with the other.
"""

from __future__ import annotations

import asyncio
import time

from room_client.experience import Experience
from room_client.keeping.handing_over import Way
from room_client.keeping.keeping import Keeping
from room_client.keeping.late_http import LateHttp
from room_client.keeping.telling import Telling
from room_client.kept_link import STEADY_S, KeptLink
from room_client.kept_signalling import FINAL, FIRST_PAUSE_S, LONGEST_PAUSE_S, KeptSignalling
from room_client.link import Link, LinkCounts, LinkEnd
from room_client.observing import Observers, RoomObserver, RoomOptions, RoomOutcome, RoomState
from room_client.on_the_wall import OnTheWall
from room_client.own_devices import OwnDevices
from room_client.path import PathKind
from room_client.publishing import Publishing
from room_client.reporting import RECEIVED_INTERVAL_S, Reporting, received
from room_client.sources.contract import ShowsStill, SourceUnusable
from room_client.sources.ear import Ear, Hears
from signaling.help_messages import Help
from signaling.messages import Hand, InterpretationView, LineView, LinkEnded, Message, Paths, Purpose, StageView
from signaling.refusals import Refusal
from signaling.wall_messages import WallView
from signaling.wire.slots import Upstream

SHORT_OF_SILENCE_S = 0.3  # a slot with packets within this time is "receiving" for the status line
TELL_WITHIN_S = 6.0
PROVE_WITHIN_S = 2.0  # when the line fell silent: is signalling dead, too?
_UP = frozenset({RoomState.JOINED, RoomState.SILENT})


class Room:
    def __init__(self, options: RoomOptions, *observers: RoomObserver) -> None:
        self.options = options
        self.state = RoomState.CONNECTING
        self.stage: StageView | None = None  # the last one; while signalling is away it stays as it was
        self.joins = 0
        self.layer = ""  # what the line carries of the picture, as the server last said (`LineView`)
        self.experience = Experience()
        self._observers = Observers(observers, self._want_key_frame)
        self._publishing: Publishing | None = None
        self._signalling: KeptSignalling | None = None
        self._link: KeptLink | None = None
        self._reporting: Reporting | None = None
        self._wall: OnTheWall | None = None
        self._keeping: Keeping | None = None
        self._proving: asyncio.Task[None] | None = None
        self._task: asyncio.Task[RoomOutcome] | None = None
        self._stopping = False
        self._refusal: asyncio.Future[Refusal] | None = None
        self._devices = OwnDevices(options)

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

    async def tell(self, message: Message) -> bool:
        """Send what the server acknowledges. False: not connected just now, or no answer."""
        signalling = self._signalling.present if self._signalling is not None else None
        return signalling is not None and await signalling.answers(message, TELL_WITHIN_S)

    def device(self, upstream: Upstream) -> str:
        """What serves as its camera or microphone at present: an option, as on the command line."""
        return self._devices.option(upstream)

    def is_open(self, upstream: Upstream) -> bool:
        return self._publishing is not None and self._publishing.source(upstream) is not None

    def choose(self, upstream: Upstream, option: str) -> bool:
        """Let another one serve, until the room ends. True: it is opened now, and observers hear how it fares."""
        self._devices.choose(upstream, option)
        return self._publishing is not None and self._publishing.renew(upstream)

    def counts(self) -> LinkCounts | None:
        """Of the present link; None between links."""
        link = self._present_link()
        return link.counts() if link is not None else None

    @property
    def on_air(self) -> bool:
        return self._publishing is not None and self._publishing.on_air

    @property
    def may_be_disturbed(self) -> bool:
        """Whether nobody misses it now: as the room's page has it (upgrade.js)."""
        stage, publishing = self.stage, self._publishing
        busy = stage is None or stage.has_floor or stage.hand_raised or stage.item is not None
        return not busy and publishing is not None and not publishing.is_sending

    @property
    def keeping(self) -> bool:
        """Whether it keeps what it would send, because its line is down."""
        return self._keeping is not None and self._keeping.keeping

    @property
    def path(self) -> PathKind | None:
        """How media travels at present."""
        link = self._present_link()
        return link.path if link is not None else None

    @property
    def ear(self) -> Ear | None:
        """How loud the microphone is; None while none is open."""
        source = self._publishing.source(Upstream.MICROPHONE) if self._publishing is not None else None
        return source.ear if isinstance(source, Hears) else None

    @property
    def away_since(self) -> float | None:
        """Since when (monotonic) the server's signalling has not been reached; None: it is."""
        return self._signalling.away_since if self._signalling is not None else None

    def stuck_s(self, now_s: float) -> float:
        """How long a camera or microphone has not come back from one step (monotonic time)."""
        return self._publishing.stuck_s(now_s) if self._publishing is not None else 0.0

    def receiving(self) -> bool:
        """Whether packets arrived a moment ago."""
        counts, now = self.counts(), time.monotonic()
        return counts is not None and any(
            s.last_at is not None and now - s.last_at < SHORT_OF_SILENCE_S for s in counts.slots.values()
        )

    def debug_snapshot(self) -> dict[str, object]:
        """What the room is doing, without names, SDP or addresses."""
        counts, link = self.counts(), self._present_link()
        return {
            "state": self.state.value,
            "joins": self.joins,
            "connections": self._signalling.connections if self._signalling is not None else 0,
            "on_air": self.on_air,
            "keeping": self.keeping,
            "path": self.path.value if self.path is not None else "",
            "layer": self.layer,
            "estimate_bps": link.estimate_bps if link is not None else None,
            "slots": {s.value: (c.packets, c.lost) for s, c in counts.slots.items()} if counts else {},
            "undecryptable": counts.undecryptable if counts else 0,
        }

    # --- living --------------------------------------------------------------------------------

    async def _live(self) -> RoomOutcome:
        refusal = self._refusal = asyncio.get_running_loop().create_future()
        keeping = self._keeping = self._keeps()
        heard = (keeping.add,) if keeping is not None else ()
        publishing = self._publishing = Publishing(self._devices.source, self._source_problem, *heard)
        signalling = self._signalling = KeptSignalling(self.options, self)
        link = self._link = KeptLink(
            self.options.purpose,
            signalling,
            publishing,
            self,
            self._observers,
            self.experience,
            self.options.environment,
            self.options.receives,
        )
        self._reporting = Reporting(signalling, self.counts, self._devices.absent)
        wall = self._wall = OnTheWall(signalling, self._shown, self._heard, self._observers.on_seen)
        for upstream, problem in self._devices.problems():
            self._source_problem(upstream, problem)
        media = [
            asyncio.create_task(link.keep(), name="room link"),
            asyncio.create_task(self._reporting.run(), name="room reports"),
            asyncio.create_task(wall.run(), name="room wall"),
        ]
        if keeping is not None:
            media.append(asyncio.create_task(keeping.run(), name="room keeping"))
            telling = Telling(signalling, keeping.standing)
            media.append(asyncio.create_task(telling.run(), name="room tells what it keeps"))
        connection = asyncio.create_task(signalling.keep(), name="room signalling")
        try:
            await asyncio.wait((refusal, connection, *media), return_when=asyncio.FIRST_COMPLETED)
            for task in (connection, *media):
                if task.done():
                    task.result()  # a fault of ours is heard, not kept quiet
            return RoomOutcome(refusal.result() if refusal.done() else None)
        finally:
            self._stopping = True  # who stops it now would only break off its closing
            if self._proving is not None:
                media.append(self._proving)
            await _cancelled(media)
            await link.close()
            await _cancelled([connection])
            await publishing.close()
            if keeping is not None:
                await keeping.close()
            self._set_state(RoomState.REFUSED if refusal.done() else RoomState.ENDED)

    def _present_link(self) -> Link | None:
        return self._link.present if self._link is not None else None

    def _keeps(self) -> Keeping | None:
        options = self.options
        if options.keep is None or options.purpose is not Purpose.ROOM:
            return None

        def line_up() -> bool:
            link = self._present_link()
            return link is not None and not link.silent

        def way() -> Way:
            if self.away_since is not None or self.stage is None or self.stage.has_floor:
                return Way.SHUT
            return Way.THIN if self.stage.reception_state == "open" else Way.FREE

        def http() -> LateHttp:
            return LateHttp(options.server_url, options.key, options.credential)

        return Keeping(options.keep, http, line_up, way, self._observers.on_kept)

    def _decide_on_air(self) -> None:
        if self._publishing is not None:
            has_floor = self.stage is not None and self.stage.has_floor
            self._publishing.set_on_air(self.options.purpose is Purpose.DESK or has_floor)

    def _shown(self) -> ShowsStill | None:
        """What the room's camera shows: the open one, else one that needs no opening."""
        if self._publishing is None or self._present_link() is None:
            return None
        source: object = self._publishing.source(Upstream.CAMERA) or self._devices.unsent_camera()
        return source if isinstance(source, ShowsStill) else None

    def _heard(self) -> Ear | None:
        return self.ear if self._present_link() is not None else None

    def _want_key_frame(self, upstream: Upstream) -> None:
        if self._publishing is not None:
            self._publishing.want_key_frame(upstream)

    def _source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        if self._reporting is not None:
            self._reporting.device(upstream, problem)
        self._observers.on_source_problem(upstream, problem)

    def _set_state(self, state: RoomState) -> None:
        if state is not self.state or self.joins == 0:
            self.state = state
            self._observers.on_state(state)

    # --- what signalling tells (room_client.kept_signalling.SignallingOwner)

    def signalling_state(self, state: RoomState) -> None:
        if self._present_link() is None:
            self._set_state(state)

    def stage_arrived(self, stage: StageView) -> None:
        self.stage = stage
        self._devices.code = stage.room_code
        self.experience.stage(stage, time.monotonic())
        self._decide_on_air()
        if self._keeping is not None:
            self._keeping.stage(stage)
        if self._wall is not None:
            self._wall.changed(on_air=stage.has_floor)
        self._observers.on_stage(stage)

    def interpretation_arrived(self, view: InterpretationView) -> None:
        if self._publishing is not None:
            self._publishing.set_interprets(view.interprets)

    def wall_arrived(self, view: WallView) -> None:
        if self._wall is not None:
            self._wall.take(view)

    def help_arrived(self, asked: Help) -> None:
        self._observers.on_help(asked)

    def paths_arrived(self, paths: Paths) -> None:
        if self._link is not None:
            self._link.servers = paths.servers

    def line_arrived(self, line: LineView) -> None:
        self.layer = line.layer
        self.experience.layer(line.layer, time.monotonic())
        self._observers.on_line(line)

    def link_ended(self, message: LinkEnded) -> None:
        if not message.rejoin:
            self._observers.on_link_ended(message.refusal)
            self.refused(message.refusal)
        elif self._link is not None:
            self._link.link_ended(message)

    def refused(self, refusal: Refusal) -> None:
        if self._refusal is not None and not self._refusal.done():
            self._refusal.set_result(refusal)

    # --- what the link tells (room_client.kept_link.LinkOwner)

    def link_state(self, state: RoomState) -> None:
        self._set_state(state)

    def link_up(self, link: Link) -> None:
        self.joins += 1
        self._decide_on_air()
        self.experience.silence(link.silent, time.monotonic())
        self._set_state(RoomState.SILENT if link.silent else RoomState.JOINED)

    def link_over(self, end: LinkEnd | Refusal) -> None:
        self._observers.on_link_ended(end)

    def line_silent(self, silent: bool) -> None:
        self.experience.silence(silent, time.monotonic())
        self._set_state(RoomState.SILENT if silent else RoomState.JOINED)
        if self._signalling is None or self._reporting is None:
            return
        if not silent:
            self._signalling.hurry()
        elif self._proving is None or self._proving.done():
            self._proving = asyncio.create_task(self._reporting.prove(PROVE_WITHIN_S), name="room proves")


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


__all__ = [
    "FINAL",
    "FIRST_PAUSE_S",
    "LONGEST_PAUSE_S",
    "RECEIVED_INTERVAL_S",
    "STEADY_S",
    "Room",
    "RoomObserver",
    "RoomOptions",
    "RoomOutcome",
    "RoomState",
    "received",
]
