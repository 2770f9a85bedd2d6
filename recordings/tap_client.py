"""The recorder's end of the tap: connects to the media process, and again whenever that one comes back."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from signaling.channel import connected_socket
from signaling.tap import LONGEST_MESSAGE

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
BATCH = 16  # messages taken in one turn of the loop, so that a flood does not shut out control


class TapHandler(Protocol):
    def tap_connected(self) -> None: ...

    def tap_received(self, message: bytes) -> None: ...

    def tap_lost(self) -> None: ...


class TapClient:
    def __init__(self, path: Path, handler: TapHandler) -> None:
        self._path = path
        self._handler = handler
        self._socket: socket.socket | None = None

    @property
    def connected(self) -> bool:
        return self._socket is not None

    async def run(self) -> None:
        """Until cancelled."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                sock = connected_socket(self._path, socket.SOCK_SEQPACKET)
            except OSError:
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
                continue
            wait_s = FIRST_WAIT_S
            await self._serve(sock)

    def ask(self, wanted: bytes) -> None:
        if self._socket is not None:
            with suppress(OSError):  # a full or closed socket: asked again a second later, or when it is connected
                self._socket.send(wanted)

    async def _serve(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()

        def readable() -> None:
            for _ in range(BATCH):
                try:
                    message = sock.recv(LONGEST_MESSAGE)
                except (BlockingIOError, InterruptedError):
                    return
                except OSError:
                    message = b""
                if not message:  # the other end is closed: nobody sends empty ones
                    loop.remove_reader(sock)
                    if not over.done():
                        over.set_result(None)
                    return
                self._handler.tap_received(message)

        self._socket = sock
        self._handler.tap_connected()
        loop.add_reader(sock, readable)
        try:
            await over
        finally:
            loop.remove_reader(sock)
            self._socket = None
            sock.close()
            self._handler.tap_lost()
            log.info("the tap is closed")
