"""The added delay while the rest of the server is kept busy: it may not show."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from recordings.store import Folder
from server.bench.delay import direct_us, watch_delay
from server.bench.hall import Hall
from server.bench.load import LoadFailed
from server.bench.report import Scenario
from server.demo.accounts import PASSWORD
from signaling.desk_messages import CommandName
from signaling.ports import AskReceptions, ReceptionLine, Receptions

LOGIN = "chutri"
PAGES = ("/", "/petitions", "/receptions", "/rooms", "/login")
FETCHERS, READERS = 4, 2
LOCKED_S = 2.0
SEALED_WITHIN_S = 60.0
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_MEDIA = re.compile(r"/recordings/\d+/media\?pass=[\w.~-]+")  # good for whoever opened the page
Work = Callable[[], Awaitable[int]]


async def measure_disturbance(hall: Hall, seconds: float) -> Scenario:
    """Holds a second reception, so that there is a recording to be read."""
    found = Scenario("disturb")
    baseline_us = await direct_us(hall)
    found.add_spread("quiet: added delay", await watch_delay(hall, seconds, baseline_us), "ms", (0.5, 0.99))
    async with _logged_in(hall.address) as office:
        pages = [path for path in PAGES if await _answers(office, path)]
        await _disturbed(found, hall, seconds, baseline_us, "pages", _fetching(office, pages), FETCHERS)
        recording = await _recording(hall, office)
        if recording:
            reading = _fetching(office, [recording])
            await _disturbed(found, hall, seconds, baseline_us, "a recording is read", reading, READERS)
        else:
            found.missing("a recording is read: added delay", "ms", "no recording was sealed")
    if hall.settings.database_url.startswith("sqlite:///"):
        lock = _locking(Path(hall.settings.database_url.removeprefix("sqlite:///")))
        await _disturbed(found, hall, max(seconds, 2 * LOCKED_S), baseline_us, "database locked", lock, 1)
    else:
        found.missing("database locked: added delay", "ms", "the database is not SQLite")
    return found


async def _disturbed(
    found: Scenario, hall: Hall, seconds: float, baseline_us: float, name: str, work: Work, workers: int
) -> None:
    """Measure while `workers` do `work` over and over."""
    done = 0

    async def keep_on() -> None:
        nonlocal done
        while True:
            done += await work()

    tasks = [asyncio.create_task(keep_on(), name="bench disturbance") for _ in range(workers)]
    try:
        delays = await watch_delay(hall, seconds, baseline_us)
    finally:
        for task in tasks:
            task.cancel()
        failed = [e for e in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(e, Exception)]
    found.add_spread(f"{name}: added delay", delays, "ms", (0.5, 0.99))
    found.add(f"{name}: how often meanwhile", done, "times", done)
    found.expect(done > 0 and not failed, f"{name}: the disturbance did not take place")


def _fetching(office: aiohttp.ClientSession, paths: list[str]) -> Work:
    async def fetch() -> int:
        for path in paths:
            async with office.get(path) as answer:
                async for _ in answer.content.iter_chunked(1 << 16):
                    pass
        return len(paths)

    return fetch


def _locking(file: Path) -> Work:
    def lock() -> None:
        connection = sqlite3.connect(file, timeout=30, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(LOCKED_S)
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    async def work() -> int:
        await asyncio.shield(asyncio.to_thread(lock))
        return 1

    return work


async def _recording(hall: Hall, office: aiohttp.ClientSession) -> str:
    """End the reception, hold the next one, and find the first one's recording; its path, or nothing."""
    receptions = await _receptions(hall)
    held = next((line.id for line in receptions if line.state == "open"), None)
    planned = next((line.id for line in receptions if line.state == "planned"), None)
    await hall.press(CommandName.END, confirm=True)
    if planned is not None:
        await hall.press(CommandName.OPEN, reception=planned)
        await hall.press(CommandName.NEXT)
    deadline = time.monotonic() + SEALED_WITHIN_S
    while time.monotonic() < deadline:
        folders = sorted(p for p in hall.settings.recordings_directory.iterdir() if p.is_dir())
        manifests = [Folder(path).load() for path in folders]
        if any(m is not None and m.state == "sealed" and m.playable is not None for m in manifests):
            async with office.get(f"/receptions/{held}/recording") as answer:
                if (match := _MEDIA.search(await answer.text())) is not None:
                    return match[0]
        await asyncio.sleep(0.2)
    return ""


async def _receptions(hall: Hall) -> list[ReceptionLine]:
    reply = await hall.control.request(AskReceptions())
    return list(reply.receptions) if isinstance(reply, Receptions) else []


async def _answers(office: aiohttp.ClientSession, path: str) -> bool:
    async with office.get(path) as answer:
        return answer.status == 200


@asynccontextmanager
async def _logged_in(address: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser of the host's. Raises LoadFailed when it cannot log in."""
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of a bare IP address, too
    async with aiohttp.ClientSession(address, cookie_jar=jar, headers={"Accept": "text/html"}) as office:
        async with office.get("/login") as page:
            token = _CSRF.search(await page.text())
        form = {"csrf": token[1] if token else "", "login": LOGIN, "password": PASSWORD, "next": "/"}
        async with office.post("/login", data=form, allow_redirects=False) as answer:
            if answer.status != 303:
                raise LoadFailed(f"the demonstration's host could not log in: {answer.status}")
        yield office
