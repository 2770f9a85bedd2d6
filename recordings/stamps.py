"""Stamps sealed recordings one after the other, and tries again for as long as it takes; no sealing waits."""

from __future__ import annotations

import asyncio
import logging

from recordings.stamping import NotStamped, stamp, wants_stamp
from recordings.store import Folder, Places

AGAIN_S = 60.0
LONGEST_S = 3600.0  # between two tries, while the authority does not answer
_log = logging.getLogger(__name__)


class Stamps:
    """`url` empty: nobody is asked. `run` it; `wake` it when a recording was sealed."""

    def __init__(self, places: Places, url: str, again_s: float = AGAIN_S) -> None:
        self._places, self._url, self._again_s = places, url, again_s
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Until it is cancelled. What was sealed before this start is stamped, too."""
        wait_s = self._again_s
        while self._url:
            self._woken.clear()
            if await self._stamp_all():
                wait_s = self._again_s
                await self._woken.wait()
            else:
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_S)

    async def _stamp_all(self) -> bool:
        """False: at least one is to be tried again."""
        waiting = await asyncio.to_thread(self._waiting)
        for number, folder in enumerate(waiting):
            try:
                at = await asyncio.to_thread(stamp, folder, self._url)
            except (NotStamped, OSError) as problem:
                left = len(waiting) - number
                _log.warning("%d recordings wait for a time stamp: %s; tried again", left, problem)
                return False
            _log.info("recording %s was stamped at %s", folder.name, at.isoformat(timespec="seconds"))
        return True

    def _waiting(self) -> list[Folder]:
        return [folder for folder in self._places.folders() if wants_stamp(folder)]
