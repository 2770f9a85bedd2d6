"""A whole province to play a day in: the demonstration's data, and the real server of three processes."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
from sqlmodel import Session

from server.control_socket import control_socket
from server.data.columns import now
from server.data.secret import load_secret
from server.demo.fill import fill
from server.receptions.reception_facts import read_upcoming
from server.receptions.tables import Reception
from server.rooms.keys import Scope, make_key, make_token
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.server_process import server_process
from server.settings import Settings
from signaling.desk_messages import Command, CommandName
from signaling.ports import AskStatus, ReceptionStatus, RunCommand
from tests.database import opened

# Today's agenda in the demonstration: 1 open to all, 2 for the rooms concerned, 3 a denunciation, 4 open to all.
OPEN_ITEM, LIMITED_ITEM, DENUNCIATION = 1, 2, 3
OPEN_PETITION = "KG-0231"

# Rooms by their official codes. The first two are concerned by the second item, the third is not.
HA_KHANH, CAO_XANH, HA_TU = "06649", "06658", "06664"
DESK = "22"

PROCESSES = {"control": "server.app", "media": "server.media", "recorder": "recordings"}


class Province:
    """A running server. Its rooms' keys and tokens, its desk's buttons, and its processes."""

    def __init__(self, settings: Settings, address: str, rooms: dict[str, Room]) -> None:
        self.settings = settings
        self.address = address
        self._rooms = rooms
        self._secret = load_secret(settings.data)

    @property
    def communes(self) -> list[str]:
        """The codes of all rooms of communes, in their order."""
        return sorted(code for code, room in self._rooms.items() if room.level is RoomLevel.COMMUNE)

    def key(self, code: str) -> str:
        return make_key(self._secret, code, self._rooms[code].key_version)

    def token(self, code: str, scope: Scope = "watch") -> str:
        return make_token(self._secret, code, self._rooms[code].key_version, scope, days=1)

    def room_address(self, code: str) -> str:
        return f"{self.address}/room#{self.key(code)}"

    async def replan(self, planned_at: datetime) -> None:
        """The office moves the next reception; whoever waits for it is told within seconds."""

        def write() -> None:
            with opened(self.settings.database_url) as database:
                database.run_here(lambda session: _replan(session, planned_at))

        await asyncio.to_thread(write)

    async def press(self, name: CommandName, room: str | None = None, *, confirm: bool = False) -> None:
        """One of the desk's buttons, on the server's own keypad. Raises Refused."""
        async with control_socket(self.settings.run_directory) as keypad:
            await keypad.request(RunCommand(command=Command(name=name, room=room, confirm=confirm)))

    async def status(self) -> dict[str, Any]:
        """The state of the console, as `tiepdan reception status --json` prints it."""
        async with control_socket(self.settings.run_directory) as keypad:
            answer = await keypad.request(AskStatus())
        if not isinstance(answer, ReceptionStatus) or answer.console is None:
            raise LookupError("no reception is open or prepared")
        return answer.console

    def process(self, name: str) -> psutil.Process:
        """The process "control", "media" or "recorder" as it runs now."""
        arguments = ["-m", PROCESSES[name]]
        for child in psutil.Process().children(recursive=True):
            if child.status() != psutil.STATUS_ZOMBIE and child.cmdline()[1:3] == arguments:
                return child
        raise LookupError(f"{name} does not run")

    def recorded_bytes(self) -> int:
        """Picture and sound on the disk, of all recordings."""
        return sum(path.stat().st_size for path in self.settings.recordings_directory.rglob("*.mkv"))


@asynccontextmanager
async def running_province(
    directory: Path,
    codec: str = "h264",
    *,
    media_host: str = "127.0.0.1",
    turn: str = "",
    turn_secret: str = "",
) -> AsyncIterator[Province]:
    """`media_host`: an address of this computer; Firefox reaches media at none that is loopback."""
    settings = Settings(
        data=directory / "data",
        database="",
        http=f"127.0.0.1:{_free_port(socket.SOCK_STREAM)}",
        media=f"{media_host}:{_free_port(socket.SOCK_DGRAM)}",
        media_advertise="",
        codec="vp8" if codec == "vp8" else "h264",
        language="vi",
        morning_check="",  # at whatever hour tests run, rooms do what the test says
        turn=turn,
        turn_secret=turn_secret,
    )
    settings.data.mkdir()
    rooms = await asyncio.to_thread(_filled, directory, settings)
    async with server_process(settings, directory / "server.log") as address:
        yield Province(settings, address, rooms)


def _filled(directory: Path, settings: Settings) -> dict[str, Room]:
    """Fill the province; once a day for all tests that share a parent directory, because it takes seconds."""
    today = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    filled = directory.parent / f"province-{today}.db"
    if not filled.exists():
        with opened(f"sqlite:///{filled}", lambda session: fill(session, today)):
            pass  # whole in the one file once it is closed
    shutil.copy(filled, settings.data / "tiepdan.db")

    def all_rooms(session: Session) -> dict[str, Room]:
        return {room.code: room for room in rooms_on(session, today)}

    def due_now(session: Session) -> None:
        """Whatever the day and the hour: rooms are there from a while before the reception, and no longer."""
        _replan(session, now())

    with opened(settings.database_url) as database:
        database.run_here(due_now)
        return database.run_here(all_rooms)


def _replan(session: Session, planned_at: datetime) -> None:
    reception = session.get(Reception, read_upcoming(session, now())[0].id)
    if reception is not None:
        reception.planned_at = planned_at.replace(microsecond=0)


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
