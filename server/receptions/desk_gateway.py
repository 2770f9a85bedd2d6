"""Socket.IO namespace /desk: the console. State down, commands up.

The whole state goes out on every change and once a second, the room list whole on connecting and then only
entries that changed, four times a second at most: with 191 rooms that is some hundred entries a second. A
second console window is allowed; both work, and `consoles` says how many there are.

The `auth` object may name the `reception` whose console was opened, and the `language`.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from socketio.exceptions import ConnectionRefusedError as HandshakeRefused

from server.data.engine import Database
from server.receptions.conductor import Conductor
from server.receptions.owned_tasks import OwnedTasks
from server.receptions.rules import may_command, may_see_console
from server.receptions.socket_inbox import Answer, SocketInbox, parse
from server.receptions.socket_namespace import SocketNamespace
from server.receptions.standing import CHECK_EVERY_S, Standing, fallen, standing_of
from server.receptions.views import console_state, room_entries
from server.web.languages import Catalogs, today
from server.web.wording import sentence
from signaling.desk_messages import Command, CommandName, CommandResult, ConsoleRooms, RoomEntry
from signaling.messages import DESK_NAMESPACE, Carried, Message, RoomCode
from signaling.refusals import Refusal, RefusalCode, Refused
from signaling.spoken import UP_DESK

CONSOLES = 16
STATE_EVERY_S = 1.0
STATE_PAUSE_S = 0.05  # changes that come together are shown together
ROOMS_PAUSE_S = 0.25
_KINDS: dict[str, type[Message]] = {kind.event: kind for kind in UP_DESK}
_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Console:
    sid: str
    standing: Standing
    language: str
    inbox: SocketInbox


class DeskGateway(SocketNamespace):
    """Register it, `start` it, `stop` it."""

    def __init__(self, conductor: Conductor, database: Database, catalogs: Catalogs) -> None:
        super().__init__(DESK_NAMESPACE)
        self._conductor = conductor
        self._database = database
        self._catalogs = catalogs
        self._consoles: dict[str, _Console] = {}
        self._newcomers: list[str] = []
        self._sent: dict[RoomCode, RoomEntry] = {}
        self._changed_rooms: set[RoomCode] = set()
        self._all_changed = False
        self._state_wake = asyncio.Event()
        self._rooms_wake = asyncio.Event()
        self._tasks = OwnedTasks()
        conductor.screens.append(self)

    def start(self) -> None:
        self._tasks.start("console state", self._push_state())
        self._tasks.start("console rooms", self._push_rooms())
        self._tasks.start("console standings", self._check_standings())

    @property
    def healthy(self) -> bool:
        return self._tasks.healthy

    def debug_snapshot(self) -> dict[str, object]:
        return {
            "consoles": len(self._consoles),
            "newcomers": len(self._newcomers),
            "rooms_to_send": len(self._changed_rooms),
            "healthy": self.healthy,
        }

    @property
    def connections(self) -> int:
        return len(self._consoles)

    async def stop(self) -> None:
        await self._tasks.stop()
        for console in list(self._consoles.values()):
            await console.inbox.close()
        self._consoles.clear()

    # --- from Socket.IO ----------------------------------------------------------------------------

    async def trigger_event(self, event: str, *args: Any) -> Any:
        if event == "connect":
            return await self._connect(*args)
        if event == "disconnect":
            return await self._disconnect(args[0])
        console = self._consoles.get(args[0])
        if console is None:
            return None
        try:  # nothing is awaited before the message has its place in the inbox
            return await console.inbox.offer(event, args[1] if len(args) > 1 else None)
        except Refused as refused:
            refusal = self._worded(refused.refusal, console.language)
            return CommandResult(ok=False, refusal=refusal).model_dump(mode="json")

    async def _connect(self, sid: str, environ: dict[str, Any], data: object = None) -> None:
        auth = data if isinstance(data, dict) else {}
        standing = await standing_of(environ["aiohttp.request"])
        wished = auth.get("language")
        language = wished if wished in ("vi", "en") else (standing.language if standing is not None else "vi")
        refused = None
        if standing is None or not may_see_console(standing.role):
            refused = Refusal(code=RefusalCode.NOT_ALLOWED)
        elif len(self._consoles) >= CONSOLES:
            refused = Refusal(code=RefusalCode.TOO_MANY_LINKS, came=str(CONSOLES + 1), allowed=str(CONSOLES))
        if refused is not None or standing is None:
            refusal = self._worded(refused or Refusal(code=RefusalCode.NOT_ALLOWED), language)
            raise HandshakeRefused(refusal.code.value, refusal.model_dump(mode="json"))
        reception = auth.get("reception")
        if isinstance(reception, int) and may_command(standing.role, CommandName.OPEN):
            await self._conductor.prepare(reception)
        inbox = SocketInbox(lambda event, said: self._handle(sid, event, said))
        self._consoles[sid] = _Console(sid, standing, language, inbox)
        self._newcomers.append(sid)
        self._state_wake.set()
        self._rooms_wake.set()

    async def _disconnect(self, sid: str) -> None:
        console = self._consoles.pop(sid, None)
        if console is not None:
            self._state_wake.set()
            await console.inbox.close()

    async def _handle(self, sid: str, event: str, data: object) -> Answer:
        console = self._consoles[sid]
        command = parse(_KINDS, event, data)
        standing = console.standing
        if standing.over(today()) or not isinstance(command, Command):
            raise Refused(RefusalCode.NOT_ALLOWED, came=standing.role)
        if not may_command(standing.role, command.name):
            raise Refused(RefusalCode.NOT_ALLOWED, came=standing.role)
        await self._conductor.command(command, standing.actor)
        return CommandResult(ok=True).model_dump(mode="json")

    # --- to Socket.IO ------------------------------------------------------------------------------

    def rooms_changed(self, codes: frozenset[RoomCode] | None) -> None:
        """Not ours: whatever changes a room's screen is told to the console as well."""

    def link_ended(self, connection: str, code: RefusalCode, rejoin: bool, link: str = "") -> None:
        """Not ours: a console's link is a connection to /room."""

    def line_changed(self, connection: str, layer: Carried) -> None:
        """Not ours, for the same reason."""

    def console_changed(self, rooms: frozenset[RoomCode] | None) -> None:
        if not self._consoles:
            return
        if rooms is None:
            self._all_changed = True
        else:
            self._changed_rooms |= rooms
        self._state_wake.set()
        if rooms is None or rooms:
            self._rooms_wake.set()

    async def _push_state(self) -> None:
        while True:
            try:
                async with asyncio.timeout(STATE_EVERY_S):
                    await self._state_wake.wait()
            except TimeoutError:
                pass
            self._state_wake.clear()
            for language in {console.language for console in self._consoles.values()}:
                await self._send_state(language)
            await asyncio.sleep(STATE_PAUSE_S)

    async def _send_state(self, language: str) -> None:
        alarm = self._conductor.rows.alarm
        said = self._catalogs.gettext(language, alarm) if alarm else ""
        state = console_state(self._conductor.live, len(self._consoles), said, self._conductor.now)
        if state is None:
            return
        data = state.model_dump(mode="json")
        for console in list(self._consoles.values()):
            if console.language == language:
                await self.send_to(console.sid, "console", data)

    async def _push_rooms(self) -> None:
        while True:
            await self._rooms_wake.wait()
            self._rooms_wake.clear()
            newcomers, self._newcomers = self._newcomers, []
            changed = self._take_changed(whole=bool(newcomers))
            if changed:
                self._sent.update({entry.code: entry for entry in changed})
                data = ConsoleRooms(complete=False, rooms=changed).model_dump(mode="json")
                for sid in [one for one in self._consoles if one not in newcomers]:
                    await self.send_to(sid, "rooms", data)
            if newcomers:
                whole = ConsoleRooms(complete=True, rooms=room_entries(self._conductor.live))
                data = whole.model_dump(mode="json")
                for sid in newcomers:
                    await self.send_to(sid, "rooms", data)
            await asyncio.sleep(ROOMS_PAUSE_S)

    def _take_changed(self, *, whole: bool) -> tuple[RoomEntry, ...]:
        """Entries that are not what was sent last."""
        codes = None if self._all_changed or whole else frozenset(self._changed_rooms)
        self._changed_rooms.clear()
        self._all_changed = False
        entries = room_entries(self._conductor.live, codes)
        return tuple(entry for entry in entries if self._sent.get(entry.code) != entry)

    async def _check_standings(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            try:
                gone = await self._database.run(fallen, {one.standing for one in self._consoles.values()})
            except Exception:  # whatever the driver raises: nobody is thrown out for a sick database
                _log.exception("logins could not be checked")
                continue
            for console in [one for one in self._consoles.values() if one.standing in gone]:
                await self.hang_up(console.sid)

    def _worded(self, refusal: Refusal, language: str) -> Refusal:
        return refusal.model_copy(update={"text": sentence(refusal, language)})
