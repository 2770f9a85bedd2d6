"""What waits at a socket while nobody looks: it is read together, and nothing makes the queue deaf."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from server.media.port import Queue
from tests.waiting import eventually

REST_S = 0.02


class Reading:
    """Reads all there is, and then does what the test wants."""

    def __init__(self, sock: socket.socket) -> None:
        self.queue = Queue(sock, self.read)
        self.looks: list[int] = []  # how many datagrams each one found
        self.rests = False
        self.fails = False

    def read(self, queue: Queue) -> None:
        count = 0
        while True:
            try:
                queue.socket.recv(100)
            except BlockingIOError:
                break
            count += 1
        self.looks.append(count)
        if self.rests:
            queue.rest(REST_S)
        if self.fails:
            raise RuntimeError("a datagram nobody had thought of")


@pytest.fixture
def reading() -> Iterator[Reading]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sock:
        sock.bind(("127.0.0.1", 0))
        yield Reading(sock)


def send(reading: Reading) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", reading.queue.socket.getsockname())


async def until_read(reading: Reading, datagrams: int) -> None:
    await eventually(lambda: None if sum(reading.looks) == datagrams else f"looks that found {reading.looks}")


async def test_what_comes_during_a_rest_is_read_together(reading: Reading) -> None:
    reading.queue.start()
    reading.rests = True
    send(reading)
    await until_read(reading, 1)
    for _ in range(3):
        send(reading)
    await until_read(reading, 4)
    assert 3 in reading.looks
    reading.queue.close()


async def test_after_its_last_rest_each_datagram_is_read_as_it_comes(reading: Reading) -> None:
    reading.queue.start()
    reading.rests = True
    send(reading)
    await until_read(reading, 1)
    reading.rests = False
    looks = len(reading.looks)
    await eventually(lambda: None if len(reading.looks) > looks else "it still rests")
    send(reading)
    await until_read(reading, 2)
    reading.queue.close()


async def test_a_look_ends_a_rest_and_is_nothing_without_one(reading: Reading) -> None:
    reading.queue.start()
    reading.queue.look()
    assert reading.looks == []
    reading.queue.rest(3600)
    send(reading)
    reading.queue.look()
    assert reading.looks == [1]
    send(reading)
    await until_read(reading, 2)
    reading.queue.close()


async def test_a_look_that_fails_does_not_make_it_deaf(reading: Reading) -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    reading.queue.start()
    reading.rests = True
    send(reading)
    await until_read(reading, 1)
    reading.rests, reading.fails = False, True
    await eventually(lambda: None if told else "it did not fail yet")
    reading.fails = False
    send(reading)
    await until_read(reading, 2)
    assert len(told) == 1
    reading.queue.close()
