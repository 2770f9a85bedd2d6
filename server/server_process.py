"""A server of one's own, as a process: what the demonstration and the rehearsal run against."""

from __future__ import annotations

import asyncio
import os
import secrets
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
    environment["TIEPDAN_INSTANCE"] = instance = secrets.token_hex(8)
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
        await _until_healthy(address, process, instance, log_file)
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_healthy(
    address: str, process: asyncio.subprocess.Process, instance: str, log_file: Path | None
) -> None:
    """Wait until this very server answers and says that media and recorder run."""
    deadline = time.monotonic() + READY_WITHIN_S
    missing = "no answer yet"
    async with aiohttp.ClientSession() as http:
        while time.monotonic() < deadline:
            if process.returncode is not None:
                raise ServerNotReady(f"The server did not start. {_reason(log_file)}")
            try:
                async with http.get(f"{address}/healthz", timeout=aiohttp.ClientTimeout(2)) as answer:
                    health = await answer.json()
                    if health.get("instance") != instance:
                        missing = f"another server answers on {address}; set TIEPDAN_HTTP"
                        await asyncio.sleep(0.1)
                        continue
                    stopped = [name for name in ("media", "recorder") if health.get(name) != "running"]
                    if answer.status == 200 and not stopped:
                        return
                    missing = f"not running: {', '.join(stopped) or 'control'}"
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                missing = type(error).__name__
            await asyncio.sleep(0.1)
    raise ServerNotReady(f"The server is not ready after {READY_WITHIN_S:.0f} s: {missing}. {_reason(log_file)}")


def _reason(log_file: Path | None) -> str:
    """The line of the log that says why it could not start; where there is none, where to look."""
    if log_file is None:
        return "The lines above say why."
    lines = log_file.read_text(errors="replace").splitlines()
    for sign in ("CRITICAL ", "✗ "):
        said = [line.partition(sign)[2] for line in lines if sign in line]
        if said:
            return said[-1]
    return f"Its log: {log_file}"
