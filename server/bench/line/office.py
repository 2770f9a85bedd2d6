"""The process on the server's side of the line: a server of its own, and the desk on air.

    ip netns exec NAME python -m server.bench.line.office --directory DIR --address 10.77.0.1 …

It opens the reception, calls the first item (open to all rooms), waits until the desk's picture is on the
stage, and says `Ready` as one line of JSON. It ends with the end of stdin.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop
from pydantic import BaseModel
from sqlmodel import Session

from room_client.room import Room as PythonRoom
from room_client.room import RoomOptions
from server.bench.line.browser_desk import browser_desk, chromium
from server.control_socket import control_socket
from server.data.engine import Database
from server.data.schema import upgrade
from server.data.secret import load_secret
from server.demo.fill import fill_rehearsal
from server.rooms.keys import make_key, make_token
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.server_process import server_process
from server.settings import Settings
from signaling.channel import Channel
from signaling.desk_messages import Command, CommandName
from signaling.messages import Purpose
from signaling.ports import AskStatus, ReceptionStatus, RunCommand

HTTP_PORT, MEDIA_PORT = 8080, 5004
PUBLISHING_WITHIN_S = 20.0
LOOK_EVERY_S = 0.05
NO_DESK, BROWSER = "none", "browser"  # instead of a film: nobody, or Chromium


class Ready(BaseModel):
    """Where the server is, and the keys of its rooms by their codes."""

    address: str
    run_directory: Path
    desk_key: str
    room_keys: dict[str, str]


class DeskNotPublishing(Exception):
    """The desk's picture did not come onto the stage."""


def settings_of(directory: Path, address: str, turn: str, turn_secret: str) -> Settings:
    return Settings(
        morning_check="",
        data=directory / "data",
        database="",
        http=f"{address}:{HTTP_PORT}",
        media=f"{address}:{MEDIA_PORT}",
        media_advertise="",
        turn=turn,
        turn_secret=turn_secret,
        codec="h264",
        language="vi",
    )


def fill(settings: Settings, rooms: int) -> list[Room]:
    """A province of so many communes, with a reception planned for today."""
    today = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    settings.data.mkdir()
    database = Database(settings.database_url)
    try:
        upgrade(database.engine)
        database.run_here(fill_rehearsal, rooms, today)

        def all_rooms(session: Session) -> list[Room]:
            return rooms_on(session, today)

        return database.run_here(all_rooms)
    finally:
        database.close()


async def run(settings: Settings, rooms: int, film: str, log_file: Path) -> None:
    """Be the office until stdin ends. Raises ServerNotReady, DeskNotPublishing."""
    there = await asyncio.to_thread(fill, settings, rooms)
    secret = load_secret(settings.data)
    keys = {room.code: make_key(secret, room.code, room.key_version) for room in there}
    desk = next(room for room in there if room.level is RoomLevel.PROVINCE)
    ready = Ready(
        address=settings.local_address,
        run_directory=settings.run_directory,
        desk_key=keys[desk.code],
        room_keys={room.code: keys[room.code] for room in there if room.level is RoomLevel.COMMUNE},
    )
    async with (
        server_process(settings, log_file) as address,
        control_socket(settings.run_directory) as control,
    ):
        for name in (CommandName.OPEN, CommandName.NEXT):
            await control.request(RunCommand(command=Command(name=name)))
        async with AsyncExitStack() as at_the_desk:
            if film == BROWSER:
                token = make_token(secret, desk.code, desk.key_version, "desk", days=1)
                browser = browser_desk(_chromium(), address, token, log_file.with_name("chromium"))
                await at_the_desk.enter_async_context(browser)
            elif film != NO_DESK:
                options = RoomOptions(address, keys[desk.code], Purpose.DESK, video=film)
                await at_the_desk.enter_async_context(_on_air(PythonRoom(options)))
            if film != NO_DESK:
                await _until_publishing(control)
            print(ready.model_dump_json(), flush=True)
            await _until_stdin_ends()


def _chromium() -> str:
    if (found := chromium()) is None:
        raise DeskNotPublishing("no Chromium is installed here (Debian's package is called chromium)")
    return found


@asynccontextmanager
async def _on_air(desk: PythonRoom) -> AsyncIterator[None]:
    filming = asyncio.create_task(desk.run(), name="desk")
    try:
        yield
    finally:
        desk.stop()
        await asyncio.gather(filming, return_exceptions=True)


async def _until_publishing(control: Channel) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(PUBLISHING_WITHIN_S):
            while True:
                status = await control.request(AskStatus())
                if isinstance(status, ReceptionStatus) and status.console and status.console["desk_publishing"]:
                    return
                await asyncio.sleep(LOOK_EVERY_S)
    raise DeskNotPublishing(f"the desk published nothing within {PUBLISHING_WITHIN_S:.0f} s")


async def _until_stdin_ends() -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            ended.set()

    loop.add_reader(sys.stdin.fileno(), readable)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A server and its desk, on one side of a line")
    parser.add_argument("--directory", type=Path, required=True, help="an empty one; everything is written there")
    parser.add_argument("--address", required=True, help="IPv4 address of this side")
    parser.add_argument("--rooms", type=int, default=2)
    parser.add_argument("--film", default=NO_DESK, help="what the desk films: a file, browser, or none")
    parser.add_argument("--turn", default="")
    parser.add_argument("--turn-secret", default="")
    given = parser.parse_args(arguments)
    settings = settings_of(given.directory, given.address, given.turn, given.turn_secret)
    uvloop.run(run(settings, given.rooms, given.film, given.directory / "server.log"))


if __name__ == "__main__":
    main()
