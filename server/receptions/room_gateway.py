"""Socket.IO namespace /room: rooms, overflow screens, the desk's camera page and the console's own link.

It knows who is at the other end and carries messages; what they mean is decided in `live`. Every message of a
connection goes through its inbox; what goes to the screens is `room_screens`.

A connection ends with `link_ended` where `rejoin` is false; where it is true the connection stays, and the
other end sends `join` again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Collection
from typing import Any

from socketio.exceptions import ConnectionRefusedError as HandshakeRefused

from server.data.engine import Database
from server.receptions import events
from server.receptions.conductor import Conductor
from server.receptions.line_checks import LineChecks
from server.receptions.negotiating import open_link, restart_link
from server.receptions.offices import OfficePlace, check_offices
from server.receptions.owned_tasks import OwnedTasks
from server.receptions.programme import DESK_CODE, RoomFacts
from server.receptions.room_identity import Identifying
from server.receptions.room_screens import RoomConnection, RoomScreens, Told
from server.receptions.socket_inbox import Answer, SocketInbox, parse, parse_as
from server.receptions.socket_namespace import SocketNamespace
from server.receptions.standing import CHECK_EVERY_S, fallen
from server.receptions.summoning import take_answer
from server.rooms.devices import note_seen
from server.web.languages import local_day
from server.web.wording import sentence
from signaling.check_messages import LineCheck, LineCheckEnd, RoomChecked
from signaling.help_messages import Help, HelpAct, Helped
from signaling.late_messages import Keeps
from signaling.messages import (
    ROOM_NAMESPACE,
    Auth,
    Devices,
    Hand,
    Join,
    Leave,
    Message,
    Purpose,
    Received,
    Restart,
    RoomCode,
)
from signaling.refusals import Refusal, RefusalCode, Refused
from signaling.schedule_messages import Clock, ClockTold
from signaling.spoken import UP_ROOM
from signaling.summons_messages import PresentOffice, RollCall, SummonsAnswer, SummonsSeen
from signaling.wall_messages import Picture

CONNECTIONS = {Purpose.ROOM: 4, Purpose.WATCH: 4, Purpose.DESK: 8}
"""Connections of one room at once. A room that reconnects over a bad line leaves dead ones behind for 20 s."""
DESK_WATCHERS = 8
_KINDS: dict[str, type[Message]] = {kind.event: kind for kind in UP_ROOM}
_log = logging.getLogger(__name__)


class RoomGateway(SocketNamespace):
    """Register it, `start` it, `stop` it."""

    def __init__(self, conductor: Conductor, database: Database, secret: bytes, told: Told) -> None:
        super().__init__(ROOM_NAMESPACE)
        self._conductor = conductor
        self._database = database
        self._identifying = Identifying(database, secret)
        self._offices = told.offices
        self._checks = told.checks
        self._lines = LineChecks(conductor)
        self._wall = told.wall
        self._helping = told.helping
        told.helping.deliver = self._deliver
        self._connections: dict[str, RoomConnection] = {}
        self._screens = RoomScreens(conductor, self._connections, told, self.send_to, self.hang_up)
        self._seen: set[int] = set()  # devices that connected since it was written down last
        self._tasks = OwnedTasks()
        conductor.screens.append(self._screens)

    def start(self) -> None:
        self._tasks.start("room screens", self._screens.run())
        self._tasks.start("room standings", self._check_standings())

    def revoked(self, devices: Collection[int]) -> None:
        """`ConnectedDevices`: their connections end, and their pages ask for a code."""
        for connection in self._connections.values():
            if connection.device in devices:
                self._screens.link_ended(connection.sid, RefusalCode.BAD_KEY, rejoin=False)

    @property
    def healthy(self) -> bool:
        return self._tasks.healthy

    @property
    def connections(self) -> int:
        return len(self._connections)

    async def stop(self) -> None:
        await self._tasks.stop()
        for connection in list(self._connections.values()):
            await connection.inbox.close()
        self._connections.clear()

    # --- from Socket.IO ----------------------------------------------------------------------------

    async def trigger_event(self, event: str, *args: Any) -> Any:
        if event == "connect":
            return await self._connect(*args)
        if event == "disconnect":
            return await self._disconnect(args[0])
        connection = self._connections.get(args[0])
        if connection is None:
            return None
        try:  # nothing is awaited before the message has its place in the inbox
            return await connection.inbox.offer(event, args[1] if len(args) > 1 else None)
        except Refused as refused:
            return self._worded(refused.refusal, connection.language)

    async def _connect(self, sid: str, environ: dict[str, Any], data: object = None) -> None:
        language = data.get("language", "vi") if isinstance(data, dict) else "vi"
        try:
            auth = parse_as(Auth, data)
            known = await self._identifying.identify(auth, environ, self._conductor.live.around.rooms)
            room, standing, device = known
            if auth.screen and (auth.purpose is not Purpose.WATCH or standing is not None):
                raise Refused(RefusalCode.NOT_ALLOWED, came="screen", allowed="watch, as a room")
            self._make_place(room, auth.purpose)
        except Refused as refused:
            refusal = self._worded(refused.refusal, language if language in ("vi", "en") else "vi")
            raise HandshakeRefused(refused.code.value, refusal) from None
        inbox = SocketInbox(lambda event, said: self._handle(sid, event, said))
        self._connections[sid] = RoomConnection(
            sid, room, auth.purpose, auth.language, standing, inbox, device, auth.screen
        )
        if device is not None:
            self._seen.add(device)
        self._conductor.post(events.ConnectionAppeared(sid, room.code, auth.purpose, auth.software))

    async def _disconnect(self, sid: str) -> None:
        connection = self._connections.pop(sid, None)
        if connection is not None:
            self._conductor.post(events.ConnectionWent(sid))
            await connection.inbox.close()
            await self._lines.gone(sid)

    def _make_place(self, room: RoomFacts, purpose: Purpose) -> None:
        """Raises Refused(TOO_MANY_LINKS); a room's own oldest connection makes way instead."""
        same = [
            one
            for one in self._connections.values()
            if one.room.code == room.code and one.purpose is purpose and one.ended is None
        ]
        at_desk = purpose is Purpose.WATCH and room.code == DESK_CODE
        limit = DESK_WATCHERS if at_desk else CONNECTIONS[purpose]
        if len(same) < limit:
            return
        if purpose is not Purpose.ROOM:
            raise Refused(RefusalCode.TOO_MANY_LINKS, came=str(len(same) + 1), allowed=str(limit))
        self._screens.link_ended(same[0].sid, RefusalCode.REPLACED, rejoin=False)

    async def _handle(self, sid: str, event: str, data: object) -> Answer:
        connection = self._connections[sid]
        message = parse(_KINDS, event, data)
        code = connection.room.code
        match message:
            case Join(sdp=sdp):
                link = f"link-{secrets.token_hex(12)}"
                purpose = connection.purpose
                joined = await open_link(self._conductor, link, code, purpose, sdp, connection=sid)
                return joined.model_dump(mode="json")
            case Restart(sdp=sdp):
                return (await restart_link(self._conductor, sid, sdp)).model_dump(mode="json")
            case Clock():
                return ClockTold(server_time=self._conductor.now.isoformat()).model_dump(mode="json")
            case Leave():
                await self._conductor.ask(events.RoomLeft(sid))
            case Hand(raised=raised):
                self._need_room(connection, event)
                await self._conductor.ask(events.HandMoved(code, raised))
            case Helped():
                self._need_room(connection, event)
                self._helping.take(code, message)
            case Devices():
                if connection.purpose is Purpose.ROOM:
                    self._helping.note_devices(code, message)
                    self._conductor.post(events.DevicesChanged(code, message))
            case Keeps():
                self._need(connection, Purpose.ROOM, event)
                self._conductor.post(events.KeepingTold(code, message))
            case Received():
                if connection.purpose is Purpose.ROOM:
                    self._conductor.post(events.RoomReceived(code, message))
            case Picture():
                self._need(connection, Purpose.ROOM, event)
                self._wall.take(code, message)
            case SummonsSeen(summons=summons, version=version):
                self._need_room(connection, event)
                self._conductor.post(events.SummonsShown(code, summons, version))
            case SummonsAnswer():
                self._need_room(connection, event)
                await self._answer_summons(code, message)
            case RollCall(present=present):
                self._need_room(connection, event)
                await self._call_roll(code, present)
            case RoomChecked():
                self._need(connection, Purpose.ROOM, event)
                software = self._conductor.live.around.software.get(code, "")
                taken = await self._checks.take(connection.room, message, software, self._conductor.now)
                return taken.model_dump(mode="json")
            case LineCheck(sdp=sdp):
                self._need(connection, Purpose.ROOM, event)
                return (await self._lines.begin(sid, code, sdp)).model_dump(mode="json")
            case LineCheckEnd(link=link):
                return (await self._lines.end(sid, link)).model_dump(mode="json")
        return None

    def _deliver(self, code: RoomCode, asked: Help) -> bool:
        """To the room, the newest connection of it. Of an appliance a message goes to its screen, all else to the
        sender, which has the devices and tells the screen; where only the screen is there, that one answers.
        """
        own = [
            one
            for one in self._connections.values()
            if one.room.code == code and one.acts_for_room and one.ended is None
        ]
        own.sort(key=lambda one: one.screen is (asked.act is HelpAct.MESSAGE))
        if own:
            self._screens.help(own[-1], asked)
        return bool(own)

    async def _answer_summons(self, code: RoomCode, said: SummonsAnswer) -> None:
        """Acknowledged when it is stored: the office relies on it."""
        now = self._conductor.now
        offices = [office.code for office in self._offices.on(local_day(now), OfficePlace.ROOM)]
        await self._database.run(take_answer, code, said, offices, now)
        await self._conductor.look_again()

    async def _call_roll(self, code: RoomCode, present: tuple[PresentOffice, ...]) -> None:
        offices = [office.code for office in self._offices.on(local_day(self._conductor.now), OfficePlace.ROOM)]
        check_offices(present, offices)
        await self._conductor.ask(events.RollWasCalled(code, present, f"room:{code}"))

    def _need(self, connection: RoomConnection, purpose: Purpose, event: str) -> None:
        """Of a room with a screen of its own: the end that has the devices."""
        if connection.purpose is not purpose:
            raise Refused(RefusalCode.NOT_ALLOWED, came=f"{event} as {connection.purpose}", allowed=purpose)

    def _need_room(self, connection: RoomConnection, event: str) -> None:
        if not connection.acts_for_room:
            raise Refused(RefusalCode.NOT_ALLOWED, came=f"{event} as {connection.purpose}", allowed=Purpose.ROOM)

    async def _check_standings(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            self._screens.rooms_changed(None)  # so that paths are renewed; a stage that is the same is not sent
            await self._check_devices()
            standings = {one.standing for one in self._connections.values() if one.standing is not None}
            try:
                gone = await self._database.run(fallen, standings)
            except Exception:  # whatever the driver raises: nobody is thrown out for a sick database
                _log.exception("logins could not be checked")
                continue
            for connection in self._connections.values():
                if connection.standing in gone:
                    self._screens.link_ended(connection.sid, RefusalCode.NOT_ALLOWED, rejoin=False)

    async def _check_devices(self) -> None:
        """Write down who is here; and who was revoked by somebody we heard nothing of has to go."""
        here = self._seen | {one.device for one in self._connections.values() if one.device is not None}
        if not here:
            return
        try:
            self.revoked(await self._database.run(note_seen, here, self._conductor.now))
        except Exception:
            _log.exception("devices could not be noted")
            return
        self._seen -= here

    def _worded(self, refusal: Refusal, language: str) -> dict[str, object]:
        return refusal.model_copy(update={"text": sentence(refusal, language)}).model_dump(mode="json")

    def debug_snapshot(self) -> dict[str, object]:
        purposes = Counter(one.purpose.value for one in self._connections.values())
        return {"connections": len(self._connections), "purposes": dict(purposes), "healthy": self.healthy}
