"""`tiepdan`: the whole product from the command line. `tiepdan --help` lists everything."""

from __future__ import annotations

import asyncio
import os

import typer
import uvloop

from server import supervisor
from server.commands import bench, demo, desk, registry, rehearse, room, turn
from server.commands.context import console, fail, load_settings
from signaling import logs

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Tiepdan (tiếp dân): citizen receptions, live to the rooms, recorded, and found again from the petition.",
)
app.add_typer(desk.app, name="reception")
app.add_typer(registry.rooms, name="rooms")
app.add_typer(registry.accounts, name="accounts")
app.command()(registry.token)
app.command()(room.room)
app.command()(demo.demo)
app.command()(rehearse.rehearse)
app.command()(turn.turn)
app.command()(bench.bench)


@app.callback()
def _private_files() -> None:
    """What any command writes is for this account only: petitions, keys, recordings."""
    os.umask(0o077)


@app.command()
def serve() -> None:
    """Run the server: control, media and recorder, watched and restarted. Ends with Ctrl-C or SIGTERM."""
    logs.configure()
    settings = load_settings()
    try:
        uvloop.run(supervisor.serve(settings, lambda: console.print(f"Pages: {settings.local_address}/")))
    except (supervisor.AlreadyRunning, supervisor.CannotStart) as problem:
        raise fail(str(problem)) from None
    except asyncio.CancelledError:
        return


if __name__ == "__main__":
    app()
