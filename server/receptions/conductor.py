"""The one task that writes the live state, and carries out what follows from each input.

Inputs wait in a bounded inbox. Full, it refuses commands (`too_many_messages`), keeps only the newest of what
repeats itself every second, and drops links' and slots' changes, after which media is asked for everything it
has. What happens at most once a connection always finds room: the number of connections is bounded.
Effects are carried out in the order the state gives them: pictures first (media, recorder), then screens,
then rows; so a floor change never waits for a database.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from aiohttp import web

from server.data.columns import now as wall_clock
from server.data.engine import Database
from server.receptions import effects, events
from server.receptions.agenda_run import Label
from server.receptions.alive_mark import AliveMark
from server.receptions.live import Live
from server.receptions.measured import Measured
from server.receptions.media_workers import MediaWorkers
from server.receptions.owned_tasks import OwnedTasks
from server.receptions.recorder_client import RecorderClient
from server.receptions.rehearsal_facts import rehearsal_facts
from server.receptions.restoring import read_live, read_plan, restore
from server.receptions.row_writer import RowWriter
from signaling.desk_messages import Command, CommandName
from signaling.messages import Carried, RoomCode
from signaling.ports import LinkChanged, LinkReports, MediaReport, RecordingGrew, SlotSwitched
from signaling.refusals import RefusalCode, Refused

INBOX = 1000
TICK_S = 1.0
PLAN_EVERY_TICKS = 5  # how soon a change of a planned agenda shows on the console
DRAIN_S = 10.0
_ASKED_AGAIN = (LinkChanged, SlotSwitched)
_REPEATED = (LinkReports, RecordingGrew, events.TimePassed)
_log = logging.getLogger(__name__)


class Screens(Protocol):
    """A gateway that shows the live state to somebody. Called often, must only take note."""

    def rooms_changed(self, codes: frozenset[RoomCode] | None) -> None: ...
    def console_changed(self, rooms: frozenset[RoomCode] | None) -> None: ...
    def link_ended(self, connection: str, code: RefusalCode, rejoin: bool, link: str = "") -> None: ...
    def line_changed(self, connection: str, layer: Carried) -> None: ...


class Conductor:
    """`start` it, then `stop` it. `run_directory`: where the processes' sockets are."""

    def __init__(
        self,
        database: Database,
        run_directory: Path,
        label: Label,
        clock: Callable[[], datetime] = wall_clock,
        media_workers: int = 1,
    ) -> None:
        self.live = Live(label)
        self.measured = Measured()
        self.media = MediaWorkers(run_directory, media_workers, self.post, self._measure)
        self.recorder = RecorderClient(run_directory / "recorder.sock", self.post)
        self.rows = RowWriter(database, lambda: self._tell_console(frozenset()))
        self.screens: list[Screens] = []
        self._database = database
        self._label = label
        self._clock = clock
        self._alive = AliveMark(run_directory / "control.alive")
        self._inbox: deque[tuple[events.Event, asyncio.Future[None] | None]] = deque()
        self._newest: dict[type[object], events.Event] = {}
        self._wake = asyncio.Event()
        self._overflowed = False
        self._prepared: int | None = None
        self._tasks = OwnedTasks()

    @property
    def now(self) -> datetime:
        return self._clock()

    # --- inputs ------------------------------------------------------------------------------------

    def post(self, event: events.Event) -> None:
        """Something happened. Never refused: see the module's words on a full inbox."""
        self.measured.note(event, time.monotonic())
        if isinstance(event, _REPEATED):
            self._newest[type(event)] = event
        elif len(self._inbox) >= INBOX and isinstance(event, _ASKED_AGAIN):
            self._overflowed = True
        else:
            self._inbox.append((event, None))
        self._wake.set()

    def _measure(self, report: MediaReport) -> None:
        self.measured.note(report, time.monotonic())

    @property
    def waiting(self) -> int:
        """Inputs that have not been handled yet."""
        return len(self._inbox) + len(self._newest)

    async def ask(self, event: events.Event) -> None:
        """Something is wanted: returns when it was done. Raises Refused."""
        if len(self._inbox) >= INBOX:
            raise Refused(RefusalCode.TOO_MANY_MESSAGES, allowed=str(INBOX))
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._inbox.append((event, answer))
        self._wake.set()
        await answer

    async def command(self, command: Command, actor: str) -> None:
        """One press of a button. Raises Refused. `actor`: "account:3" or "system"."""
        plan = None
        if command.name is CommandName.OPEN:
            await self.rows.drained(DRAIN_S)
            plan = await self._database.run(read_plan, command.reception, self.now, self._prepared)
        await self.ask(events.CommandGiven(command, actor, plan))

    async def rehearse(self, actor: str) -> None:
        """Open a reception that counts nowhere. Raises Refused while another one is open."""
        facts = rehearsal_facts(self.now)
        await self.ask(events.CommandGiven(Command(name=CommandName.OPEN), actor, facts))

    async def prepare(self, reception: int) -> None:
        """Somebody opened the console of `reception`: unless one is open, it is the one being prepared."""
        self._prepared = reception
        await self._read_plan()

    async def look_again(self) -> None:
        """The plan or a summons was just changed in the database: screens are told at once, not with the clock."""
        await self.rows.drained(DRAIN_S)  # what is not written yet would be read as it was
        await self._read_plan_if_possible()

    # --- life --------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Restores what was under way, then connects to media and recorder. Raises on database errors."""
        now = self.now
        read = await self._database.run(restore, now, self._label)
        self._apply(events.StateRestored(read, self._alive.last(now)), None)
        self._alive.touch()
        self._tasks.start("conductor", self._run())
        self._tasks.start("row writer", self.rows.run())
        self._tasks.start("media", self.media.run())
        self._tasks.start("recorder", self.recorder.run())
        self._tasks.start("clock", self._tick())
        self._tasks.start("loop lag", self.measured.watch_loop())

    async def stop(self) -> None:
        """Write what waits, then end. Links and the recording go on without us."""
        if not await self.rows.drained(DRAIN_S):
            _log.error("%d rows were not written", self.rows.waiting)
        await self._tasks.stop()
        for _, answer in self._inbox:
            if answer is not None and not answer.done():
                answer.set_exception(Refused(RefusalCode.NO_OPEN_RECEPTION))

    @property
    def healthy(self) -> bool:
        """True while all its tasks run."""
        return self._tasks.healthy

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._inbox:
                self._apply(*self._inbox.popleft())
            newest, self._newest = self._newest, {}
            for event in newest.values():
                self._apply(event, None)
            if self._overflowed:
                self._overflowed = False
                snapshot = await self.media.snapshot()
                if snapshot is not None:
                    self._apply(events.MediaConnected(snapshot), None)

    async def _tick(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK_S)
            self.post(events.TimePassed())
            self._alive.touch()
            ticks += 1
            if ticks % PLAN_EVERY_TICKS == 0 and not self.rows.waiting:
                await self._read_plan_if_possible()

    async def _read_plan_if_possible(self) -> None:
        try:
            await self._read_plan()
        except Exception:  # whatever the driver raises: the session goes on with the plan it has
            _log.exception("the plan could not be read")

    async def _read_plan(self) -> None:
        self.post(events.PlanRead(await self._database.run(read_live, self.now, self._prepared)))

    def debug_snapshot(self) -> dict[str, object]:
        return {
            "healthy": self.healthy,
            "inbox": len(self._inbox),
            "repeated": len(self._newest),
            "overflowed": self._overflowed,
            "screens": len(self.screens),
            "preparing": self._prepared is not None,
        }

    # --- effects -----------------------------------------------------------------------------------

    def _apply(self, event: events.Event, answer: asyncio.Future[None] | None) -> None:
        try:
            wanted = self.live.handle(event, self.now)
        except Refused as refused:
            if answer is not None and not answer.done():
                answer.set_exception(refused)
            return
        except Exception as error:  # a fault of ours must not end the session for everybody
            _log.exception("%s was not handled", type(event).__name__)
            if answer is not None and not answer.done():
                answer.set_exception(error)
            return
        for effect in wanted:
            self._perform(effect)
        if answer is not None and not answer.done():
            answer.set_result(None)

    def _perform(self, effect: effects.Effect) -> None:
        match effect:
            case effects.StageChanged(stage):
                self.media.set_stage(stage)
            case effects.RecordingChanged(recording):
                self.recorder.set_recording(recording)
            case effects.EndLink(link, connection, code, rejoin):
                self.media.close_link(link)
                if connection is not None:
                    self._tell_link_ended(connection, link, code, rejoin)
            case effects.TellLinkEnded(connection, link, code, rejoin):
                self._tell_link_ended(connection, link, code, rejoin)
            case effects.LineChanged(connection, layer):
                for screen in self.screens:
                    screen.line_changed(connection, layer)
            case effects.RoomsToTell(codes):
                for screen in self.screens:
                    screen.rooms_changed(codes)
            case effects.ConsoleToTell(rooms):
                self._tell_console(rooms)
            case row:
                self.rows.put(row)

    def _tell_link_ended(self, connection: str, link: str, code: RefusalCode, rejoin: bool) -> None:
        for screen in self.screens:
            screen.link_ended(connection, code, rejoin, link)

    def _tell_console(self, rooms: frozenset[RoomCode] | None) -> None:
        for screen in self.screens:
            screen.console_changed(rooms)


CONDUCTOR = web.AppKey("CONDUCTOR", Conductor)
