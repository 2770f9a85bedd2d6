"""Copies and thumbnails for reviewers, made beside the live reception (`aside`).

Nothing is written down of what is to be done: what is wanted and not there is found again, by
whoever opens a recording and every now and then for the newest ones. So a restart needs no care.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from aiohttp import web
from sqlmodel import Session, col, select

from recordings.archive.address import Access
from recordings.archive.note import is_there
from recordings.store import MANIFEST
from server.data.engine import Database
from server.people.rights import HOLDERS, OF_UNITS, Right
from server.receptions.tables import Recording, RecordingState
from server.review.aside import Aside, Ended
from server.review.late import file_of
from server.review.reading import Reader, Watchable, watchable
from server.review.rounds import Rounds
from server.review.work import Work

NEWEST = 20  # recordings that are prepared before anybody asks
MOST_WANTED = 200
_log = logging.getLogger(__name__)


class Stage(StrEnum):
    READY = "ready"
    WAITING = "waiting"  # its turn comes
    PAUSED = "paused"  # a reception is open
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Standing:
    stage: Stage
    share: float = 0.0


class Preparing:
    """Owns the directory of what was made. Its `rounds` are to be started and stopped."""

    def __init__(
        self, database: Database, aside: Aside, recordings: Path, made: Path, archive: Access | None = None
    ) -> None:
        self._database, self._aside, self._recordings, self._made = database, aside, recordings, made
        self._archive = archive
        self._wanted: OrderedDict[Path, Work] = OrderedDict()
        self._failed: set[Path] = set()
        self._running: Path | None = None
        self._share = 0.0
        self.rounds = Rounds("preparing recordings", aside, self._go)

    # --- what pages ask --------------------------------------------------------------------------

    def file_for(self, watched: Watchable, isolated: str | None = None) -> Path:
        """What the reader is sent; it may not be there yet. Raises ValueError for a name outside the directory."""
        source = self._source(watched.recording)
        if isolated is not None:
            return self._folder(watched) / f"{watched.isolated_key(isolated)}{source.suffix}"
        return self._copy(watched) if watched.copy_key else source

    def thumbnails_for(self, watched: Watchable) -> Path:
        return self._folder(watched) / f"{watched.thumbnails_key}.jpg"

    def want(self, watched: Watchable) -> None:
        """Make what is missing for this reader, before all else; nothing of what is withheld as a whole."""
        if watched.is_all_withheld:
            return
        for work in reversed(self._missing(watched)):
            self._wanted[work.target] = work
            self._wanted.move_to_end(work.target, last=False)
        while len(self._wanted) > MOST_WANTED:
            self._wanted.popitem()
        self.rounds.poke()

    def want_isolated(self, watched: Watchable, source: str) -> None:
        """Nobody makes these before somebody asks: they take as much room again. Nothing where all is withheld."""
        if watched.is_all_withheld:
            return
        target = self.file_for(watched, source)
        if not target.is_file() and target not in self._failed:
            manifest = self._source(watched.recording).with_name(MANIFEST)
            self._wanted[target] = Work(
                kind="isolated", source=manifest, target=target, seconds=watched.recording.seconds,
                left_out=() if file_of(source) else watched.withheld, isolated=source, archive=self._archive,
            )  # fmt: skip
            self._wanted.move_to_end(target, last=False)
        self.rounds.poke()

    def standing(self, target: Path) -> Standing:
        if is_there(target):
            return Standing(Stage.READY, 1.0)
        if target == self._running:
            return Standing(Stage.RUNNING, self._share)
        if target in self._failed:
            return Standing(Stage.FAILED)
        return Standing(Stage.PAUSED if self._aside.paused else Stage.WAITING)

    # --- the work --------------------------------------------------------------------------------

    def _missing(self, watched: Watchable) -> list[Work]:
        source, seconds = self._source(watched.recording), watched.recording.seconds
        needed = []
        if watched.copy_key:
            needed.append(("copy", source, self._copy(watched)))
        needed.append(("thumbnails", self.file_for(watched), self.thumbnails_for(watched)))
        return [
            Work(
                kind=kind,
                source=origin,
                target=target,
                seconds=seconds,
                left_out=watched.withheld,
                archive=self._archive,
            )
            for kind, origin, target in needed
            if not target.is_file() and target not in self._failed
        ]

    def _source(self, recording: Recording) -> Path:
        directory = self._recordings.resolve()
        path = (directory / recording.folder / recording.file).resolve()
        if not path.is_relative_to(directory):
            raise ValueError("a recording's file lies outside the recordings")
        return path

    def _folder(self, watched: Watchable) -> Path:
        return self._made.resolve() / str(watched.recording.id)

    def _copy(self, watched: Watchable) -> Path:
        return self._folder(watched) / f"{watched.copy_key}{Path(watched.recording.file).suffix}"

    async def _go(self) -> None:
        await self._look()
        while self._wanted and not await self._aside.is_live():
            _target, work = self._wanted.popitem(last=False)
            if not work.target.is_file():
                await self._work(work)

    async def _look(self) -> None:
        """What lies in the archive is fetched for somebody who asks, and not before."""
        for watched in await self._database.run(_newest):
            if not self._source(watched.recording).is_file():
                continue
            for work in self._missing(watched):
                self._wanted.setdefault(work.target, work)

    async def _work(self, work: Work) -> None:
        """One piece from its beginning to its end; where a reception is opened meanwhile it is begun anew
        afterwards. What was destroyed meanwhile is left alone."""

        def hear(line: str) -> None:
            self._share = float(line)

        async with self._aside.turn:
            if not is_there(work.source):
                return
            self._running, self._share = work.target, 0.0
            try:
                ended = await self._aside.run("server.review.worker", work, hear)
            finally:
                self._running = None
        if ended is Ended.INTERRUPTED:
            self._wanted[work.target] = work
        elif ended is Ended.FAILED:
            _log.error("recording %s could not be prepared (%s)", work.source.parent.name, work.kind)
            self._failed.add(work.target)


PREPARING = web.AppKey("PREPARING", Preparing)


def _newest(session: Session) -> list[Watchable]:
    """Each of the newest recordings as each role may watch it; roles that may watch the same are one. Units
    get their copies when they ask: there are 177 of them."""
    ready = select(Recording).where(Recording.state == RecordingState.SEALED, Recording.file != "")
    found: dict[tuple[int, str], Watchable] = {}
    for recording in session.exec(ready.order_by(col(Recording.id).desc()).limit(NEWEST)).all():
        for role in sorted(HOLDERS[Right.WATCH_RECORDINGS] - OF_UNITS):
            watched = watchable(session, recording, Reader(role))
            found.setdefault((recording.id or 0, watched.copy_key), watched)
    return list(found.values())
