"""`tiepdan`: the whole product from the command line. `tiepdan --help` lists everything.

A command's module is imported when that command is called: together they import the whole product, which takes
seconds, and a button on the desk's keypad (`tiepdan reception next`) may not.
"""

from __future__ import annotations

import os
from importlib import import_module

import typer
from typer.core import TyperGroup

_COMMANDS = {  # in the order of the help: where each one is
    "serve": "server.commands.serve:serve",
    "reception": "server.commands.desk:app",
    "rooms": "server.commands.registry:rooms",
    "accounts": "server.commands.registry:accounts",
    "recordings": "server.commands.recordings:app",
    "database": "server.commands.backup:app",
    "token": "server.commands.registry:token",
    "room": "room_client.command:app",
    "demo": "server.commands.demo:demo",
    "rehearse": "server.commands.rehearse:rehearse",
    "turn": "server.commands.turn:turn",
    "bench": "server.commands.bench:bench",
}


class _Commands(TyperGroup):
    def list_commands(self, ctx: object) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: object, cmd_name: str):  # type: ignore[no-untyped-def]  # typer names no type for it
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        found = getattr(import_module(module), name)
        group = found if isinstance(found, typer.Typer) else typer.Typer(add_completion=False)
        if group is not found:
            group.command()(found)
        command = typer.main.get_command(group)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    help="Tiepdan (tiếp dân): citizen receptions, live to the rooms, recorded, and found again from the petition.",
)


@app.callback()
def _private_files() -> None:
    """What any command writes is for this account only: petitions, keys, recordings."""
    os.umask(0o077)


if __name__ == "__main__":
    app()
