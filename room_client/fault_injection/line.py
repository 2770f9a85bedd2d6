"""A room's line to the server that can be cut, hung up, or lose datagrams, without any right of the system.

Signalling goes over a relay of TCP on this machine. What is cut is held, as TCP holds what is not acknowledged,
and goes on when the line is whole again. Media goes through `FaultyPath`, which drops what the line would lose.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from urllib.parse import urlsplit

from room_client.path import Path, PathKind, PathOwner
from room_client.udp_path import UdpPath

_PIECE_BYTES = 65_536


class FaultyLine:
    """`open` it, stand a room on `url` and `open_path`, at the end `close`. One room at a time."""

    def __init__(self, server_url: str, seed: int) -> None:
        """Raises ValueError for a URL that is not one of plain HTTP with a port: this is no end of TLS."""
        parts = urlsplit(server_url)
        if parts.scheme != "http" or not parts.hostname or not parts.port:
            raise ValueError(f"came {parts.scheme}://…; allowed is http://HOST:PORT")
        self.url = ""
        self.loss = 0.0  # the share of datagrams that is lost, each way
        self._server = (parts.hostname, parts.port)
        self._random = random.Random(seed)
        self._whole = asyncio.Event()
        self._whole.set()
        self._relay: asyncio.Server | None = None
        self._carried: set[asyncio.Task[None]] = set()
        self._far_ends: set[asyncio.StreamWriter] = set()  # towards the server

    async def open(self) -> None:
        self._relay = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._relay.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Never fails, may be called twice."""
        if self._relay is not None:
            self._relay.close()
            self._relay = None
        await self._end_carrying()
        for writer in self._far_ends:
            writer.transport.abort()
        self._far_ends.clear()

    # --- what happens to it

    def cut(self) -> None:
        """Nothing goes through any more, and neither end is told."""
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    async def hang_up(self) -> None:
        """The room's system has closed its sockets: the server hears so, of signalling at once."""
        await self._end_carrying()
        for writer in self._far_ends:
            with suppress(OSError):
                writer.close()
        self._far_ends.clear()

    async def strand(self) -> None:
        """What is connected stays so at the server's end, with nobody behind it."""
        await self._end_carrying()

    def passes(self) -> bool:
        """Whether one datagram gets through."""
        return self._whole.is_set() and (not self.loss or self._random.random() >= self.loss)

    @property
    def whole(self) -> bool:
        return self._whole.is_set()

    def open_path(self, remote: tuple[str, int], owner: PathOwner) -> Path:
        return FaultyPath(remote, owner, self)

    # --- the relay

    async def _end_carrying(self) -> None:
        carried = list(self._carried)
        for task in carried:
            task.cancel()
        await asyncio.gather(*carried, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carried.add(task)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # as told, or one end is gone: the other one notices by its own means
        finally:
            self._carried.discard(task)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._whole.wait()
        far_reader, far_writer = await asyncio.open_connection(*self._server)
        self._far_ends.add(far_writer)
        async with asyncio.TaskGroup() as both:
            up = both.create_task(self._pump(reader, far_writer))
            down = both.create_task(self._pump(far_reader, writer))
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            up.cancel()
            down.cancel()
        self._far_ends.discard(far_writer)
        far_writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(_PIECE_BYTES):
                await self._whole.wait()
                writer.write(piece)
                await writer.drain()
        await self._whole.wait()  # the end of a connection does not get through a cut line either


class FaultyPath:
    """A direct path that loses what its line loses. A `Path`, and the owner of the real one behind it."""

    kind = PathKind.DIRECT

    def __init__(self, remote: tuple[str, int], owner: PathOwner, line: FaultyLine) -> None:
        """Raises OSError."""
        self.remote = remote
        self._owner = owner
        self._line = line
        self._real = UdpPath(remote, self)

    def send(self, datagram: bytes) -> None:
        if self._line.passes():
            self._real.send(datagram)

    def close(self) -> None:
        self._real.close()

    def dtls_arrived(self, data: bytes) -> None:
        if self._line.passes():
            self._owner.dtls_arrived(data)

    def media_arrived(self, data: bytes, now_s: float) -> None:
        if self._line.passes():
            self._owner.media_arrived(data, now_s)

    def stun_arrived(self, _path: Path, data: bytes) -> None:
        if self._line.passes():
            self._owner.stun_arrived(self, data)

    def path_refused(self, _path: Path) -> None:
        if self._line.whole:
            self._owner.path_refused(self)

    def path_failed(self, _path: Path) -> None:
        if self._line.whole:
            self._owner.path_failed(self)
