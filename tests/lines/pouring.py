"""Numbered datagrams at a steady rate from one namespace to another: what the emulator itself does to packets.

    python -m tests.lines.pouring receive              until stdin ends, then a line of JSON: a `Poured`
    python -m tests.lines.pouring send ADDRESS RATE_BPS SECONDS      then a line of JSON: how many it sent

Both sides are one machine with one monotonic clock, so that the way there can be timed.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time
from dataclasses import asdict, dataclass

PORT = 9999
PACKET_BYTES = 1228  # of IP: 1,200 of payload and the headers
_HEAD = struct.Struct("!Id")
_PAYLOAD_BYTES = PACKET_BYTES - 28
SO_RCVBUFFORCE = 33  # not in the socket module
_BUFFER_BYTES = 4 << 20  # the receiver must not be the one who loses


@dataclass(frozen=True, slots=True)
class Poured:
    numbers: list[int]  # in the order of arrival
    delays_ms: list[float]


def send(address: str, rate_bps: float, seconds: float) -> int:
    interval_s = PACKET_BYTES * 8 / rate_bps
    count = int(seconds / interval_s)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((address, PORT))
        begun_s = time.monotonic()
        for number in range(count):
            ahead_s = begun_s + number * interval_s - time.monotonic()
            if ahead_s > 0:
                time.sleep(ahead_s)
            sock.send(_HEAD.pack(number, time.monotonic()).ljust(_PAYLOAD_BYTES, b"\0"))
    return count


def receive() -> Poured:
    numbers: list[int] = []
    delays_ms: list[float] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _BUFFER_BYTES)
        sock.bind(("0.0.0.0", PORT))  # noqa: S104 -- of a namespace that has nothing but the line
        print("ready", flush=True)
        while True:
            readable, _, _ = select.select((sock, sys.stdin), (), ())
            if sock in readable:
                packet = sock.recv(2048)
                now_s = time.monotonic()
                number, sent_s = _HEAD.unpack_from(packet)
                numbers.append(number)
                delays_ms.append((now_s - sent_s) * 1000)
            elif sys.stdin in readable:
                return Poured(numbers, delays_ms)


def main() -> None:
    if sys.argv[1] == "receive":
        print(json.dumps(asdict(receive())))
    else:
        print(send(sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))


if __name__ == "__main__":
    main()
