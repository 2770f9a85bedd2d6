"""A piece of long work in a process of its own, beside the live reception and never in its way.

One at a time, at a low priority; none begins, and one that runs is ended, while a reception is open. What nobody
waits for, and goes on where it was ended, gives way to all the rest.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from enum import StrEnum

from aiohttp import web
from pydantic import BaseModel
from sqlmodel import Session, select

from server.data.engine import Database
from server.receptions.tables import Reception, ReceptionState

ASK_EVERY_S = 2.0  # whether a reception was opened
END_WITHIN_S = 5.0
LINE_LIMIT = 64 * 1024
NICENESS = 10  # somebody waits for what is made; in the way of a live reception it never is


class Ended(StrEnum):
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # a reception is open, or somebody waits; to be begun anew afterwards


class Turn:
    """A lock, in the order of asking, that knows how many wait for it."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self.waiting = 0

    async def __aenter__(self) -> None:
        self.waiting += 1
        try:
            await self._lock.acquire()
        finally:
            self.waiting -= 1

    async def __aexit__(self, *_raised: object) -> None:
        self._lock.release()


class Aside:
    """Whoever holds `turn` may work, or take away what the work of others needs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.turn = Turn()
        self.paused = False

    async def is_live(self) -> bool:
        self.paused = await self._database.run(_reception_is_open)
        return self.paused

    async def run(
        self, module: str, work: BaseModel, hear: Callable[[str], None], *, gives_way: bool = False
    ) -> Ended:
        """`python -m module` with the work as JSON on its stdin; `hear` gets each line that it says. Needs `turn`.
        It is ended when this is cancelled. `gives_way`: and when others wait for the turn."""
        if await self.is_live():
            return Ended.INTERRUPTED
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=LINE_LIMIT,
        )
        reading = asyncio.create_task(_read(process, work, hear), name=f"listening to {module}")
        try:
            while not reading.done():
                await asyncio.wait({reading}, timeout=ASK_EVERY_S)
                if reading.done():
                    break
                if (gives_way and self.turn.waiting) or await self.is_live():
                    return Ended.INTERRUPTED
            reading.result()
            return Ended.DONE if await process.wait() == 0 else Ended.FAILED
        finally:
            await _end(process)
            await asyncio.gather(reading, return_exceptions=True)


ASIDE = web.AppKey("ASIDE", Aside)


async def _read(process: asyncio.subprocess.Process, work: BaseModel, hear: Callable[[str], None]) -> None:
    assert process.stdin is not None  # asked for as pipes, both
    assert process.stdout is not None
    process.stdin.write(work.model_dump_json().encode())
    process.stdin.close()
    async for line in process.stdout:
        hear(line.decode())


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)  # what it was writing has a temporary name, and is begun anew
    await asyncio.wait_for(process.wait(), END_WITHIN_S)


def _reception_is_open(session: Session) -> bool:
    opened = select(Reception.id).where(Reception.state == ReceptionState.OPEN).limit(1)
    return session.exec(opened).first() is not None
