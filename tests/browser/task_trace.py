"""How long the tasks of a page's main thread take, by the processor's time and by the clock.

A browser counts a task as long by the clock. On a machine that does other things besides, that says how long the
browser had to wait for the processor; what a page costs says the time that its thread was running.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from playwright.async_api import Page

LONG_MS = 100
_TASKS = "disabled-by-default-devtools.timeline"  # among it one `RunTask` for each task of a main thread


@dataclass(frozen=True, slots=True)
class Tasks:
    """`long`: how many ran longer than 100 ms; the others are the longest, in milliseconds."""

    count: int
    long: int
    running_ms: float
    clock_ms: float


async def start_tasks(page: Page) -> None:
    """Of all pages of the browser that `page` is in, until `stop_tasks`."""
    browser = page.context.browser
    assert browser is not None
    await browser.start_tracing(page=page, categories=[_TASKS])


async def stop_tasks(page: Page) -> Tasks:
    browser = page.context.browser
    assert browser is not None
    found = json.loads(await browser.stop_tracing())["traceEvents"]
    tasks = [event for event in found if event.get("name") == "RunTask"]
    return Tasks(
        count=len(tasks),
        long=sum(event.get("tdur", 0) > LONG_MS * 1000 for event in tasks),
        running_ms=max((event.get("tdur", 0) for event in tasks), default=0) / 1000,
        clock_ms=max((event.get("dur", 0) for event in tasks), default=0) / 1000,
    )
