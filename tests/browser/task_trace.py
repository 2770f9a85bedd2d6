"""How long the tasks of a page's main thread take, by the processor's time and by the clock.

A browser counts a task as long by the clock. On a machine that does other things besides, that says how long the
browser had to wait for the processor; what a page costs says the time that its thread was running.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession, Page

_TASKS = "disabled-by-default-devtools.timeline"  # among it one `RunTask` for each task of a main thread


@dataclass(frozen=True, slots=True)
class Tasks:
    """In milliseconds; the longest of each."""

    count: int
    running_ms: float
    clock_ms: float


class TaskTrace:
    """`start`, then `stop`; of all pages of the browser that `page` is in."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    @classmethod
    async def start(cls, page: Page) -> TaskTrace:
        session = await page.context.new_cdp_session(page)
        config = {"includedCategories": [_TASKS], "excludedCategories": ["*"], "recordMode": "recordUntilFull"}
        await session.send("Tracing.start", {"transferMode": "ReturnAsStream", "traceConfig": config})
        return cls(session)

    async def stop(self) -> Tasks:
        done: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._session.once("Tracing.tracingComplete", done.set_result)
        await self._session.send("Tracing.end")
        stream = (await done)["stream"]
        text = ""
        while True:
            piece = await self._session.send("IO.read", {"handle": stream, "size": 1 << 20})
            text += piece["data"]
            if piece["eof"]:
                break
        await self._session.send("IO.close", {"handle": stream})
        tasks = [event for event in json.loads(text)["traceEvents"] if event.get("name") == "RunTask"]
        return Tasks(
            count=len(tasks),
            running_ms=max((event.get("tdur", 0) for event in tasks), default=0) / 1000,
            clock_ms=max((event.get("dur", 0) for event in tasks), default=0) / 1000,
        )
