"""Makes the clips that were asked for, one after the other, and removes them when their time is over.

What is to be made stands in the database; a process that was ended in the middle is begun anew.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import web
from pydantic import TypeAdapter

from recordings.archive.address import Access
from recordings.clip_proof import Proof
from server.clips import ordering
from server.clips.work import PROOFS, ZIP, ClipWork
from server.data.engine import Database
from server.review.aside import Aside, Ended
from server.review.rounds import Rounds
from server.web.languages import HERE

_PROOFS = TypeAdapter(list[Proof])
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Directories:
    recordings: Path
    signing: Path
    data: Path
    clips: Path
    archive: Access | None = None


class ClipMaking:
    """Its `rounds` are to be started, stopped, and poked when something was asked for."""

    def __init__(self, database: Database, aside: Aside, directories: Directories) -> None:
        self._database, self._aside, self._directories = database, aside, directories
        self._running: int | None = None
        self._share = 0.0
        self.rounds = Rounds("making clips", aside, self._go)

    @property
    def paused(self) -> bool:
        """A reception is open."""
        return self._aside.paused

    def share_of(self, order_id: int) -> float | None:
        """None: it is not the one that is being made."""
        return self._share if order_id == self._running else None

    def file_of(self, order_id: int) -> Path:
        return self._folder(order_id) / ZIP

    def _folder(self, order_id: int) -> Path:
        return self._directories.clips.absolute() / str(order_id)

    async def _go(self) -> None:
        for order_id in await self._database.run(ordering.to_make):
            if await self._aside.is_live():
                break
            await self._make(order_id)
        for order_id in await self._database.run(ordering.to_remove):
            await asyncio.to_thread(shutil.rmtree, self._folder(order_id), ignore_errors=True)
            await self._database.run(ordering.removed, order_id)

    async def _make(self, order_id: int) -> None:
        """Raises OSError, SQLAlchemyError, ValueError."""
        wanted = await self._database.run(ordering.begin, order_id)
        if wanted is None:
            return
        work = ClipWork(
            recording=self._directories.recordings.absolute() / wanted.folder,
            wishes=wanted.wishes,
            at=datetime.now(HERE),
            signing=self._directories.signing.absolute(),
            data=self._directories.data.absolute(),
            to=self._folder(order_id),
            archive=self._directories.archive,
        )

        def hear(line: str) -> None:
            self._share = float(line)

        async with self._aside.turn:
            self._running, self._share = order_id, 0.0
            try:
                ended = await self._aside.run("server.clips.worker", work, hear)
            finally:
                self._running = None
        if ended is Ended.FAILED:
            _log.error("clip %d could not be made", order_id)
            await asyncio.to_thread(shutil.rmtree, work.to, ignore_errors=True)
            await self._database.run(ordering.fail, order_id)
        elif ended is Ended.DONE:
            proofs = _PROOFS.validate_json((work.to / PROOFS).read_bytes())
            size = (work.to / ZIP).stat().st_size
            if not await self._database.run(ordering.made, order_id, wanted.key, proofs, size):
                await asyncio.to_thread(shutil.rmtree, work.to, ignore_errors=True)


CLIP_MAKING = web.AppKey("CLIP_MAKING", ClipMaking)
