"""`tiepdan` where only a room is installed: the one command of it that a commune needs."""

from __future__ import annotations

import os

import typer

from room_client.command import app as room

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tiepdan: this computer is a reception room.")
app.add_typer(room, name="room")


@app.callback()
def _private_files() -> None:
    """What is written is for this account only: the credential of the device."""
    os.umask(0o077)
