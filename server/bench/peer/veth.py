"""Two network namespaces joined by a veth pair, and moving into one of them."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.bench.line.namespaces import CommandFailed, Namespace, namespace

SERVER_ADDRESS, ROOM_ADDRESS, PREFIX_LENGTH = "10.78.0.1", "10.78.0.2", 24
CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Pair:
    server: Namespace
    room: Namespace


@contextmanager
def veth_pair() -> Iterator[Pair]:
    """Removed at the end, with everything in it. Raises CommandFailed, OSError."""
    with namespace("server") as server, namespace("room") as room:
        near, far = f"td{os.getpid()}a", f"td{os.getpid()}b"
        _ip("link", "add", near, "netns", server.name, "type", "veth", "peer", "name", far, "netns", room.name)
        for inside, device, address in ((server, near, SERVER_ADDRESS), (room, far, ROOM_ADDRESS)):
            _ip("-n", inside.name, "addr", "add", f"{address}/{PREFIX_LENGTH}", "dev", device)
            _ip("-n", inside.name, "link", "set", device, "up")
        yield Pair(server, room)


@contextmanager
def inside(place: Namespace) -> Iterator[None]:
    """This thread, and the processes it starts meanwhile, live in `place`. Raises OSError."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        there = os.open(f"/run/netns/{place.name}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(there)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _enter(home)
    finally:
        os.close(home)


def _enter(descriptor: int) -> None:
    """setns(2): os.setns came with Python 3.12 only."""
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _ip(*arguments: str) -> None:
    done = subprocess.run(("ip", *arguments), capture_output=True, text=True, check=False, timeout=20)
    if done.returncode != 0:
        raise CommandFailed(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
