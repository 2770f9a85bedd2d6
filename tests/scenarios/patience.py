"""`eventually` for what has to be asked over a wire: a page, a database, another process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

ASK_EVERY_S = 0.05  # each asking costs the browser a turn; a picture lasts 0.03 to 0.1 s


async def until(missing: Callable[[], Awaitable[str | None]], timeout_s: float = 40.0) -> None:
    """Wait until `await missing()` has nothing to say. Raises AssertionError with the last that it said."""
    started_s = time.monotonic()
    while reason := await missing():
        if time.monotonic() - started_s > timeout_s:
            raise AssertionError(f"after {timeout_s:g} s still: {reason}")
        await asyncio.sleep(ASK_EVERY_S)
