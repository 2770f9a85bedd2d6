"""What the screens of /room are sent, all of it by one task, so that order is kept.

First why a link ended, then to whoever has the floor and then to all others their paths, what they wait for, the
stage, who interprets and their summonses, then what lines carry. Nothing is queued: what is sent is what holds
at that moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from server.receptions.check_plan import checks_view
from server.receptions.conductor import Conductor
from server.receptions.dated_rules import ReceptionRules
from server.receptions.helping import Helping
from server.receptions.offices import OfficePlace, Offices
from server.receptions.programme import RoomFacts, SummonsFacts
from server.receptions.room_checks import RoomChecks
from server.receptions.room_schedule import schedule_view
from server.receptions.socket_inbox import SocketInbox
from server.receptions.standing import Standing
from server.receptions.turn_access import RENEWED, TurnAccess
from server.receptions.views import interpretation_view, roll_view, stage_view, summonses_view
from server.receptions.wall import Wall
from server.web.languages import local_day
from server.web.wording import sentence
from signaling.check_messages import ChecksView
from signaling.help_messages import Help
from signaling.messages import Carried, InterpretationView, LineView, LinkEnded, Purpose, RoomCode
from signaling.refusals import Refusal, RefusalCode
from signaling.schedule_messages import ScheduleView, SoftwareView
from signaling.wall_messages import WallView


@dataclass(slots=True, eq=False)
class RoomConnection:
    sid: str
    room: RoomFacts
    purpose: Purpose
    language: str
    standing: Standing | None
    inbox: SocketInbox
    device: int | None = None  # the number of the room's enrolled browser, if it came by one
    screen: bool = False  # beside an appliance: as `Auth.screen`
    paths_at: datetime | None = None  # when it was told its paths
    schedule: ScheduleView | None = None  # as it was told
    shown: dict[str, object] = field(default_factory=dict)
    interpretation: InterpretationView = field(default_factory=InterpretationView)  # as it was told
    summonses: tuple[SummonsFacts, ...] = ()  # as it was told
    roll: object = None  # what it was told is made from
    checks: ChecksView = field(default_factory=ChecksView)  # as it was told
    wall: WallView = field(default_factory=WallView)  # as it was told
    helps: list[Help] = field(default_factory=list)  # to be told
    line: Carried | None = None  # to be told
    ended: LinkEnded | None = None  # to be told

    @property
    def acts_for_room(self) -> bool:
        """Somebody of the room sits before it: it is told what the room is asked, and answers."""
        return self.purpose is Purpose.ROOM or self.screen


@dataclass(frozen=True, slots=True)
class Told:
    """What screens are told besides the live state. `page`: which room's page this server has."""

    turn: TurnAccess
    offices: Offices
    rules: ReceptionRules
    page: str
    checks: RoomChecks  # who keeps what rooms found
    morning_check: timedelta | None  # how long after midnight rooms check themselves; None: they do not
    wall: Wall
    helping: Helping


