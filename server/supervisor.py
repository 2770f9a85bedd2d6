"""`tiepdan serve`: starts the three processes, watches them, starts again what dies, ends them in order.

The supervisor holds no state of the reception, so that it has nothing to lose. A process that dies is
started again after a pause that doubles from 0.2 s to 5 s and is forgotten after half a minute of life. The
processes die with the supervisor (PR_SET_PDEATHSIG), so that nothing keeps a port or a socket after a crash.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from server.settings import Settings

log = logging.getLogger("tiepdan.serve")

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
CANNOT_START = 2  # exit code of a process whose settings are wrong: starting it again would not help
SETTLED_AFTER_S = 30.0
GRACE_S = 20.0  # the recorder may be closing a segment on a slow disk
IN_LARGE_PAGES = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Memory in pages of 2 MB, where the kernel gives them to who asks (transparent_hugepage: madvise or always).

Media walks through the state of every link once a picture and once a report, far apart in memory and never soon
again: in pages of 4 kB the translation of each address costs more than the work (docs/performance.md). CPython's
own allocator takes memory in pieces too small for a large page, so glibc's stands in for it. Elsewhere both are
ignored."""
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class CannotStart(Exception):
    """A process says that it can never start with these settings; what it logged says why."""


class AlreadyRunning(Exception):
    """Another `tiepdan serve` holds this data directory."""


def lock_directory(directory: Path) -> IO[str]:
    """Take the data directory for this process; keep the returned file open as long. Raises AlreadyRunning."""
    file = (directory / "serve.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as refused:
        file.close()
        raise AlreadyRunning(f"another Tiepdan server is using the directory {directory}") from refused
    return file


@dataclass(frozen=True, slots=True)
class Command:
    """One process to keep alive. They are ended in the order in which they are given to the supervisor."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)  # where the operator has not set it otherwise


def commands(settings: Settings) -> tuple[Command, ...]:
    """Control first: it writes down the state of the reception before the others go."""
    run = str(settings.run_directory)
    return (
        Command("control", ("-m", "server.app")),
        Command(
            "recorder",
            ("-m", "recordings", "--run-directory", run,
             "--recordings-directory", str(settings.recordings_directory),
             "--signing-directory", str(settings.signing_directory),
             *(("--spare-directory", settings.recordings_spare) if settings.recordings_spare else ()),
             *(("--isolated-sources",) if settings.isolated_sources else ()),
             *(("--timestamp-url", settings.timestamp_url) if settings.timestamp_url else ()),
             "--segment-minutes", str(settings.segment_minutes)),
        ),
        *(_media(settings, run, worker) for worker in range(settings.media_workers)),
    )  # fmt: skip


def _media(settings: Settings, run: str, worker: int) -> Command:
    """Each worker has its own UDP port: the one that is set, and those behind it."""
    return Command(
        "media" if worker == 0 else f"media {worker}",
        ("-m", "server.media", "--listen", _port_of(settings.media, worker),
         "--advertise", _port_of(settings.media_advertise, worker),
         "--run-directory", run, "--codec", settings.codec,
         "--worker", str(worker), "--workers", str(settings.media_workers)),
        IN_LARGE_PAGES,
    )  # fmt: skip


def crowding(media_workers: int, cores: int) -> str:
    """What to say when media in real time would leave too little for pages and recordings; "" if it is well."""
    if media_workers < 2 or media_workers < cores:
        return ""
    return (
        f"{media_workers} media workers on {cores} cores leave too little for pages and recordings while a"
        f" province watches; set TIEPDAN_MEDIA_WORKERS to {max(1, cores - 1)}"
    )


def _port_of(address: str, worker: int) -> str:
    """HOST:PORT with the worker's port; an address without a port, and port 0, stay as they are."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or port == "0" or (":" in host and not host.startswith("[")):
        return address
    return f"{host}:{int(port) + worker}"


class Supervisor:
    """Keeps `commands` running until `stop`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._commands = commands(settings)
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self.restarts = 0
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def process_ids(self) -> dict[str, int]:
        """For tests and for `tiepdan reception status`: which process is which."""
        return {name: process.pid for name, process in self._running.items()}

    def start(self) -> None:
        for command in self._commands:
            self._keepers[command.name] = asyncio.create_task(
                self._keep(command), name=f"keeper of {command.name}"
            )

    async def stop(self) -> None:
        """End the processes one after the other; one that does not end within GRACE_S is killed."""
        self._stopping.set()
        for command in self._commands:
            keeper = self._keepers.pop(command.name, None)
            process = self._running.get(command.name)
            if process is not None and process.returncode is None:
                process.terminate()
                try:
                    async with asyncio.timeout(GRACE_S):
                        await process.wait()
                except TimeoutError:
                    log.error("%s did not end within %.0f s and was killed", command.name, GRACE_S)
                    process.kill()
            if keeper is not None:
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)

    async def _keep(self, command: Command) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            started_s = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *command.arguments,
                stdin=asyncio.subprocess.DEVNULL,
                env={**command.environment, **_environment(self._settings)},
                preexec_fn=die_with(os.getpid()),
                start_new_session=True,  # Ctrl-C reaches the supervisor only, which ends them in order
            )
            self._running[command.name] = process
            log.info("%s started", command.name)
            code = await process.wait()
            if self._stopping.is_set():
                return
            if code == CANNOT_START and self.restarts == 0:
                if not self.failed.done():
                    self.failed.set_result(f"{command.name} cannot start; the line above says why")
                return
            self.restarts += 1
            if time.monotonic() - started_s > SETTLED_AFTER_S:
                pause_s = FIRST_PAUSE_S
            log.error("%s ended with %d; started again in %.1f s", command.name, code, pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _environment(settings: Settings) -> dict[str, str]:
    """The processes read the very settings this one read, whatever file they came from."""
    environment = {name: value for name, value in os.environ.items() if name != "TIEPDAN_SETTINGS"}
    for name, value in settings.model_dump(mode="json").items():
        environment[f"TIEPDAN_{name.upper()}"] = str(value)
    return environment


def die_with(parent: int) -> Callable[[], None]:
    """For `preexec_fn`: the new process gets SIGTERM when process `parent`, its starter, dies."""

    def ask_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_kernel


async def serve(settings: Settings, ready: Callable[[], None] | None = None) -> None:
    """Run the whole server until SIGTERM or SIGINT. Raises AlreadyRunning and CannotStart."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.run_directory.mkdir(mode=0o700, exist_ok=True)
    settings.recordings_directory.mkdir(mode=0o750, exist_ok=True)
    with lock_directory(settings.data):
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if crowded := crowding(settings.media_workers, len(os.sched_getaffinity(0))):
            log.warning(crowded)
        supervisor = Supervisor(settings)
        supervisor.start()
        try:
            if ready is not None:
                ready()
            stopped = asyncio.create_task(stop.wait(), name="signal to stop")
            await asyncio.wait((stopped, supervisor.failed), return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if supervisor.failed.done():
                raise CannotStart(supervisor.failed.result())
        finally:
            await supervisor.stop()
