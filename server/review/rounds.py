"""Work that goes round and round: when it is poked, every minute, and sooner while a reception holds it up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from server.review.aside import ASK_EVERY_S, Aside

LOOK_EVERY_S = 60.0
_log = logging.getLogger(__name__)


class Rounds:
    """`start` and `stop` them; `poke` when there is something to do."""

    def __init__(self, name: str, aside: Aside, go: Callable[[], Awaitable[None]]) -> None:
        """`go`: one round. What it raises is logged, and it is tried again: a disk or a database that refuses
        for a while must not end it."""
        self._name, self._aside, self._go = name, aside, go
        self._poked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name=self._name)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def poke(self) -> None:
        self._poked.set()

    async def _keep(self) -> None:
        while True:
            self._poked.clear()  # before the round: what comes during it is looked for again
            try:
                await self._go()
            except Exception:
                _log.exception("%s failed; tried again in %.0f s", self._name, LOOK_EVERY_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), ASK_EVERY_S if self._aside.paused else LOOK_EVERY_S)
