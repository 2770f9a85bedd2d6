"""`tiepdan serve` with its real processes: what dies comes back, and everything ends when it is told to."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
import pytest

from server.data.engine import Database
from server.data.schema import upgrade
from server.demo.fill import fill_rehearsal
from server.rehearsal.story import free_port
from server.server_process import ServerNotReady, server_process
from server.settings import Settings
from server.supervisor import AlreadyRunning, crowding, lock_directory
from tests.waiting import eventually

MODULES = {"control": "server.app", "media": "server.media", "recorder": "recordings"}


def settings_in(directory: Path, **changes: object) -> Settings:
    values: dict[str, object] = {
        "data": directory,
        "http": f"127.0.0.1:{free_port()}",
        "media": f"127.0.0.1:{free_port(udp=True)}",
    }
    return Settings.model_validate(values | changes)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its pages, and the data directory by which its processes are told from another's."""

    address: str
    directory: Path

    def process(self, name: str) -> psutil.Process | None:
        """Its process of this name, if it lives."""
        for child in psutil.Process().children(recursive=True):
            try:
                if (
                    MODULES[name] in child.cmdline()
                    and child.status() != psutil.STATUS_ZOMBIE
                    and child.environ().get("TIEPDAN_DATA") == str(self.directory)
                ):
                    return child
            except psutil.NoSuchProcess:
                continue
        return None


async def health(address: str) -> dict[str, object]:
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{address}/healthz") as answer:
            found: dict[str, object] = await answer.json()
            return found
    except aiohttp.ClientError:
        return {}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with server_process(settings_in(tmp_path), tmp_path / "server.log") as address:
        yield Server(address, tmp_path)


@pytest.mark.parametrize("name", list(MODULES))
async def test_a_process_that_is_killed_comes_back_and_the_others_stay(server: Server, name: str) -> None:
    before = {each: server.process(each) for each in MODULES}
    victim = before[name]
    assert victim is not None
    victim.kill()
    await eventually(
        lambda: ((now := server.process(name)) is None or now.pid == victim.pid) and f"{name} is not back", 20
    )
    for other in set(MODULES) - {name}:
        now, then = server.process(other), before[other]
        assert now is not None
        assert then is not None
        assert now.pid == then.pid
    for _ in range(200):
        found = await health(server.address)
        if found.get("ok") and found.get("media") == found.get("recorder") == "running":
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"{name} was killed, and the server did not become whole again: {found}")


def large_page_bytes(process: psutil.Process) -> int:
    found = re.search(r"^AnonHugePages: +(\d+) kB$", Path(f"/proc/{process.pid}/smaps_rollup").read_text(), re.M)
    return int(found[1]) * 1024 if found else 0


async def test_the_memory_of_media_is_in_large_pages_where_the_kernel_gives_them(server: Server) -> None:
    switch = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    if not switch.exists() or "[never]" in switch.read_text():
        pytest.skip("this kernel gives no large pages (transparent_hugepage/enabled)")
    media = server.process("media")
    assert media is not None
    await eventually(lambda: not large_page_bytes(media) and "none of it is in a large page", 20)


async def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    async with server_process(settings_in(tmp_path), tmp_path / "server.log"):
        supervisor = next(c for c in psutil.Process().children() if "server.cli" in c.cmdline())
        children = supervisor.children(recursive=True)
        assert len(children) == len(MODULES)
        os.kill(supervisor.pid, signal.SIGKILL)
        await eventually(
            lambda: [c.pid for c in children if c.is_running() and c.status() != psutil.STATUS_ZOMBIE], 20
        )


async def test_a_second_server_on_one_directory_is_refused(tmp_path: Path) -> None:
    with lock_directory(tmp_path), pytest.raises(AlreadyRunning, match="another Tiepdan server"):
        lock_directory(tmp_path)
    lock_directory(tmp_path).close()


async def test_settings_that_can_never_work_end_the_start_and_the_log_says_why(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"too short")
    log = tmp_path / "server.log"
    with pytest.raises(ServerNotReady):
        async with server_process(settings_in(tmp_path), log):
            pytest.fail("it must not come up")
    assert "secret.key" in log.read_text()


async def test_a_port_that_is_taken_is_named_and_no_other_server_is_mistaken_for_ours(
    server: Server, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for setting, value in (("http", server.address.removeprefix("http://")), ("media", media_port(server))):
        with pytest.raises(ServerNotReady, match=f"TIEPDAN_{setting.upper()}"):
            async with server_process(settings_in(other, **{setting: value}), other / "server.log"):
                pytest.fail("it must not come up")


def media_port(server: Server) -> str:
    """The UDP address of the running media process."""
    process = server.process("media")
    assert process is not None
    words = process.cmdline()
    return words[words.index("--listen") + 1]


async def test_a_server_that_ended_leaves_no_socket(tmp_path: Path) -> None:
    async with server_process(settings_in(tmp_path), tmp_path / "server.log"):
        assert list((tmp_path / "run").glob("*.sock"))
    assert list((tmp_path / "run").glob("*.sock")) == []


def test_a_rehearsals_database_is_filled(tmp_path: Path) -> None:
    """Used by every scenario: filled once, and a second time nothing is touched."""
    from datetime import date

    database = Database(f"sqlite:///{tmp_path / 'tiepdan.db'}")
    try:
        upgrade(database.engine)
        assert database.run_here(fill_rehearsal, 3, date(2026, 11, 23)).filled
        assert not database.run_here(fill_rehearsal, 3, date(2026, 11, 23)).filled
    finally:
        database.close()


def test_as_many_media_workers_as_cores_are_warned_of() -> None:
    assert crowding(1, 1) == crowding(1, 2) == crowding(2, 4) == ""
    assert "set TIEPDAN_MEDIA_WORKERS to 1" in crowding(2, 2)
    assert "set TIEPDAN_MEDIA_WORKERS to 3" in crowding(6, 4)
