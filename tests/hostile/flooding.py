"""Datagrams by the million, in a process of its own: ``python -m tests.hostile.flooding``.

They are made before the first one is sent, from a seed, and go out by `sendmmsg`: at some hundred thousand a
second the sender is quicker than whatever receives them. With `--forge` a part of them carries the addresses
of the rooms themselves as their origin (a raw socket on the loopback device; needs CAP_NET_RAW).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import struct
import time
from collections.abc import Sequence

from cffi import FFI

from room_client.sdp import H264_PAYLOAD_TYPE, OPUS_PAYLOAD_TYPE
from signaling.wire import rtcp, stun
from signaling.wire.aiortc_seams import make_certificate
from signaling.wire.rtp import pack_packet
from tests.hostile.intruder import Hello

BATCH = 64
SOCKETS = 16
VARIETY = 8192
_ffi = FFI()
_ffi.cdef("int sendmmsg(int fd, void *messages, unsigned int count, int flags);")
_libc = _ffi.dlopen(None)
_MESSAGE = struct.Struct("=QI4xQQQQi4xI4x")
_VECTOR = struct.Struct("=QQ")


def can_forge() -> bool:
    """Whether this process may send in another address's name."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW).close()
    except PermissionError:
        return False
    return True


def hostile(rng: random.Random, ufrags: list[str], ssrcs: list[int], hellos: list[bytes]) -> bytes:
    """One datagram: anything at all, or something valid with a fault, or valid but none of ours."""
    match rng.randrange(10):
        case 0:
            return rng.randbytes(rng.choice((0, 1, 2, 4, 11, 12, 13, 19, 20, 100, 1200, 1500)))
        case 1:
            return rng.randbytes(rng.choice((1501, 2048, 3000, 9000)))
        case 2:  # a check that knows the fragment and not the password
            return stun.binding_request(rng.randbytes(12), "wxyz", rng.choice(ufrags), rng.randbytes(16), 7)
        case 3:  # one byte of it changed
            whole = bytearray(stun.binding_request(rng.randbytes(12), "wxyz", rng.choice(ufrags), b"guessed", 7))
            whole[rng.randrange(len(whole))] ^= 1 + rng.randrange(255)
            return bytes(whole[: rng.randrange(1, len(whole) + 1)])
        case 4:
            return stun.binding_success(rng.randbytes(12), b"guessed", "192.0.2.7", rng.randrange(65536))
        case 5:  # DTLS: a record header, then noise; and alerts in the clear
            kind, body = rng.choice((20, 21, 22, 23, 25)), rng.randbytes(rng.choice((2, 60, 200, 1400)))
            return bytes((kind, 0xFE, 0xFD)) + bytes(8) + len(body).to_bytes(2, "big") + body
        case 6:
            return rng.choice(hellos)[: rng.randrange(13, 400)]
        case 7 | 8:  # RTP of streams that are there
            kind = rng.choice((H264_PAYLOAD_TYPE, OPUS_PAYLOAD_TYPE, rng.randrange(128)))
            payload = rng.randbytes(rng.choice((0, 1, 16, 100, 1188)))
            return pack_packet(kind, True, rng.randrange(65536), rng.getrandbits(32), rng.choice(ssrcs), payload)
        case _:
            compound = rtcp.key_frame_wanted(1, rng.choice(ssrcs)) + rtcp.packets_wanted(
                1, rng.choice(ssrcs), range(0, 300, 3)
            )
            return compound + rtcp.goodbye([rng.choice(ssrcs)]) + rng.randbytes(14)


class Volley:
    """Datagrams in memory that `sendmmsg` takes as they lie, again and again."""

    def __init__(self, sock: socket.socket, datagrams: Sequence[bytes], name: bytes = b"") -> None:
        self._socket = sock
        self._count = len(datagrams)
        self._next = 0
        self._memory = _ffi.from_buffer(bytearray(b"".join(datagrams) or b"\0"))
        self._name = _ffi.from_buffer(bytearray(name or b"\0"))
        vectors, messages = bytearray(), bytearray()
        at = _address(self._memory)
        for datagram in datagrams:
            vectors += _VECTOR.pack(at, len(datagram))
            at += len(datagram)
        self._vectors = _ffi.from_buffer(vectors)
        for index in range(self._count):
            vector = _address(self._vectors) + index * _VECTOR.size
            named = (_address(self._name), len(name)) if name else (0, 0)
            messages += _MESSAGE.pack(*named, vector, 1, 0, 0, 0, 0)
        self._messages = _ffi.from_buffer(messages)

    def fire(self) -> int:
        """Send the next batch; how many the kernel took."""
        if self._next >= self._count:
            self._next = 0
        many = min(BATCH, self._count - self._next)
        first = self._messages + self._next * _MESSAGE.size
        sent = _libc.sendmmsg(self._socket.fileno(), first, many, 0)
        self._next += max(1, sent)  # one that the kernel refuses is passed over
        return max(0, sent)


def _address(memory: object) -> int:
    return int(_ffi.cast("uintptr_t", memory))


def forged(payload: bytes, origin: int, target: int) -> bytes:
    """An IPv4 packet on the loopback device; the kernel fills in its length and checksum (raw(7))."""
    udp = struct.pack("!HHHH", origin, target, 8 + len(payload), 0) + payload
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, 17, 0, _LOCAL, _LOCAL) + udp


def volleys(arguments: argparse.Namespace) -> list[Volley]:
    rng = random.Random(arguments.seed)
    hellos = [Hello(make_certificate()).flight() for _ in range(4)]
    made = [hostile(rng, arguments.ufrag, arguments.ssrc, hellos) for _ in range(VARIETY)]
    found = []
    for _ in range(SOCKETS):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect(("127.0.0.1", arguments.port))
        rng.shuffle(made)
        found.append(Volley(sock, made))
    for origin in arguments.forge:
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        name = struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", 0, _LOCAL)
        packets = [forged(payload, origin, arguments.port) for payload in made if len(payload) <= 1500]
        found.append(Volley(sock, packets[: VARIETY // 4], name))
    return found


_LOCAL = socket.inet_aton("127.0.0.1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--per-second", type=int, default=0, help="0: as fast as it goes")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--ufrag", action="append", default=[])
    parser.add_argument("--ssrc", type=int, action="append", default=[])
    parser.add_argument("--forge", type=int, action="append", default=[], help="port of a room's own socket")
    arguments = parser.parse_args()
    guns = volleys(arguments)
    os.nice(19)  # whoever floods a server does not do so on the server's own cores
    sent, turn, started_s = 0, 0, time.monotonic()
    due_s = started_s
    while sent < arguments.count:
        sent += guns[turn % len(guns)].fire()
        turn += 1
        if arguments.per_second:
            ahead_s = due_s + sent / arguments.per_second - time.monotonic()
            if ahead_s > 0.001:
                time.sleep(ahead_s)
            elif ahead_s < -0.001:
                due_s -= ahead_s  # held up: the rate is kept, what was missed is not made up for at once
    print(json.dumps({"sent": sent, "seconds": round(time.monotonic() - started_s, 2)}))


if __name__ == "__main__":
    main()
