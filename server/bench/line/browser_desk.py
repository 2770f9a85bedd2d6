"""A desk in Chromium: a real camera encoder that sends three layers and gives way to what the server asks.

Python rooms send one layer, so lines that carry only a smaller one need a browser at the desk. Nobody has to
sit at it: `desk.html` publishes by WHIP as soon as it is opened.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from server.bench.line.camera import LARGE, film
from server.supervisor import die_with

PAGE = Path(__file__).with_name("desk.html")
ENDS_WITHIN_S = 10.0
_SWITCHES = (
    "--headless=new",
    "--no-sandbox",  # the lines need root, and Chromium's sandbox refuses it
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)


def camera_switch(filmed: Path) -> str:
    """What makes Chromium's fake camera show a film of bare pictures."""
    return f"--use-file-for-fake-video-capture={filmed}"


def chromium() -> str | None:
    """Where it is; None: it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@asynccontextmanager
async def browser_desk(executable: str, address: str, token: str, profile: Path) -> AsyncIterator[None]:
    """Chromium on the air from soon after the beginning until the end. `token`: with scope "desk".

    `profile` is a directory of its own, made where it is missing. What Chromium says goes to `profile`/said.log.
    """
    profile.mkdir(exist_ok=True)
    filmed = profile / "film.mjpeg"
    await asyncio.to_thread(film, filmed, LARGE)
    page = f"{PAGE.as_uri()}#{quote(f'{address}|{token}')}"
    with (profile / "said.log").open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            executable, *_SWITCHES, camera_switch(filmed), f"--user-data-dir={profile}", page,
            stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said, preexec_fn=die_with(os.getpid()),
        )  # fmt: skip
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
