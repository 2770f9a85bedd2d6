"""A conversation with the control process over its local socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from signaling import channel


@asynccontextmanager
async def control_socket(run_directory: Path) -> AsyncIterator[channel.Channel]:
    """Raises OSError when no server runs there."""
    connection = await channel.connect(run_directory / "control.sock")

    async def read() -> None:
        async for _ in connection.frames():
            pass  # replies are handed out by the channel itself; control sends nothing else

    reading = asyncio.create_task(read(), name="control socket")
    try:
        yield connection
    finally:
        await connection.close()
        await asyncio.gather(reading, return_exceptions=True)
