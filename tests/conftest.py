"""For all tests: which run beside each other, and nothing may be left behind by one of them.

Two workers share the tests. One of them plays everything that has a clock: servers, browsers, links, lines;
the other takes what only computes, and steps back when both want a core.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

HERE = Path(__file__).parent
ONLY_COMPUTE = tuple(
    HERE / folder
    for folder in (
        "signaling",
        "server/commands",
        "server/data",
        "server/demo",
        "server/people",
        "server/petitions",
        "server/receptions",
        "server/receptions_office",
        "server/rooms",
        "server/web",
    )
)
STEPS_BACK = 10  # niceness; what has a clock keeps nine tenths of a core that both want
SETTLE_S = 5.0  # a thread that is told to end needs a moment


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What has a clock is one group, so that no two of its tests share the cores."""
    for item in items:
        if not any(item.path.is_relative_to(folder) for folder in ONLY_COMPUTE):
            item.add_marker(pytest.mark.xdist_group("clock"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ and os.geteuid() == 0:  # who is not root could not come back
        clock = item.get_closest_marker("xdist_group") is not None
        os.setpriority(os.PRIO_PROCESS, 0, 0 if clock else STEPS_BACK)


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
