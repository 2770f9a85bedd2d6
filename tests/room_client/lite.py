"""An ICE-lite server's socket that can fall silent, and what a room's end of ICE told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from room_client.ice import IceEnd, PathEnd, Remote
from signaling.messages import PathServer
from signaling.wire import stun

PASSWORD = "p" * 22


class Lite:
    def __init__(self, port: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("127.0.0.1", port))
        self.address: tuple[str, int] = self.socket.getsockname()
        self.answers = True
        self.ufrag = "abcd"
        self.checks = 0
        self.nominated: list[tuple[str, int]] = []  # addresses of checks with USE-CANDIDATE, as they changed
        self.checked_from: set[tuple[str, int]] = set()
        self.arrived: list[bytes] = []
        self.answered: list[stun.StunMessage] = []
        self.peer = ("", 0)
        asyncio.get_running_loop().add_reader(self.socket.fileno(), self._readable)

    def remote(self, *before: tuple[str, int]) -> Remote:
        return Remote([*before, self.address], self.ufrag, PASSWORD)

    def _readable(self) -> None:
        data, peer = self.socket.recvfrom(2048)
        if data[0] >= 4:
            self.peer = peer
            self.arrived.append(data)
            return
        message = stun.parse(data)
        if message is None:
            return
        if message.kind == stun.BINDING_SUCCESS:
            self.answered.append(message)
            return
        self.checks += 1
        self.checked_from.add(peer)
        if self.answers and message.local_ufrag == self.ufrag and message.signed_with(PASSWORD.encode()):
            self.peer = peer
            if message.use_candidate and self.nominated[-1:] != [peer]:
                self.nominated.append(peer)
            answer = stun.binding_success(message.transaction, PASSWORD.encode(), *peer)
            self.socket.sendto(answer, peer)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self.socket.close()


class Told:
    """An `IceObserver` that keeps everything."""

    def __init__(self) -> None:
        self.dtls: list[bytes] = []
        self.media: list[bytes] = []
        self.silences: list[bool] = []
        self.restarts = 0
        self.ends: list[PathEnd] = []
        self.servers: tuple[PathServer, ...] = ()

    def end(self) -> IceEnd:
        return IceEnd(self, self._servers)

    def _servers(self) -> Sequence[PathServer]:
        return self.servers

    def dtls_arrived(self, data: bytes) -> None:
        self.dtls.append(data)

    def media_arrived(self, data: bytes, now_s: float) -> None:
        self.media.append(data)

    def path_silent(self, silent: bool) -> None:
        self.silences.append(silent)

    def restart_wanted(self) -> None:
        self.restarts += 1

    def path_ended(self, end: PathEnd) -> None:
        self.ends.append(end)