class RoomScreens:
    """The `Screens` of the rooms. `connections` are the gateway's, by their sid; `run` it."""

    def __init__(
        self,
        conductor: Conductor,
        connections: Mapping[str, RoomConnection],
        told: Told,
        send_to: Callable[[str, str, dict[str, object]], Awaitable[None]],
        hang_up: Callable[[str], Awaitable[None]],
    ) -> None:
        self._conductor = conductor
        self._connections = connections
        self._told = told
        self._send_to = send_to
        self._hang_up = hang_up
        self._dirty: set[RoomCode] = set()
        self._all_dirty = False
        self._wake = asyncio.Event()

    # --- from the conductor ------------------------------------------------------------------------

    def rooms_changed(self, codes: frozenset[RoomCode] | None) -> None:
        if codes is None:
            self._all_dirty = True
        else:
            self._dirty |= codes
        self._wake.set()

    def console_changed(self, rooms: frozenset[RoomCode] | None) -> None:
        """Not ours: the console is another namespace."""

    def link_ended(self, connection: str, code: RefusalCode, rejoin: bool, link: str = "") -> None:
        known = self._connections.get(connection)
        if known is not None and (known.ended is None or known.ended.rejoin):
            known.ended = LinkEnded(link=link, refusal=Refusal(code=code), rejoin=rejoin)
            self._told.helping.note_end(known.room.code, code)
            self._wake.set()

    def line_changed(self, connection: str, layer: Carried) -> None:
        known = self._connections.get(connection)
        if known is not None:
            known.line = layer
            self._wake.set()

    def help(self, connection: RoomConnection, asked: Help) -> None:
        connection.helps.append(asked)
        self._wake.set()

    # --- to Socket.IO ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Never returns; cancel it."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            dirty, all_dirty = self._dirty, self._all_dirty
            self._dirty, self._all_dirty = set(), False
            for connection in [one for one in self._connections.values() if one.ended is not None]:
                await self._push_end(connection)
            floor = self._conductor.live.floor
            first = floor.code if floor is not None else ""
            wanted = [one for one in self._connections.values() if all_dirty or one.room.code in dirty]
            for connection in sorted(wanted, key=lambda one: one.room.code != first):
                await self._push_paths(connection)
                await self._push_schedule(connection)
                await self._push_stage(connection)
                await self._push_interpretation(connection)
                await self._push_wall(connection)
            for connection in wanted:  # after the last stage: nothing of this is as urgent
                await self._push_summonses(connection)
                await self._push_roll(connection)
                await self._push_checks(connection)
            for connection in [one for one in self._connections.values() if one.helps]:
                await self._push_helps(connection)
            for connection in [one for one in self._connections.values() if one.line is not None]:
                await self._push_line(connection)

    async def _push_paths(self, connection: RoomConnection) -> None:
        now = self._conductor.now
        if connection.paths_at is None or now - connection.paths_at >= RENEWED:
            connection.paths_at = now
            await self._send_to(connection.sid, "paths", self._told.turn.paths(now).model_dump(mode="json"))

    async def _push_schedule(self, connection: RoomConnection) -> None:
        """To the room's own screen, and before the stage: who knows what it waits for does not join in vain."""
        if not connection.acts_for_room:
            return
        if connection.schedule is None:
            software = SoftwareView(page=self._told.page)
            await self._send_to(connection.sid, software.event, software.model_dump(mode="json"))
        around = self._conductor.live.around
        summonses = around.summonses.of(connection.room.code)
        view = schedule_view(around.upcoming, summonses, self._told.rules)
        if view != connection.schedule:
            connection.schedule = view
            await self._send_to(connection.sid, view.event, view.model_dump(mode="json"))

    async def _push_stage(self, connection: RoomConnection) -> None:
        room = self._conductor.live.around.rooms.get(connection.room.code)
        if room is None or room.key_version != connection.room.key_version:
            self.link_ended(connection.sid, RefusalCode.BAD_KEY, rejoin=False)
            return
        view = stage_view(self._conductor.live, room, self._conductor.now).model_dump(mode="json")
        server_time = view.pop("server_time")
        if view == connection.shown:
            return
        connection.shown = view
        await self._send_to(connection.sid, "stage", {**view, "server_time": server_time})

    async def _push_interpretation(self, connection: RoomConnection) -> None:
        view = interpretation_view(self._conductor.live, connection.room.code)
        if view != connection.interpretation:
            connection.interpretation = view
            await self._send_to(connection.sid, view.event, view.model_dump(mode="json"))

    async def _push_wall(self, connection: RoomConnection) -> None:
        """To the end with the camera, and to the screen beside it: who sits there has to read that he is seen."""
        if not connection.acts_for_room:
            return
        view = self._told.wall.view(connection.room.code)
        if view != connection.wall:
            connection.wall = view
            await self._send_to(connection.sid, view.event, view.model_dump(mode="json"))

    async def _push_helps(self, connection: RoomConnection) -> None:
        asked, connection.helps = connection.helps, []
        for message in asked:
            await self._send_to(connection.sid, message.event, message.model_dump(mode="json"))

    async def _push_summonses(self, connection: RoomConnection) -> None:
        """To the room's own screen, not to overflow screens."""
        wanted = self._conductor.live.around.summonses.of(connection.room.code)
        told = tuple(replace(one, seen=False) for one in wanted)  # that it was seen is nothing to be told
        if not connection.acts_for_room or told == connection.summonses:
            return
        connection.summonses = told
        offices = self._told.offices.on(local_day(self._conductor.now), OfficePlace.ROOM)
        view = summonses_view(wanted, offices, connection.language)
        await self._send_to(connection.sid, "summonses", view.model_dump(mode="json"))

    async def _push_roll(self, connection: RoomConnection) -> None:
        """To the room's own screen. Nothing is said of it until there is a roll to be called."""
        live, now = self._conductor.live, self._conductor.now
        if not connection.acts_for_room or (connection.roll is None and not live.may_call_roll(now)):
            return
        code = connection.room.code
        coming = live.around.summonses.coming(code, live.id) if live.facts is not None else ()
        state = (live.may_call_roll(now), live.rolls.was_called(code), live.rolls.of(code), coming)
        if state == connection.roll:
            return
        connection.roll = state
        offices = self._told.offices.on(local_day(now), OfficePlace.ROOM)
        view = roll_view(live, code, coming, offices, connection.language, now)
        await self._send_to(connection.sid, "roll", view.model_dump(mode="json"))

    async def _push_checks(self, connection: RoomConnection) -> None:
        if connection.purpose is not Purpose.ROOM:
            return
        upcoming, now = self._conductor.live.around.upcoming, self._conductor.now
        view = checks_view(connection.room.code, upcoming, self._told.rules, self._told.morning_check, now)
        if view != connection.checks:
            connection.checks = view
            await self._send_to(connection.sid, view.event, view.model_dump(mode="json"))

    async def _push_line(self, connection: RoomConnection) -> None:
        layer, connection.line = connection.line, None
        if layer is not None:
            await self._send_to(connection.sid, "line", LineView(layer=layer).model_dump(mode="json"))

    async def _push_end(self, connection: RoomConnection) -> None:
        ended, connection.ended = connection.ended, None
        if ended is None:
            return
        worded = ended.refusal.model_copy(update={"text": sentence(ended.refusal, connection.language)})
        message = ended.model_copy(update={"refusal": worded})
        await self._send_to(connection.sid, "link_ended", message.model_dump(mode="json"))
        if not ended.rejoin:
            await self._hang_up(connection.sid)
