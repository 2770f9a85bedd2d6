"""What a packet takes from one socket to another without a server in between: to be taken off a delay."""

from __future__ import annotations

import asyncio
import socket
import struct
import time

from room_client.counting.stamped_reading import SO_TIMESTAMPNS

DATAGRAM_BYTES = 1_100
PAUSE_S = 0.002
_TIMESPEC = struct.Struct("=qq")


async def direct_delays_us(count: int, host: str = "127.0.0.1") -> list[float]:
    """From just before `send` to the kernel's stamp at the receiving socket, `count` times."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        receiver.bind((host, 0))
        sender.connect(receiver.getsockname())
        data, delays = bytes(DATAGRAM_BYTES), []
        for _ in range(count):
            sent_ns = time.time_ns()
            sender.send(data)
            try:
                _, controls, _, _ = receiver.recvmsg(2048, 64)
            except BlockingIOError:
                continue
            for _, kind, value in controls:
                if kind == SO_TIMESTAMPNS:
                    seconds, nanoseconds = _TIMESPEC.unpack(value)
                    delays.append((seconds * 1_000_000_000 + nanoseconds - sent_ns) / 1000)
            await asyncio.sleep(PAUSE_S)
        return delays
