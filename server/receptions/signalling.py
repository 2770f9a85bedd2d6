"""Socket.IO, its two namespaces and the desk's local socket: set up, run and ended as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import socketio
from aiohttp import web

from server.receptions.conductor import Conductor
from server.receptions.dated_rules import RECEPTION_RULES
from server.receptions.desk_gateway import DeskGateway
from server.receptions.desk_socket import DeskSocket
from server.receptions.helping import HELPING, Helping
from server.receptions.offices import OFFICES
from server.receptions.room_checks import ROOM_CHECKS
from server.receptions.room_gateway import RoomGateway
from server.receptions.room_screens import Told
from server.receptions.socket_guard import RoomPacket, SocketGuard
from server.receptions.turn_access import TurnAccess
from server.receptions.wall import WALL, Wall
from server.rooms.connected import CONNECTED
from server.web.keys import CATALOGS, DATABASE, SECRET, STATICS

PING_EVERY_S, PING_WAIT_S = 10, 10  # a dead line is noticed after 20 s; a room's page waits no longer either
LONGEST_MESSAGE = 128 * 1024  # an offer is at most 64 kB, and JSON writes a line end as two characters


@dataclass(frozen=True, slots=True)
class Signalling:
    """`start` it, then `end` it before and `stop` it after the site is closed."""

    server: socketio.AsyncServer
    rooms: RoomGateway
    desk: DeskGateway
    socket: DeskSocket
    wall: Wall

    @property
    def healthy(self) -> bool:
        return self.rooms.healthy and self.desk.healthy

    def debug_snapshots(self) -> dict[str, dict[str, object]]:
        return {
            "room gateway": self.rooms.debug_snapshot(),
            "desk gateway": self.desk.debug_snapshot(),
            "desk socket": self.socket.debug_snapshot(),
            "wall": self.wall.debug_snapshot(),
            "engine.io": {"sockets": len(self.server.eio.sockets)},
        }

    async def start(self) -> None:
        self.rooms.start()
        self.desk.start()
        await self.socket.start()

    async def end(self) -> None:
        """No more messages; sockets are told to reconnect by losing theirs."""
        await self.rooms.stop()
        await self.desk.stop()
        if self.server.eio.sockets:
            await self.server.eio.disconnect()
        await self.server.shutdown()

    async def stop(self) -> None:
        await self.socket.stop()


def attach_signalling(
    app: web.Application,
    conductor: Conductor,
    turn: TurnAccess,
    run_directory: Path,
    morning_check: timedelta | None = None,
) -> Signalling:
    """Socket.IO answers only pages of this host (its default); rooms in Python send no Origin. Also gives the
    registry its CONNECTED and the pages their WALL and HELPING."""
    server = socketio.AsyncServer(
        async_mode="aiohttp",
        ping_interval=PING_EVERY_S,
        ping_timeout=PING_WAIT_S,
        max_http_buffer_size=LONGEST_MESSAGE,
        serializer=RoomPacket,
    )
    app[WALL] = wall = Wall(conductor)  # before the screens: what ended is dropped when they look
    app[HELPING] = helping = Helping(conductor)
    told = Told(
        turn,
        app[OFFICES],
        app[RECEPTION_RULES],
        app[STATICS].room_page,
        app[ROOM_CHECKS],
        morning_check,
        wall,
        helping,
    )
    rooms = RoomGateway(conductor, app[DATABASE], app[SECRET], told)
    desk = DeskGateway(conductor, app[DATABASE], app[CATALOGS])
    app[CONNECTED] = rooms
    for namespace in (rooms, desk):
        server.register_namespace(namespace)
    server.attach(app)
    SocketGuard().guard(server, app)
    socket = DeskSocket(run_directory / "control.sock", conductor, app[DATABASE])
    return Signalling(server, rooms, desk, socket, wall)
