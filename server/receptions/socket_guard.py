"""What a Socket.IO connection may send before anybody looks at what it means: text, well-formed, not without end.

python-socketio itself logs a traceback for each message it cannot read, whoever sent it; gathers binary
attachments without limit; and gives an event that a client named "connect" to the handler of connections. So
what it cannot read ends the connection, quietly; so does a flood far above what an inbox refuses in words.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from socketio.packet import CONNECT, DISCONNECT, EVENT, Packet

from server.receptions.socket_inbox import RateLimit

BURST = 400  # messages at once: ten times what an inbox takes
PER_SECOND = 40
RESERVED = frozenset({"connect", "disconnect", "connect_error"})
PATH = "/socket.io/"
UNREADABLE = (ValueError, TypeError, LookupError, RecursionError)
"""What the library's own reading raises for a text or a structure that is none of the protocol."""
_log = logging.getLogger(__name__)


class RoomPacket(Packet):  # type: ignore[misc, unused-ignore]
    """Reads only what a room or a console may send: connect, disconnect, and events with a name of their own."""

    def decode(self, encoded_packet: Any) -> int:
        """Raises one of `UNREADABLE`."""
        if not isinstance(encoded_packet, str):
            raise ValueError("binary")
        super().decode(encoded_packet)  # type: ignore[no-untyped-call]
        if self.packet_type == EVENT:
            data = self.data
            if not isinstance(data, list) or not data or not isinstance(data[0], str) or data[0] in RESERVED:
                raise ValueError("no event")
        elif self.packet_type not in (CONNECT, DISCONNECT):
            raise ValueError("not of a client")
        return 0  # attachments to wait for


class SocketGuard:
    """Stands between Engine.IO and Socket.IO. Make the server with `serializer=RoomPacket`, then `guard` it."""

    def __init__(self) -> None:
        self._limits: dict[str, RateLimit] = {}

    def guard(self, server: socketio.AsyncServer, app: web.Application) -> None:
        read, gone = server.eio.handlers["message"], server.eio.handlers["disconnect"]
        server.eio.on("message", self._message(server, read))
        server.eio.on("disconnect", self._disconnect(gone))
        app.middlewares.append(_unreadable_frame(server))
        logging.getLogger("engineio.server").addFilter(_without_traceback)

    def _message(self, server: Any, read: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def message(connection: str, data: object) -> None:
            socket = server.eio.sockets.get(connection)
            if socket is None or socket.closed:
                return  # what an ended connection had still under way
            limit = self._limits.setdefault(connection, RateLimit(BURST, PER_SECOND))
            if not limit.take(time.monotonic()):
                await self._end(server, connection, "too many messages")
                return
            try:
                await read(connection, data)
            except UNREADABLE as error:
                await self._end(server, connection, type(error).__name__)

        return message

    def _disconnect(self, gone: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def disconnect(connection: str, *reason: object) -> None:
            self._limits.pop(connection, None)
            await gone(connection, *reason)

        return disconnect

    async def _end(self, server: Any, connection: str, why: str) -> None:
        _log.warning("a connection was ended: %s", why)
        request: web.Request | None = server.environ.get(connection, {}).get("aiohttp.request")
        upgraded = server.eio.transport(connection) == "websocket"
        socket = server.eio.sockets.pop(connection)
        await socket.close(wait=False, reason=server.reason.SERVER_DISCONNECT)  # who floods need not read it
        await socket.queue.put(None)
        if upgraded and request is not None and request.transport is not None:
            request.transport.close()  # a WebSocket would otherwise be read for as long as it sends


def _without_traceback(record: logging.LogRecord) -> bool:
    """What the library logs of an unreadable long-polling request, in one line."""
    record.exc_info = None
    return True


def _unreadable_frame(server: Any) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        """A WebSocket frame that is not even Engine.IO: the library lets the error out of the request, and would
        keep the connection's socket for ever."""
        if not request.path.startswith(PATH):
            return await handler(request)
        try:
            return await handler(request)
        except UNREADABLE as error:
            _log.warning("a connection was ended: %s", type(error).__name__)
            mine = [sid for sid, environ in server.environ.items() if environ.get("aiohttp.request") is request]
            for connection in (*mine, request.query.get("sid", "")):
                socket = server.eio.sockets.pop(connection, None)
                if socket is not None:
                    await socket.close(wait=False, abort=True, reason=server.reason.TRANSPORT_ERROR)
                    await socket.queue.put(None)  # the word for its writing task to end
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=400)

    return middleware
