"""`tiepdan serve`: the server itself."""

from __future__ import annotations

import asyncio

import uvloop

from server import supervisor
from server.commands.context import console, fail, load_settings
from signaling import logs


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
