"""Debian's Janus with one RTP mountpoint, as fast as its settings make it, in a throw-away directory.

`event_loops = 2` costs a third of its default (a thread for each handle) and does not lose packets. Everything
that a broadcast does not need is off: other plugins and transports, event handlers, the admin interface, STUN.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from server.bench.peer.janus_room import JanusRefused, JanusSession
from server.supervisor import die_with

EVENT_LOOPS = 2
MOUNTPOINT, RTP_PORT, API_PORT, PAYLOAD_TYPE = 1, 5104, 8188, 102
READY_WITHIN_S, ENDS_WITHIN_S = 15.0, 15.0
PLUGIN, TRANSPORT = "libjanus_streaming.so", "libjanus_websockets.so"


class JanusMissing(Exception):
    """Janus is not here, or did not start; the message says so as a sentence."""


@dataclass(frozen=True, slots=True)
class RunningJanus:
    pid: int
    url: str


def why_no_janus() -> str | None:
    """Why Janus cannot be run here, as a sentence; None: it can."""
    if shutil.which("janus") is None:
        return "Janus is not installed (Debian package janus)"
    for kind, name in (("plugins", PLUGIN), ("transports", TRANSPORT)):
        if _library(kind, name) is None:
            return f"Janus is installed without {name}"
    return None


def janus_version() -> str:
    said = subprocess.run(("janus", "--version"), capture_output=True, text=True, check=False, timeout=20).stdout
    return said.partition("\n")[0].removeprefix("Janus version: ").strip()


@asynccontextmanager
async def janus(address: str, prefix: Sequence[str] = ()) -> AsyncIterator[RunningJanus]:
    """Running and answering at `address`; ended and removed at the end. Raises JanusMissing."""
    if (reason := why_no_janus()) is not None:
        raise JanusMissing(reason)
    directory = Path(tempfile.mkdtemp(prefix="tiepdan-janus-"))
    try:
        _write_configuration(directory, address)
        with (directory / "janus.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *prefix, "janus", "-F", str(directory), "-o",
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=die_with(os.getpid()), start_new_session=True,
            )  # fmt: skip
        try:
            running = RunningJanus(process.pid, f"ws://{address}:{API_PORT}")
            await _until_ready(running.url, process, directory / "janus.log")
            yield running
        finally:
            await _end(process)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


async def _until_ready(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and process.returncode is None:
        session = JanusSession(url)
        try:
            await session.open()
            return
        except JanusRefused:
            await asyncio.sleep(0.1)
        finally:
            await session.close()
    last = log.read_text(errors="replace").splitlines()[-1:]
    raise JanusMissing(f"Janus did not start: {last[0] if last else 'it said nothing'}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _write_configuration(directory: Path, address: str) -> None:
    plugins, transports = _library("plugins", PLUGIN), _library("transports", TRANSPORT)
    if plugins is None or transports is None:
        raise JanusMissing("Janus is installed without its libraries")
    (directory / "janus.jcfg").write_text(
        f"""general: {{
    configs_folder = "{directory}"
    plugins_folder = "{plugins}"
    transports_folder = "{transports}"
    debug_level = 2
    event_loops = {EVENT_LOOPS}
    admin_secret = "unused"
}}
media: {{
    ipv6 = false
}}
nat: {{
    nice_debug = false
    ice_lite = true
    ice_enforce_list = "{address}"
}}
plugins: {{
    disable = "{_others(plugins, PLUGIN)}"
}}
transports: {{
    disable = "{_others(transports, TRANSPORT)}"
}}
events: {{
    broadcast = false
}}
"""
    )
    (directory / "janus.transport.websockets.jcfg").write_text(
        f"""general: {{
    json = "compact"
    ws = true
    ws_port = {API_PORT}
    ws_ip = "{address}"
}}
"""
    )
    (directory / "janus.plugin.streaming.jcfg").write_text(
        f"""general: {{
    events = false
}}
bench: {{
    type = "rtp"
    id = {MOUNTPOINT}
    description = "bench"
    audio = false
    video = true
    videoport = {RTP_PORT}
    videopt = {PAYLOAD_TYPE}
    videocodec = "h264"
    videofmtp = "profile-level-id=42e01f;packetization-mode=1"
}}
"""
    )


def _library(kind: str, name: str) -> Path | None:
    """The directory of Janus' plugins or transports; None where `name` is not in it."""
    found = sorted(Path("/usr/lib").glob(f"*/janus/{kind}/{name}"))
    return found[0].parent if found else None


def _others(directory: Path, kept: str) -> str:
    return ",".join(sorted(path.name for path in directory.glob("*.so") if path.name != kept))
