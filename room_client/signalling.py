"""The Socket.IO connection of a room (PROTOCOL.md, "Signalling"): one connection, used once.

python-socketio's own reconnection stays off: whether to come back, and when, is the room's decision, because a
wrong key must not be tried for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
import socketio
from pydantic import ValidationError

from signaling.enrolment import cookie_of
from signaling.help_messages import Help
from signaling.messages import (
    ROOM_NAMESPACE,
    Auth,
    InterpretationView,
    Join,
    Joined,
    Leave,
    LineView,
    LinkEnded,
    Message,
    Paths,
    Restart,
    StageView,
)
from signaling.refusals import Refusal, RefusalCode, Refused
from signaling.wall_messages import WallView

CONNECT_TIMEOUT_S = 8.0
JOIN_TIMEOUT_S = 8.0
GOODBYE_TIMEOUT_S = 2.0


class ServerUnreachable(ConnectionError):
    """No connection, or it broke; worth trying again."""


def find_refusal(answer: object) -> Refusal | None:
    """The refusal in an acknowledgement or in the data of a refused connection, however deep it is wrapped."""
    if not isinstance(answer, dict):
        return None
    try:
        return Refusal.model_validate(answer)
    except ValidationError:
        pass
    for name in ("refusal", "data", "message"):
        if (found := find_refusal(answer.get(name))) is not None:
            return found
    message = answer.get("message")
    if isinstance(message, str) and message in set(RefusalCode):
        return Refusal(code=RefusalCode(message))
    return None


def _as_error(refusal: Refusal) -> Refused:
    """With the server's own sentence, which `Refused` would make anew without."""
    error = Refused(refusal.code)
    error.refusal = refusal
    return error


