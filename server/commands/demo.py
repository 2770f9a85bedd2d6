"""`tiepdan demo`: a whole province on one machine, with some simulated rooms, until Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress
from typing import Annotated

import typer
import uvloop
from rich.panel import Panel
from rich.table import Table
from sqlmodel import Session

from room_client.fleet import Fleet
from room_client.room import RoomOptions
from server.commands.context import console, fail, load_settings, today
from server.commands.database import open_database
from server.data.secret import load_secret
from server.demo.accounts import ACCOUNTS, PASSWORD
from server.demo.fill import fill
from server.rooms.enrolment import address_of
from server.rooms.keys import make_key
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.server_process import ServerNotReady, server_process
from server.settings import Settings
from server.supervisor import AlreadyRunning, lock_directory


def demo(
    rooms: Annotated[int, typer.Option(min=0, max=177, help="how many rooms to simulate")] = 6,
) -> None:
    """Fill a demonstration province (once), start the server and simulated rooms, and say where to look."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = load_settings()
    console.print(f"Preparing the demonstration province in {settings.data} …")
    with open_database(settings) as database:
        database.run_here(fill, today())
        communes = database.run_here(_communes)
    if not communes:
        raise fail(f"The database of {settings.data} has no communes today: choose another TIEPDAN_DATA.")
    settings.data.mkdir(exist_ok=True, parents=True)
    try:
        lock_directory(settings.data).close()
        uvloop.run(_run(settings, communes, rooms))
    except AlreadyRunning as running:
        raise fail(f"{running}. End it first, or choose another TIEPDAN_DATA.") from None
    except ServerNotReady as problem:
        raise fail(str(problem)) from None


def _communes(session: Session) -> list[Room]:
    found = [room for room in rooms_on(session, today()) if room.level is RoomLevel.COMMUNE]
    return sorted(found, key=lambda room: room.code)


async def _run(settings: Settings, communes: list[Room], count: int) -> None:
    """Show until a signal comes, also one in the middle of starting."""
    showing = asyncio.create_task(_show(settings, communes, count), name="demonstration")
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, showing.cancel)
    with suppress(asyncio.CancelledError):
        await showing


async def _show(settings: Settings, communes: list[Room], count: int) -> None:
    secret = load_secret(settings.data)
    log_file = settings.data / "server.log"
    console.print(f"Starting the server (its log: {log_file}) …")
    async with server_process(settings, log_file) as address:
        options = [
            RoomOptions(server_url=address, key=make_key(secret, room.code, room.key_version))
            for room in communes[:count]
        ]
        async with Fleet(options) as fleet:
            joined = await fleet.until_joined()
            _tell(address, secret, communes, count, joined)
            try:
                await asyncio.Event().wait()
            finally:
                console.print("\nEnding …")


def _tell(address: str, secret: bytes, communes: list[Room], count: int, joined: int) -> None:
    accounts = Table("Account", "Password", "Role", box=None, padding=(0, 2, 0, 0))
    for account in ACCOUNTS:
        accounts.add_row(account.login, PASSWORD, f"{account.role} · {account.display_name}")
    free = communes[count] if count < len(communes) else communes[-1]
    console.print(Panel(f"[bold]{address}/[/]", title="Tiepdan demonstration", expand=False))
    console.print(accounts)
    console.print("\nHost: log in as chutri, open today's reception, and its console.")
    console.print("Reviewer: log in as xemlai and open a petition once a recording is there.")
    console.print(f"Room page ({free.name}), for another browser window:")
    console.print(f"  {address}{address_of(secret, free)}", soft_wrap=True)
    if count:
        names = ", ".join(room.name for room in communes[: min(count, 6)])
        console.print(f"\n{joined} of {count} simulated rooms are connected: {names}{' …' if count > 6 else ''}")
    console.print("\nCtrl-C ends everything. The data stays; TIEPDAN_DATA names its directory.")
