"""`tiepdan room`: a room without people at a screen."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from room_client.cli import run_room
from room_client.room import RoomOptions
from signaling.messages import Purpose


def room(
    server: Annotated[str, typer.Option(help="address of the server, http://HOST:PORT")],
    key: Annotated[str, typer.Option(help="the room's key", envvar="TIEPDAN_ROOM_KEY")],
    video: Annotated[str, typer.Option(help="test, none, a file, /dev/video0 or rtsp://…")] = "test",
    audio: Annotated[str, typer.Option(help="test, none, a file or a sound device")] = "test",
    desk: Annotated[bool, typer.Option("--desk", help="be the desk's camera, with the desk's key")] = False,
    report: Annotated[Path | None, typer.Option(help="write what the room saw and heard as JSON")] = None,
) -> None:
    """Take part as a room: receive the stage, publish while it has the floor, come back by itself."""
    purpose = Purpose.DESK if desk else Purpose.ROOM
    options = RoomOptions(server_url=server, key=key, purpose=purpose, video=video, audio=audio)
    try:
        code = uvloop.run(run_room(options, report=report))
    except asyncio.CancelledError:
        code = 0
    raise typer.Exit(code)
