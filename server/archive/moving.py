"""Moves sealed recordings into the archive, one file after the other, and removes them here when all are there.

    no note, or not all files in it     move the next ones (a process of its own, which notes each)
    all files noted                     note that it is whole; audit
    whole                               remove the large files here; copy small ones that changed since

What was done stands in the note in the recording's folder, so a restart goes on with the next file. None of it
happens while a reception is open.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import web

from recordings.archive.address import Access
from recordings.archive.note import read_note
from recordings.archive.troubles import SENTENCES, Trouble
from server.archive import queries, shelf
from server.archive.rules import Facts, Standing, is_in_use, standing_of
from server.archive.work import MoveWork, Said, ToMove, pieces
from server.data.engine import Database
from server.review.aside import Aside, Ended
from server.review.rounds import Rounds

_OF_ONE_FILE = (Trouble.NOT_THERE, Trouble.OTHER_BYTES, Trouble.NOT_AS_SEALED, Trouble.UNREADABLE)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    trouble: Trouble
    recording: int
    file: str
    since: datetime

    @property
    def of_all(self) -> bool:
        """The archive as a whole takes nothing; else it is about this file."""
        return self.trouble not in _OF_ONE_FILE


@dataclass(frozen=True, slots=True)
class Moving:
    recording: int
    file: str
    share: float  # of this file, there and back


@dataclass(frozen=True, slots=True)
class Waiting:
    """Due, and not whole in the archive."""

    recordings: int = 0
    bytes: int = 0


class Archiving:
    """Its `rounds` are to be started and stopped. `access` None: there is no archive, and nothing is done."""

    def __init__(
        self,
        database: Database,
        aside: Aside,
        recordings: Path,
        access: Access | None,
        after_days: int,
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._aside, self._recordings = database, aside, recordings.absolute()
        self.access, self.after_days, self._now = access, after_days, now
        self.moving: Moving | None = None
        self.failures: dict[int, Failure] = {}
        self.unproven: set[int] = set()  # recordings that no manifest vouches for
        self._settled: dict[str, shelf.Traces] = {}  # whole in the archive, and nothing of it is to be done here
        self.waiting = Waiting()
        self.last_success: datetime | None = None  # a recording was whole in the archive
        self.looked_at: datetime | None = None
        self.rounds = Rounds("moving recordings into the archive", aside, self.go)

    @property
    def paused(self) -> bool:
        """A reception is open."""
        return self._aside.paused

    def folder(self, facts: Facts) -> Path:
        return self._recordings / facts.folder

    async def go(self) -> None:
        """One round. Raises OSError, SQLAlchemyError."""
        if self.access is None:
            return
        found = await self._database.run(queries.sealed)
        self.last_success = self.last_success or await self._database.run(queries.last_moved)
        await self._count(found)
        for facts in found:
            seen = await asyncio.to_thread(shelf.traces, self.folder(facts))
            if self._settled.get(facts.folder) == seen:
                continue
            if await self._aside.is_live() or not await self._one(facts, self.access):
                break
        await self._count(found)

    async def _count(self, found: list[Facts]) -> None:
        """For who watches from outside. What was destroyed meanwhile is counted until the next round."""
        due = [
            facts
            for facts in found
            if facts.folder not in self._settled
            and standing_of(facts, self._now(), self.after_days) is Standing.DUE
        ]
        notes = [await asyncio.to_thread(read_note, self.folder(facts)) for facts in due]
        waiting = [facts.bytes for facts, note in zip(due, notes, strict=True) if note.whole_at is None]
        self.waiting, self.looked_at = Waiting(len(waiting), sum(waiting)), self._now()

    async def _one(self, facts: Facts, access: Access) -> bool:
        """False: the archive as a whole is in trouble, or a reception was opened."""
        folder = self.folder(facts)
        whole = (await asyncio.to_thread(read_note, folder)).whole_at is not None
        if not whole and standing_of(facts, self._now(), self.after_days) is not Standing.DUE:
            self.failures.pop(facts.recording, None)
            return True
        files = await asyncio.to_thread(shelf.to_move, folder)
        if files is None:
            self.unproven.add(facts.recording)
            return True
        self.unproven.discard(facts.recording)
        for piece in pieces(files):
            if not await self._move(facts, piece, access):
                failure = self.failures.get(facts.recording)
                return failure is not None and not failure.of_all
        self.failures.pop(facts.recording, None)
        if not whole:
            note = await asyncio.to_thread(shelf.all_moved, folder, self._now())
            size = sum(each.bytes for each in note.files.values())
            await self._database.run(queries.note, facts.recording, len(note.files), size)
            self.last_success = self._now()
            _log.info("recording %s lies whole in the archive", facts.folder)
        await self._remove_here(facts)
        if (seen := await asyncio.to_thread(shelf.settled, folder)) is not None:
            self._settled[facts.folder] = seen
        return True

    async def _move(self, facts: Facts, files: tuple[ToMove, ...], access: Access) -> bool:
        """False: not all are there. Others have their turn between two pieces, and may have changed everything."""
        sizes, last = {file.name: file.bytes for file in files}, Said(file=files[0].name)

        def hear(line: str) -> None:
            nonlocal last
            last = Said.model_validate_json(line)
            self.moving = Moving(facts.recording, last.file, last.way / (2 * max(1, sizes[last.file])))

        async with self._aside.turn:
            if not await self._may(facts):
                return False
            work = MoveWork(access=access, folder=self.folder(facts), files=files)
            try:
                ended = await self._aside.run("server.archive.worker", work, hear)
            finally:
                self.moving = None
        if ended is Ended.FAILED:
            self._failed(facts, last.file, last.trouble or Trouble.UNREACHABLE)
        return ended is Ended.DONE

    async def _may(self, facts: Facts) -> bool:
        """Asked anew with the turn: what was destroyed, held or opened meanwhile stays as it is."""
        found = await self._database.run(queries.sealed, facts.recording)
        if not found:
            return False
        whole = (await asyncio.to_thread(read_note, self.folder(facts))).whole_at is not None
        return whole or standing_of(found[0], self._now(), self.after_days) is Standing.DUE

    async def _remove_here(self, facts: Facts) -> None:
        """Raises OSError."""
        async with self._aside.turn:
            found = await self._database.run(queries.sealed, facts.recording)
            if not found or is_in_use(found[0], self._now()) or await self._aside.is_live():
                return
            await asyncio.to_thread(shelf.remove_here, self.folder(facts))

    def _failed(self, facts: Facts, file: str, trouble: Trouble) -> None:
        before = self.failures.get(facts.recording)
        since = before.since if before is not None and before.trouble is trouble else self._now()
        if before is None or before.trouble is not trouble:
            _log.error("%s/%s is not in the archive: %s", facts.folder, file, SENTENCES[trouble])
        self.failures[facts.recording] = Failure(trouble, facts.recording, file, since)


ARCHIVING = web.AppKey("ARCHIVING", Archiving)
