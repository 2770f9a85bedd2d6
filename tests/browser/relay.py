"""A real coturn beside the server, configured as `tiepdan turn` configures it."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from server.commands.turn_configuration import TurnPlan, turnserver_conf
from tests.waiting import eventually

PROGRAM = "turnserver"
HOST = "127.0.0.1"
RELAYS = (50_000, 50_999)


@dataclass(frozen=True, slots=True)
class Relay:
    """What the server's settings say of it."""

    url: str
    secret: str


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


@asynccontextmanager
async def running_relay(directory: Path, transport: str) -> AsyncIterator[Relay]:
    """`transport`: how rooms reach it, "udp" or "tcp"."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    plan = TurnPlan(
        realm=HOST, secret=secrets.token_hex(16), media=ip_address(HOST), media_port=1, plain_port=port,
        tls_port=None, first_port=RELAYS[0], last_port=RELAYS[1], certificate="", key="", user="", listen=(HOST,),
    )  # fmt: skip
    configuration = directory / "turnserver.conf"
    # On one machine the peers are loopback addresses, which a TURN server rightly refuses.
    configuration.write_text(turnserver_conf(plan) + "allow-loopback-peers\n")
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "-c", str(configuration), "--pidfile", str(directory / "pid"), "--db", str(directory / "none.db"),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        cwd=directory,
    )  # fmt: skip
    try:
        await eventually(lambda: _silent(process, port))
        yield Relay(f"turn:{HOST}:{port}?transport={transport}", plan.secret)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _silent(process: asyncio.subprocess.Process, port: int) -> str | None:
    if process.returncode is not None:
        return f"{PROGRAM} ended with {process.returncode}"
    with socket.socket() as probe:
        return f"{PROGRAM} takes no connections yet" if probe.connect_ex((HOST, port)) else None