class Signalling:
    """`connect`, `join` (again for each new link), `send`, `close`. Callbacks run on the event loop."""

    def __init__(
        self,
        server_url: str,
        auth: Auth,
        on_stage: Callable[[StageView], None],
        on_link_ended: Callable[[LinkEnded], None],
        on_paths: Callable[[Paths], None] = lambda _: None,
        on_line: Callable[[LineView], None] = lambda _: None,
        on_interpretation: Callable[[InterpretationView], None] = lambda _: None,
        on_wall: Callable[[WallView], None] = lambda _: None,
        on_help: Callable[[Help], None] = lambda _: None,
        *,
        credential: str = "",
    ) -> None:
        """`credential`: of an enrolled device, where `auth` has no key."""
        self._server_url = server_url
        self._auth = auth
        self._on_stage = on_stage
        self._on_link_ended = on_link_ended
        self._on_paths = on_paths
        self._on_line = on_line
        self._on_interpretation = on_interpretation
        self._on_wall = on_wall
        self._on_help = on_help
        self._credential = credential
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._refused: Refusal | None = None
        self._http: aiohttp.ClientSession | None = None
        self._client: Any = None

    async def connect(self, timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        """Raises Refused (the server does not want this room) or ServerUnreachable."""
        self._http = aiohttp.ClientSession(headers=cookie_of(self._credential))
        self._client = socketio.AsyncClient(
            reconnection=False, handle_sigint=False, http_session=self._http, logger=False
        )
        self._client.on("connect", self._connected, namespace=ROOM_NAMESPACE)
        self._client.on("stage", self._stage, namespace=ROOM_NAMESPACE)
        self._client.on("interpretation", self._interpretation, namespace=ROOM_NAMESPACE)
        self._client.on("wall", self._wall, namespace=ROOM_NAMESPACE)
        self._client.on("help", self._help, namespace=ROOM_NAMESPACE)
        self._client.on("paths", self._paths, namespace=ROOM_NAMESPACE)
        self._client.on("line", self._line, namespace=ROOM_NAMESPACE)
        self._client.on("link_ended", self._link_ended, namespace=ROOM_NAMESPACE)
        self._client.on("connect_error", self._connect_error, namespace=ROOM_NAMESPACE)
        self._client.on("disconnect", self._disconnected, namespace=ROOM_NAMESPACE)
        try:
            async with asyncio.timeout(timeout_s):
                await self._client.connect(
                    self._server_url,
                    auth=self._auth.model_dump(mode="json", exclude_defaults=True),  # an older server knows fewer
                    transports=["websocket"],
                    namespaces=[ROOM_NAMESPACE],
                    wait_timeout=timeout_s,
                )
        except (socketio.exceptions.ConnectionError, aiohttp.ClientError, TimeoutError, OSError) as error:
            if self._refused is not None:
                raise _as_error(self._refused) from error
            raise ServerUnreachable("the server does not answer") from error

    async def join(self, offer: str) -> Joined:
        """A new link. Raises Refused or ServerUnreachable."""
        return await self._negotiate(Join(sdp=offer))

    async def restart(self, offer: str) -> Joined:
        """ICE restart of the present link. Raises Refused or ServerUnreachable."""
        return await self._negotiate(Restart(sdp=offer))

    async def send(self, message: Message) -> bool:
        """False when the connection is gone."""
        if self._client is None:
            return False
        try:
            await self._client.emit(message.event, message.model_dump(mode="json"), namespace=ROOM_NAMESPACE)
        except (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError):
            return False
        return True

    async def answers(self, message: Message, timeout_s: float) -> bool:
        """Send, and hear whether the server acknowledges it: proves that the connection is alive."""
        try:
            await self._call(message, timeout_s)
        except ServerUnreachable:
            return False
        return True

    def abandon(self) -> None:
        """It is dead, whatever TCP believes."""
        self._disconnected()

    async def _negotiate(self, message: Join | Restart) -> Joined:
        answer = await self._call(message, JOIN_TIMEOUT_S)
        try:
            return Joined.model_validate(answer)
        except ValidationError:
            refusal = find_refusal(answer)
        if refusal is None:
            raise Refused(RefusalCode.BAD_MESSAGE, "an acknowledgement of another shape", "joined, or a refusal")
        raise _as_error(refusal)

    async def _call(self, message: Message, timeout_s: float) -> object:
        """The acknowledgement. Raises ServerUnreachable, at once when the connection breaks meanwhile."""
        if self._client is None or self.lost.done():
            raise ServerUnreachable("not connected")
        asking = asyncio.create_task(
            self._client.call(
                message.event, message.model_dump(mode="json"), namespace=ROOM_NAMESPACE, timeout=timeout_s
            ),
            name=f"room asks {message.event}",
        )
        try:
            await asyncio.wait((asking, self.lost), return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return asking.result()
        except (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError) as error:
            raise ServerUnreachable(f"the server did not answer `{message.event}`") from error
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        raise ServerUnreachable(f"the connection broke before `{message.event}` was answered")

    async def close(self, *, leave: bool = True) -> None:
        """Disconnect; with `leave` the server ends the link, too. Never fails; may be called twice."""
        client, self._client = self._client, None
        http, self._http = self._http, None
        try:
            if client is not None:
                await self._say_goodbye(client, leave)
        finally:  # also when whoever closes is cancelled meanwhile: the sockets are ours
            if http is not None:
                await http.close()

    async def _say_goodbye(self, client: Any, leave: bool) -> None:
        gone = (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError)
        if leave and client.connected and not self.lost.done():
            with suppress(*gone):  # `call`: a mere `emit` is dropped by the disconnection behind it
                await client.call(Leave.event, {}, namespace=ROOM_NAMESPACE, timeout=GOODBYE_TIMEOUT_S)
        with suppress(*gone):
            async with asyncio.timeout(GOODBYE_TIMEOUT_S):
                await client.disconnect()

    def _stage(self, data: object) -> None:
        # A message of a newer server is passed over: the next one may be readable again.
        with suppress(ValidationError):
            self._on_stage(StageView.model_validate(data))

    def _connected(self) -> None:
        self._on_interpretation(InterpretationView())  # it is told anew after the stage, if there is one
        self._on_wall(WallView())  # likewise

    def _interpretation(self, data: object) -> None:
        with suppress(ValidationError):
            self._on_interpretation(InterpretationView.model_validate(data))

    def _wall(self, data: object) -> None:
        with suppress(ValidationError):
            self._on_wall(WallView.model_validate(data))

    def _help(self, data: object) -> None:
        with suppress(ValidationError):
            self._on_help(Help.model_validate(data))

    def _paths(self, data: object) -> None:
        with suppress(ValidationError):
            self._on_paths(Paths.model_validate(data))

    def _line(self, data: object) -> None:
        with suppress(ValidationError):
            self._on_line(LineView.model_validate(data))

    def _link_ended(self, data: object) -> None:
        with suppress(ValidationError):
            self._on_link_ended(LinkEnded.model_validate(data))

    def _connect_error(self, data: object = None) -> None:
        self._refused = find_refusal(data if isinstance(data, dict) else {"message": data})

    def _disconnected(self, *_reason: object) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
