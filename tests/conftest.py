"""For all tests: which run beside each other, and nothing may be left behind by one of them.

Two workers share the tests. One plays what has a clock: servers, links, hostile strangers, bad lines. The other
plays rooms in a browser, then what only computes or waits for work that is done aside, and steps back when both
want a core: what measures seconds of frozen picture has the cores first, and comes when the other one computes.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psutil
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from server.bench.store.cluster import Cluster
from server.people import passwords
from tests.database import PostgresqlStore, SqliteStore, Store, cluster_or_skip

# How long an example takes says how busy the machine is.
settings.register_profile("tiepdan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tiepdan")

NO_CLOCK = tuple(  # of them nothing is on air
    f"tests/{folder}/"
    for folder in (
        "browser/office",
        "signaling",
        "server/archive",
        "server/attachments",
        "server/backup",
        "server/clips",
        "server/commands",
        "server/conclusions",
        "server/data",
        "server/deadlines",
        "server/demo",
        "server/documents",
        "server/duty",
        "server/figures",
        "server/late",
        "server/people",
        "server/petitions",
        "server/receptions",
        "server/receptions_office",
        "server/registrations",
        "server/review",
        "server/rooms",
        "server/visits",
        "server/web",
    )
)
os.environ["COLUMNS"] = "400"  # what commands say stays on one line; rich asks once, when it is imported
IN_A_BROWSER = "tests/browser/"
COMES_LAST = ("tests/hostile/", "tests/lines/", IN_A_BROWSER)
# Niceness; 10 leaves the other nine tenths of a core that both want.
STEPS_BACK = {"computes": 10, "in a browser": 4, "has a clock": 0}
SETTLE_S = 5.0  # a thread that is told to end needs a moment


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((place for place, folder in enumerate(COMES_LAST, 1) if item.nodeid.startswith(folder)), 0)


class _Scheduling(LoadScopeScheduling):
    """What has a clock is one scope, so that no two of its tests share the cores; it begins first. Rooms in a
    browser are another one: what they wait for may take longer, and most of it is waiting."""

    def _split_scope(self, nodeid: str) -> str:
        kind = _kind(nodeid)
        return nodeid if kind == "computes" else kind


def _kind(nodeid: str) -> str:
    if nodeid.startswith(NO_CLOCK):
        return "computes"
    return "in a browser" if nodeid.startswith(IN_A_BROWSER) else "has a clock"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduling:
    return _Scheduling(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ and os.geteuid() == 0:  # who is not root could not come back
        os.setpriority(os.PRIO_PROCESS, 0, STEPS_BACK[_kind(item.nodeid)])


def _threads() -> set[str]:
    return {f"thread {t.name}" for t in threading.enumerate() if t.is_alive()}


def _processes() -> set[str]:
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ends while we look at it: a connection's, of PostgreSQL
            if child.name() == "postgres":  # the cluster of this run starts and ends workers when it likes
                continue
            if child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
                found.add(f"process {child.pid}")
    return found


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


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_at_the_least_cost() -> Iterator[None]:
    """Almost every page is asked for by somebody who logged in. What a hash costs otherwise, and that one of less
    is made again, is held in `tests/server/people/test_passwords.py`; processes of their own hash at full cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL for this worker, stopped and removed with it."""
    with cluster_or_skip() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return SqliteStore(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def postgresql_store(cluster: Cluster) -> Store:
    return PostgresqlStore(cluster)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    """Whoever asks for it is tested on both. For the session, so that it is there before threads and processes
    are counted."""
    store: Store = request.getfixturevalue(f"{request.param}_store")
    return store
