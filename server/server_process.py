"""A server of one's own, as a process: what the demonstration and the rehearsal run against."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from server.settings import Settings
from server.supervisor import die_with

READY_WITHIN_S = 60.0


class ServerNotReady(Exception):
    """The server did not come up; the message says what was still missing."""


@asynccontextmanager
async def server_process(settings: Settings, log_file: Path | None = None) -> AsyncIterator[str]:
    """`tiepdan serve` with these settings, up and healthy; ended cleanly afterwards. Yields its address.

    With `log_file` the server's log goes there instead of to the terminal. Raises ServerNotReady.
    """
    environment = {n: v for n, v in os.environ.items() if not n.startswith("TIEPDAN_")}
    for name, value in settings.model_dump(mode="json").items():
        environment[f"TIEPDAN_{name.upper()}"] = str(value)
    output = log_file.open("ab") if log_file is not None else None
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.cli", "serve",
            env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
            preexec_fn=die_with(os.getpid()),
            start_new_session=True,  # Ctrl-C is ours; we end it in order
        )  # fmt: skip
    finally:
        if output is not None:
            output.close()
    try:
        address = settings.local_address
        await _until_healthy(address, process)
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_healthy(address: str, process: asyncio.subprocess.Process) -> None:
    """Wait until control answers and says that media and recorder run."""
    deadline = time.monotonic() + READY_WITHIN_S
    missing = "no answer yet"
    async with aiohttp.ClientSession() as http:
        while time.monotonic() < deadline:
            if process.returncode is not None:
                raise ServerNotReady(f"the server ended at once with {process.returncode}; its log says why")
            try:
                async with http.get(f"{address}/healthz", timeout=aiohttp.ClientTimeout(2)) as answer:
                    health = await answer.json()
                    stopped = [name for name in ("media", "recorder") if health.get(name) != "running"]
                    if answer.status == 200 and not stopped:
                        return
                    missing = f"not running: {', '.join(stopped) or 'control'}"
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                missing = type(error).__name__
            await asyncio.sleep(0.1)
    raise ServerNotReady(f"after {READY_WITHIN_S:.0f} s still: {missing}")
