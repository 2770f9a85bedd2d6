"""A real coturn with the configuration that `tiepdan turn` prints."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, cast

import aioice.stun
import aioice.turn
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from server.cli import app
from tests.waiting import eventually

REQUIRED = "TIEPDAN_REQUIRE_TURN"
SECRET = "a-secret-of-the-test"
HOST = "127.0.0.1"


def found(program: str, package: str) -> str:
    """The program's path; without it the test is skipped, or fails where it is required."""
    path = shutil.which(program)
    if path is None:
        do_without(f"no {program} is installed here (Debian's package is called {package})")
    return path


def do_without(reason: str) -> NoReturn:
    if os.environ.get(REQUIRED):
        pytest.fail(f"{reason}, and {REQUIRED} forbids to do without")
    pytest.skip(reason)


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def printed(*words: str, media_port: int, turn: str) -> str:
    """What the command prints for a media plane on the loopback address."""
    environment = {
        "TIEPDAN_TURN": turn,
        "TIEPDAN_TURN_SECRET": SECRET,
        "TIEPDAN_MEDIA": f"{HOST}:{media_port}",
        "TIEPDAN_MEDIA_ADVERTISE": "",
    }
    result = CliRunner(env=environment).invoke(app, ["turn", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


STARTS_WITHIN_S = 30.0  # it loads a dozen libraries of databases, once from a cold disk


class MediaPort(asyncio.DatagramProtocol):
    """Stands where the media plane does, and answers what it hears."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        assert self._transport is not None
        self._transport.sendto(data.upper(), addr)


class TurnClient(aioice.turn.TurnClientUdpProtocol):
    """aioice's client, whose requests can be made one at a time."""

    async def permit(self, peer: tuple[str, int]) -> None:
        """Raises TransactionFailed where the server does not let us talk to `peer`."""
        request = aioice.stun.Message(
            message_method=aioice.stun.Method.CREATE_PERMISSION, message_class=aioice.stun.Class.REQUEST
        )
        request.attributes["XOR-PEER-ADDRESS"] = peer
        await self.request_with_retry(request)


@dataclass
class Relay:
    """The running TURN server. `allocated` are ended with it."""

    port: int
    media_port: int
    process: asyncio.subprocess.Process
    clients: list[TurnClient] = field(default_factory=list)

    async def client(self, username: str, credential: str) -> TurnClient:
        loop = asyncio.get_running_loop()
        _, client = await loop.create_datagram_endpoint(
            lambda: TurnClient((HOST, self.port), username, credential, 600, 500), remote_addr=(HOST, self.port)
        )
        self.clients.append(client)
        return client


async def _answers(port: int, process: asyncio.subprocess.Process, log: Path) -> None:
    """Wait until the server answers a STUN binding request; `log` says why it does not."""
    ask = aioice.stun.Message(message_method=aioice.stun.Method.BINDING, message_class=aioice.stun.Class.REQUEST)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setblocking(False)
        probe.connect((HOST, port))

        def silent() -> str | None:
            if process.returncode is not None:
                return f"turnserver ended with {process.returncode}"
            try:
                probe.send(bytes(ask))
                return None if probe.recv(2000) else "an empty answer"
            except OSError as error:
                said = log.read_text(errors="replace").splitlines()[-3:]
                return f"turnserver does not answer ({type(error).__name__}) and says {said}"

        await eventually(silent, STARTS_WITHIN_S)


@pytest_asyncio.fixture
async def media_port() -> AsyncIterator[tuple[int, MediaPort]]:
    transport, media = await asyncio.get_running_loop().create_datagram_endpoint(MediaPort, (HOST, 0))
    yield transport.get_extra_info("sockname")[1], media
    transport.close()


@pytest_asyncio.fixture
async def relay(tmp_path: Path, media_port: tuple[int, MediaPort]) -> AsyncIterator[Relay]:
    program = found("turnserver", "coturn")
    port = free_port()
    configuration = printed("--listen", HOST, media_port=media_port[0], turn=f"turn:{HOST}:{port}?transport=udp")
    file = tmp_path / "turnserver.conf"
    # On one machine the peers are loopback addresses, which a TURN server rightly refuses.
    file.write_text(configuration + "allow-loopback-peers\n")
    log = tmp_path / "turnserver.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            program, "-c", str(file), "--pidfile", str(tmp_path / "pid"), "--db", str(tmp_path / "none.db"),
            stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, cwd=tmp_path,
        )  # fmt: skip
    running = Relay(port, media_port[0], process)
    try:
        await _answers(port, process, log)
        yield running
    finally:
        for client in running.clients:
            if client.refresh_task is not None:
                await client.delete()
            client.transport.close()
        process.send_signal(signal.SIGTERM)
        await process.wait()
