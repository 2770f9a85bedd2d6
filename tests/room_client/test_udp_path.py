"""The one UDP path against a server that answers checks, falls silent, or is gone."""

from __future__ import annotations

import asyncio
import socket

import pytest

from room_client.udp_path import PathEnd, PathFailed, UdpPath
from signaling.wire import stun
from tests.waiting import eventually


class Lite:
    """An ICE-lite server's socket that can fall silent."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("127.0.0.1", 0))
        self.address: tuple[str, int] = self.socket.getsockname()
        self.answers = True
        self.checks = 0
        self.arrived: list[bytes] = []
        self.peer = ("", 0)
        asyncio.get_running_loop().add_reader(self.socket.fileno(), self._readable)

    def _readable(self) -> None:
        data, self.peer = self.socket.recvfrom(2048)
        if data[0] < 4:
            self.checks += 1
            message = stun.parse(data)
            if self.answers and message is not None and message.signed_with(b"p" * 22):
                self.socket.sendto(stun.binding_success(message.transaction, b"p" * 22, *self.peer), self.peer)
        else:
            self.arrived.append(data)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self.socket.close()


async def test_path_sorts_datagrams_and_notices_the_end() -> None:
    lite = Lite()
    dtls: list[bytes] = []
    media: list[bytes] = []
    ends: list[PathEnd] = []
    path = UdpPath(dtls.append, lambda data, now: media.append(data), ends.append)
    await path.connect([lite.address], "abcd", "p" * 22)
    path.send(b"\x16hello")
    await eventually(lambda: "" if lite.arrived == [b"\x16hello"] else "nothing arrived")
    for data in (b"", b"\x00", b"\x16dtls", b"\x80rtp", b"\xc0junk", b"\x80" * 1999):
        lite.socket.sendto(data, lite.peer)
    await eventually(lambda: "" if len(media) == 2 else f"{len(media)} media datagrams")
    assert dtls == [b"\x16dtls"]
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.sendto(b"\x80stranger", lite.peer)
    stranger.close()
    lite.close()  # the media process is gone: the next thing sent is refused
    path.send(b"\x80rtp")
    await eventually(lambda: "" if ends == [PathEnd.REFUSED] else f"{ends}")
    assert len(media) == 2, "a stranger's datagram came through"
    await path.close()
    await path.close()


async def test_path_notices_silence_within_five_seconds() -> None:
    lite = Lite()
    ends: list[PathEnd] = []
    path = UdpPath(lambda data: None, lambda data, now: None, ends.append)
    await path.connect([lite.address], "abcd", "p" * 22)
    lite.answers = False
    await eventually(lambda: "" if ends == [PathEnd.SILENT] else f"{ends}", 6)
    await path.close()
    lite.close()


async def test_path_tries_the_next_address_and_gives_up() -> None:
    lite = Lite()
    path = UdpPath(lambda data: None, lambda data, now: None, lambda end: None)
    silent = Lite()
    silent.answers = False
    await path.connect([silent.address, lite.address], "abcd", "p" * 22, timeout_s=1.0)
    assert silent.checks > 1
    await path.close()
    other = UdpPath(lambda data: None, lambda data, now: None, lambda end: None)
    with pytest.raises(PathFailed):
        await other.connect([silent.address], "abcd", "p" * 22, timeout_s=0.3)
    await other.close()
    lite.close()
    silent.close()
