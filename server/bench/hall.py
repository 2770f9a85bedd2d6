"""What every scenario needs: a real server on a throw-away province, a camera, and rooms in other processes."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from server.bench.load import Load, load
from server.bench.process import children_of, command_of, find_processes, parent_of
from server.control_socket import control_socket
from server.data.engine import Database
from server.data.schema import upgrade
from server.data.secret import load_secret
from server.demo.fill import fill_rehearsal
from server.demo.receptions import PlannedItem, plan_reception
from server.petitions.tables import Petition
from server.rehearsal.story import free_port
from server.rooms.keys import make_key, make_token
from server.rooms.queries import rooms_on
from server.rooms.tables import RoomLevel
from server.server_process import ServerNotReady, server_process
from server.settings import Settings
from signaling.channel import Channel
from signaling.desk_messages import Command, CommandName
from signaling.ports import RunCommand

MOST_ROOMS = 2_000
FIRST_KEY = 1  # the version of a key that was never withdrawn
SPEAKERS = 2  # rooms beside the counted ones, for the floor
OTHER_PROCESSES = {"control": "-m server.app", "recorder": "-m recordings"}


@dataclass(slots=True)
class Hall:
    """A running server; who needs rooms or the camera asks for them."""

    settings: Settings
    address: str
    control: Channel
    desk_key: str
    room_codes: list[str]
    room_keys: list[str]
    speakers: list[tuple[str, str]]  # code and key of rooms that are not among the counting ones
    processes: int
    camera: Load
    prefix: Sequence[str]
    rooms: list[Load] = field(default_factory=list)

    @property
    def media_pids(self) -> list[int]:
        """Of all media workers. Raises ProcessLookupError while there is none."""
        found = find_processes("-m server.media", str(self.settings.run_directory))
        if not found:
            raise ProcessLookupError("the media process is not running")
        return found

    @property
    def other_pids(self) -> dict[str, int]:
        """The server's processes beside media, by what they are."""
        siblings = children_of(parent_of(self.media_pids[0]))
        return {name: pid for name, sign in OTHER_PROCESSES.items() for pid in siblings if sign in command_of(pid)}

    @property
    def watch_tokens(self) -> list[str]:
        """Of the rooms, for players of other makes (WHEP)."""
        secret = load_secret(self.settings.data)
        return [make_token(secret, code, FIRST_KEY, "watch", days=1) for code in self.room_codes]

    async def press(self, name: CommandName, room: str | None = None, **details: Any) -> None:
        command = Command.model_validate({"name": name, "room": room, **details})
        await self.control.request(RunCommand(command=command))

    async def start_camera(self, sound: bool = True) -> float:
        """Packets of picture a second."""
        answer = await self.camera.ask("camera_to_desk", url=self.address, key=self.desk_key, sound=sound)
        return float(answer["packets_per_s"])

    async def ask_all(self, do: str, **details: Any) -> list[dict[str, Any]]:
        return list(await asyncio.gather(*(rooms.ask(do, **details) for rooms in self.rooms)))

    async def until_pictured(self, within_s: float, since: float = 0.0) -> int:
        """How many rooms have a picture that is not older than `since`."""
        answers = await self.ask_all("until", what="pictured", within_s=within_s, since=since)
        return sum(answer["rooms"] for answer in answers)

    async def times(self) -> dict[str, list[Any]]:
        """`times` of all processes as one, room by room."""
        merged: dict[str, list[Any]] = {}
        for answer in await self.ask_all("times"):
            for name, values in answer.items():
                merged.setdefault(name, []).extend(values)
        return merged


@asynccontextmanager
async def hall(
    settings: Settings,
    rooms: int,
    processes: int,
    today: date,
    host: str = "127.0.0.1",
    prefix: Sequence[str] = (),
) -> AsyncIterator[Hall]:
    """Up, with nobody in it. Raises ServerNotReady, LoadFailed. Leaves nothing behind.

    The server listens on `host`; `prefix` puts camera and rooms elsewhere (`ip netns exec NAME`).
    """
    directory = Path(tempfile.mkdtemp(prefix="tiepdan-bench-"))
    settings = settings.model_copy(
        update={
            "data": directory,
            "database": "",
            "codec": "h264",
            "http": f"{host}:{free_port()}",
            "media": f"{host}:{free_port(udp=True)}",
            "media_advertise": "",
        }
    )
    try:
        codes, keys, desk_key = await asyncio.to_thread(_prepare, settings, rooms + SPEAKERS, today)
        async with AsyncExitStack() as stack:
            address = await stack.enter_async_context(server_process(settings, directory / "server.log"))
            control = await stack.enter_async_context(control_socket(settings.run_directory))
            camera = await stack.enter_async_context(load(prefix))
            yield Hall(
                settings,
                address,
                control,
                desk_key,
                codes[SPEAKERS:],
                keys[SPEAKERS:],
                list(zip(codes[:SPEAKERS], keys[:SPEAKERS], strict=True)),
                processes,
                camera,
                prefix,
            )
    except ServerNotReady:
        raise  # its sentence names the log, which therefore stays
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    shutil.rmtree(directory, ignore_errors=True)


@asynccontextmanager
async def seated(place: Hall) -> AsyncIterator[Hall]:
    """The hall with all its rooms made, in `processes` processes; none has started. They end at the end."""
    async with AsyncExitStack() as stack:
        share = -(-len(place.room_keys) // place.processes)
        for first in range(0, len(place.room_keys), share):
            rooms = await stack.enter_async_context(load(place.prefix))
            keys = place.room_keys[first : first + share]
            await rooms.ask("rooms", url=place.address, keys=keys)
            place.rooms.append(rooms)
        try:
            yield place
        finally:
            place.rooms.clear()


def _prepare(settings: Settings, rooms: int, today: date) -> tuple[list[str], list[str], str]:
    """Codes and keys of the rooms, and the desk's key."""
    database = Database(settings.database_url)
    try:
        upgrade(database.engine)

        def fill(session: Session) -> list[tuple[str, int, RoomLevel]]:
            fill_rehearsal(session, rooms, today)
            petitions = {petition.code: petition for petition in session.exec(select(Petition))}
            everywhere = {room.code: room for room in rooms_on(session, today)}
            plan_reception(session, petitions, everywhere, today, (PlannedItem(("KG-0231",)),))
            return [(room.code, room.key_version, room.level) for room in rooms_on(session, today)]

        registered = database.run_here(fill)
    finally:
        database.close()
    secret = load_secret(settings.data)
    communes = sorted((code, version) for code, version, level in registered if level is RoomLevel.COMMUNE)
    desk = next((code, version) for code, version, level in registered if level is RoomLevel.PROVINCE)
    return (
        [code for code, _ in communes],
        [make_key(secret, code, version) for code, version in communes],
        make_key(secret, *desk),
    )


def now() -> float:
    """The monotonic clock that all processes of a machine share."""
    return time.monotonic()
