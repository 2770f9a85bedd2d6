"""The Unix socket between two processes of one server: frames of `signaling.ports`, one JSON object a line.

A channel keeps order, answers requests by number, and ends rather than grow: a peer that does not read
until 4 MiB wait for it is cut off, and whoever set the channel up connects again and repeats its state.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from signaling.ports import AnyFrame, Failed, Frame
from signaling.refusals import Refused

LINE_LIMIT = 1 << 20  # an offer is at most 64 kB; a status of 600 rooms is below 200 kB
UNSENT_LIMIT = 4 << 20
LONGEST_UNIX_PATH = 100  # Linux has 108 bytes in sockaddr_un, NUL included

_frames: TypeAdapter[Frame] = TypeAdapter(AnyFrame)


class ChannelClosed(ConnectionError):
    """The other process is gone, or was cut off; the channel is of no more use."""


@contextmanager
def _short_address(path: Path) -> Iterator[str]:
    """`path` as an address that fits sockaddr_un however deep the data directory lies."""
    if len(os.fsencode(path)) <= LONGEST_UNIX_PATH:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


def listening_socket(path: Path, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A listening, non-blocking Unix socket at `path`, readable by this account only; replaces a stale one."""
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, kind | socket.SOCK_NONBLOCK)
    try:
        with _short_address(path) as address:
            sock.bind(address)
        path.chmod(0o600)
        sock.listen(16)
    except BaseException:
        sock.close()
        raise
    return sock


def connected_socket(path: Path, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A connected, non-blocking Unix socket. Raises OSError when nobody listens."""
    sock = socket.socket(socket.AF_UNIX, kind)
    try:
        with _short_address(path) as address:
            sock.connect(address)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def _number(value: object) -> int | None:
    """The number of a request. Raises TypeError for anything else."""
    if value is None or isinstance(value, int):
        return value
    raise TypeError(f"a request's number came as {type(value).__name__}")


class Channel:
    """One connection. One task reads `frames()`; anybody on the same loop may `send` and `request`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next_id = 0
        self._waiting: dict[int, asyncio.Future[Frame]] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def send(self, frame: Frame, *, replying_to: int | None = None) -> None:
        """Queue `frame`. Raises ChannelClosed when the channel is closed or the peer does not read."""
        self._write("re", replying_to, frame)

    async def request(self, frame: Frame, timeout_s: float = 10.0) -> Frame:
        """Send `frame`, wait for its reply. Raises Refused for a `Failed`, ChannelClosed, TimeoutError."""
        self._next_id += 1
        number = self._next_id
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._write("id", number, frame)
            async with asyncio.timeout(timeout_s):
                reply = await future
        finally:
            del self._waiting[number]
        if isinstance(reply, Failed):
            raise Refused(reply.refusal.code, reply.refusal.came, reply.refusal.allowed)
        return reply

    async def frames(self) -> AsyncIterator[tuple[Frame, int | None]]:
        """Frames as they arrive, with the number to reply to where the sender waits. Ends when closed.

        A line that is no frame ends the channel: both ends are of one release, so it can only be a fault.
        """
        try:
            while True:
                try:
                    line = await self._reader.readline()
                except (ConnectionError, ValueError):  # ValueError: longer than LINE_LIMIT
                    return
                if not line.endswith(b"\n"):
                    return
                try:
                    envelope = json.loads(line)
                    frame = _frames.validate_python(envelope["frame"], strict=False)
                    answers, number = _number(envelope.get("re")), _number(envelope.get("id"))
                except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
                    return
                if answers is None:
                    yield frame, number
                elif (future := self._waiting.get(answers)) is not None and not future.done():
                    future.set_result(frame)
        finally:
            self._end()

    async def close(self) -> None:
        self._end()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    def _write(self, kind: Literal["id", "re"], number: int | None, frame: Frame) -> None:
        if self._closed or self._writer.transport.is_closing():
            raise ChannelClosed("channel is closed")
        if self._writer.transport.get_write_buffer_size() > UNSENT_LIMIT:
            self._end()
            raise ChannelClosed(f"peer left {UNSENT_LIMIT} bytes unread")
        envelope = f'{{"{kind}":{json.dumps(number)},"frame":{frame.model_dump_json()}}}\n'
        self._writer.write(envelope.encode())

    def _end(self) -> None:
        self._closed = True
        self._writer.close()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ChannelClosed("the other process is gone"))


async def connect(path: Path) -> Channel:
    """Raises OSError when nobody listens at `path`."""
    sock = connected_socket(path)
    reader, writer = await asyncio.open_unix_connection(sock=sock, limit=LINE_LIMIT)
    return Channel(reader, writer)


async def serve(path: Path, handle: Callable[[Channel], Awaitable[None]]) -> asyncio.Server:
    """Call `handle` with each connection's channel, in a task of its own; the channel closes after it."""

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        channel = Channel(reader, writer)
        try:
            await handle(channel)
        finally:
            await channel.close()

    return await asyncio.start_unix_server(accepted, sock=listening_socket(path), limit=LINE_LIMIT)
