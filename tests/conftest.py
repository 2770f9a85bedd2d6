"""For all tests: nothing may be left behind by one of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psutil
import pytest

SETTLE_S = 5.0  # a thread that is told to end needs a moment


def _threads() -> set[str]:
    return {f"thread {t.name}" for t in threading.enumerate() if t.is_alive()}


def _processes() -> set[str]:
    children = psutil.Process().children(recursive=True)
    return {f"process {c.pid}" for c in children if c.is_running() and c.status() != psutil.STATUS_ZOMBIE}


def _described(name: str) -> str:
    """What was left, for the one who has to find out who left it."""
    kind, _, number = name.partition(" ")
    if kind != "process":
        return name
    try:
        process = psutil.Process(int(number))
        return f"{name} ({process.status()}, child of {process.ppid()}): {' '.join(process.cmdline())[:160]}"
    except psutil.NoSuchProcess:
        return f"{name} (gone by now)"


def _sockets() -> set[str]:
    """Sockets with an address; an event loop's own pair has none."""
    found = psutil.Process().net_connections(kind="all")
    return {f"socket {c.fd} of {c.laddr}" for c in found if c.laddr}


def _belongings() -> set[str]:
    return _threads() | _processes() | _sockets()


@pytest.fixture(autouse=True)
def leaves_nothing_behind() -> Iterator[None]:
    """Threads, processes and sockets that a test started are gone after it. (Tasks: pytest-asyncio's loop
    warns of a pending task when it closes, and warnings are errors.)"""
    before = _belongings()
    yield
    deadline = time.monotonic() + SETTLE_S
    while (left := _belongings() - before) and time.monotonic() < deadline:
        threading.Event().wait(0.02)  # what is ending has no handle of ours to wait on
    if left:
        pytest.fail("left behind: " + ", ".join(_described(each) for each in sorted(left)))
