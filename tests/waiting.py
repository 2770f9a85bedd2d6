"""Waiting that explains itself: no test sleeps, and a wait that fails says what was still missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PAUSE_S = 0.01
ASIDE_S = 100.0  # what is made by a process of a low priority, on cores that other tests keep busy


async def eventually(condition: Callable[[], object | None], timeout_s: float = 30.0) -> None:
    """Wait until `condition()` is falsy. While it is not yet fulfilled it returns the reason why.

    Raises AssertionError with the last reason after `timeout_s`.
    """
    started_s = time.monotonic()
    while reason := condition():
        if time.monotonic() - started_s > timeout_s:
            raise AssertionError(f"after {timeout_s:g} s still: {reason}")
        await asyncio.sleep(PAUSE_S)
