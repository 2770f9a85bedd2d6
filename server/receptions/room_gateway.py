"""Socket.IO namespace /room: rooms, overflow screens, the desk's camera page and the console's own link.

It knows who is at the other end and carries messages; what they mean is decided in `live`. Every message of a
connection goes through its inbox, every screen is sent by the one pushing task, so that order is kept.

A connection ends with `link_ended` where `rejoin` is false; where it is true the connection stays, and the
other end sends `join` again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass, field
from typing import Any

from socketio.exceptions import ConnectionRefusedError as HandshakeRefused

from server.data.engine import Database
from server.receptions import events
from server.receptions.conductor import Conductor
from server.receptions.owned_tasks import OwnedTasks
from server.receptions.programme import DESK_CODE, RoomFacts
from server.receptions.rules import may_publish_desk, may_see_console
from server.receptions.socket_inbox import Answer, SocketInbox, parse, parse_as
from server.receptions.socket_namespace import SocketNamespace
from server.receptions.standing import CHECK_EVERY_S, Standing, fallen, standing_of
from server.receptions.views import stage_view
from server.rooms.keys import parse_key
from server.web.wording import sentence
from signaling.messages import (
    ROOM_NAMESPACE,
    UP_ROOM,
    Auth,
    Devices,
    Hand,
    Join,
    Joined,
    Leave,
    LinkEnded,
    Message,
    Purpose,
    Received,
    RoomCode,
)
from signaling.refusals import Refusal, RefusalCode, Refused

CONNECTIONS = {Purpose.ROOM: 4, Purpose.WATCH: 4, Purpose.DESK: 8}
"""Connections of one room at once. A room that reconnects over a bad line leaves dead ones behind for 45 s."""
DESK_WATCHERS = 8
_KINDS: dict[str, type[Message]] = {kind.event: kind for kind in UP_ROOM}
_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Connection:
    sid: str
    room: RoomFacts
    purpose: Purpose
    language: str
    standing: Standing | None
    inbox: SocketInbox
    shown: dict[str, object] = field(default_factory=dict)
    ended: Refusal | None = None
    rejoin: bool = True


class RoomGateway(SocketNamespace):
    """Register it, `start` it, `stop` it."""

    def __init__(self, conductor: Conductor, database: Database, secret: bytes) -> None:
        super().__init__(ROOM_NAMESPACE)
        self._conductor = conductor
        self._database = database
        self._secret = secret
        self._connections: dict[str, _Connection] = {}
        self._dirty: set[RoomCode] = set()
        self._all_dirty = False
        self._wake = asyncio.Event()
        self._tasks = OwnedTasks()
        conductor.screens.append(self)

    def start(self) -> None:
        self._tasks.start("room screens", self._push())
        self._tasks.start("room standings", self._check_standings())

    @property
    def healthy(self) -> bool:
        return self._tasks.healthy

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
            room, standing = await self._identify(auth, environ)
            self._make_place(room, auth.purpose)
        except Refused as refused:
            refusal = self._worded(refused.refusal, language if language in ("vi", "en") else "vi")
            raise HandshakeRefused(refused.code.value, refusal) from None
        inbox = SocketInbox(lambda event, said: self._handle(sid, event, said))
        self._connections[sid] = _Connection(sid, room, auth.purpose, auth.language, standing, inbox)
        self._conductor.post(events.ConnectionAppeared(sid, room.code, auth.purpose))

    async def _disconnect(self, sid: str) -> None:
        connection = self._connections.pop(sid, None)
        if connection is not None:
            self._conductor.post(events.ConnectionWent(sid))
            await connection.inbox.close()

    async def _identify(self, auth: Auth, environ: dict[str, Any]) -> tuple[RoomFacts, Standing | None]:
        """Raises Refused: BAD_KEY for a wrong key, NOT_ALLOWED without the right."""
        rooms = self._conductor.live.around.rooms
        if auth.key:
            key = parse_key(self._secret, auth.key)
            room = rooms.get(key.code)
            if room is None or room.key_version != key.version:
                raise Refused(RefusalCode.BAD_KEY)
            if auth.purpose is not Purpose.WATCH and (auth.purpose is Purpose.DESK) != (room.code == DESK_CODE):
                raise Refused(RefusalCode.NOT_ALLOWED, came=auth.purpose)
            return room, None
        standing = await standing_of(environ["aiohttp.request"])
        desk = rooms.get(DESK_CODE)
        if standing is None or desk is None:
            raise Refused(RefusalCode.BAD_KEY)
        may = may_publish_desk if auth.purpose is Purpose.DESK else may_see_console
        if auth.purpose is Purpose.ROOM or not may(standing.role):
            raise Refused(RefusalCode.NOT_ALLOWED, came=auth.purpose)
        return desk, standing

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
        self.link_ended(same[0].sid, RefusalCode.REPLACED, rejoin=False)

    async def _handle(self, sid: str, event: str, data: object) -> Answer:
        connection = self._connections[sid]
        message = parse(_KINDS, event, data)
        code = connection.room.code
        match message:
            case Join(sdp=sdp):
                return (await self._join(connection, sdp)).model_dump(mode="json")
            case Leave():
                await self._conductor.ask(events.RoomLeft(sid))
            case Hand(raised=raised):
                self._need(connection, Purpose.ROOM, event)
                await self._conductor.ask(events.HandMoved(code, raised))
            case Devices():
                if connection.purpose is Purpose.ROOM:
                    self._conductor.post(events.DevicesChanged(code, message))
            case Received():
                if connection.purpose is Purpose.ROOM:
                    self._conductor.post(events.RoomReceived(code, message))
        return None

    def _need(self, connection: _Connection, purpose: Purpose, event: str) -> None:
        if connection.purpose is not purpose:
            raise Refused(RefusalCode.NOT_ALLOWED, came=f"{event} as {connection.purpose}", allowed=purpose)

    async def _join(self, connection: _Connection, sdp: str) -> Joined:
        link = f"link-{secrets.token_hex(12)}"
        room, purpose = connection.room.code, connection.purpose
        await self._conductor.ask(events.LinkAsked(link, room, purpose, connection.sid))
        try:
            answer = await self._conductor.media.open_link(link, room, purpose, sdp)
            await self._conductor.ask(events.LinkAgreed(link))
        except BaseException:  # also when the connection went away meanwhile: media must not keep the link
            self._conductor.post(events.LinkFailed(link))
            raise
        return Joined(link=link, sdp=answer)

    # --- to Socket.IO ------------------------------------------------------------------------------

    def rooms_changed(self, codes: frozenset[RoomCode] | None) -> None:
        if codes is None:
            self._all_dirty = True
        else:
            self._dirty |= codes
        self._wake.set()

    def console_changed(self, rooms: frozenset[RoomCode] | None) -> None:
        """Not ours: the console is another namespace."""

    def link_ended(self, connection: str, code: RefusalCode, rejoin: bool) -> None:
        known = self._connections.get(connection)
        if known is not None:
            known.ended, known.rejoin = Refusal(code=code), rejoin
            self._wake.set()

    async def _push(self) -> None:
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
                await self._push_stage(connection)

    async def _push_stage(self, connection: _Connection) -> None:
        room = self._conductor.live.around.rooms.get(connection.room.code)
        if room is None or room.key_version != connection.room.key_version:
            self.link_ended(connection.sid, RefusalCode.BAD_KEY, rejoin=False)
            return
        view = stage_view(self._conductor.live, room, self._conductor.now).model_dump(mode="json")
        server_time = view.pop("server_time")
        if view == connection.shown:
            return
        connection.shown = view
        await self.send_to(connection.sid, "stage", {**view, "server_time": server_time})

    async def _push_end(self, connection: _Connection) -> None:
        refusal, connection.ended = connection.ended, None
        if refusal is None:
            return
        text = sentence(refusal, connection.language)
        ended = LinkEnded(refusal=refusal.model_copy(update={"text": text}), rejoin=connection.rejoin)
        await self.send_to(connection.sid, "link_ended", ended.model_dump(mode="json"))
        if not connection.rejoin:
            await self.hang_up(connection.sid)

    async def _check_standings(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            standings = {one.standing for one in self._connections.values() if one.standing is not None}
            try:
                gone = await self._database.run(fallen, standings)
            except Exception:  # whatever the driver raises: nobody is thrown out for a sick database
                _log.exception("logins could not be checked")
                continue
            for connection in self._connections.values():
                if connection.standing in gone:
                    self.link_ended(connection.sid, RefusalCode.NOT_ALLOWED, rejoin=False)

    def _worded(self, refusal: Refusal, language: str) -> dict[str, object]:
        return refusal.model_copy(update={"text": sentence(refusal, language)}).model_dump(mode="json")

    def debug_snapshot(self) -> dict[str, int]:
        return {"connections": len(self._connections)}
