"""A box between a room and the media port, on loopback: a cable that can be pulled, a NAT that can forget."""

from __future__ import annotations

import asyncio
import random
import socket


class Middlebox:
    """Carries datagrams both ways. One room at a time: the last one that sent is the one that is answered."""

    def __init__(self, media_port: int) -> None:
        self._media = ("127.0.0.1", media_port)
        self._loop = asyncio.get_running_loop()
        self._inside = self._open(self._from_room)
        self.port: int = self._inside.getsockname()[1]
        self._room = ("", 0)
        self.rooms: set[tuple[str, int]] = set()  # addresses from which a room sent
        self.passes = True  # False: the cable is out
        self.loss = 0.0
        self.lost = 0
        self._chance = random.Random(3)
        self._outside = self._open(self._from_media)

    def forget(self) -> None:
        """As a NAT after a restart: what goes on to the server comes from another port."""
        self._shut(self._outside)
        self._outside = self._open(self._from_media)

    def close(self) -> None:
        self._shut(self._inside)
        self._shut(self._outside)

    def _open(self, read: object) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        made.bind(("127.0.0.1", 0))
        self._loop.add_reader(made.fileno(), read)  # type: ignore[arg-type]
        return made

    def _shut(self, made: socket.socket) -> None:
        self._loop.remove_reader(made.fileno())
        made.close()

    def _from_room(self) -> None:
        try:
            data, self._room = self._inside.recvfrom(2048)
        except OSError:
            return
        self.rooms.add(self._room)
        if self._lets_through():
            self._outside.sendto(data, self._media)

    def _from_media(self) -> None:
        try:
            data = self._outside.recv(2048)
        except OSError:
            return
        if self._room[1] and self._lets_through():
            self._inside.sendto(data, self._room)

    def _lets_through(self) -> bool:
        if self.passes and self._chance.random() < self.loss:
            self.lost += 1
            return False
        return self.passes
