"""A small NAT between a room and the media port: it can go dark, and it can forget and take another port."""

from __future__ import annotations

import asyncio
import re
import socket


class Nat:
    """Datagrams from one room to the media port and back, over loopback. `async with`."""

    def __init__(self, media_port: int) -> None:
        self._media = ("127.0.0.1", media_port)
        self._inside = _bound()
        self._outside = _bound()
        self._room: tuple[str, int] | None = None
        self._loop = asyncio.get_running_loop()
        self.dark = False
        self.to_room = 0

    async def __aenter__(self) -> Nat:
        self._loop.add_reader(self._inside, self._from_room)
        self._loop.add_reader(self._outside, self._from_media)
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in (self._inside, self._outside):
            self._loop.remove_reader(each)
            each.close()

    def in_answer(self, sdp: str) -> str:
        """The answer, with this NAT's inside in the place of the media port."""
        return re.sub(r"127\.0\.0\.1 \d+ typ host", f"127.0.0.1 {self._inside.getsockname()[1]} typ host", sdp)

    def rebind(self) -> None:
        """Forget the mapping: from now on the room comes from another port, and the old one is dead."""
        self._loop.remove_reader(self._outside)
        self._outside.close()
        self._outside = _bound()
        self._loop.add_reader(self._outside, self._from_media)

    def _from_room(self) -> None:
        data, self._room = self._inside.recvfrom(2048)
        if not self.dark:
            self._outside.sendto(data, self._media)

    def _from_media(self) -> None:
        data = self._outside.recv(2048)
        if not self.dark and self._room is not None:
            self.to_room += 1
            self._inside.sendto(data, self._room)


def _bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    made.bind(("127.0.0.1", 0))
    return made
