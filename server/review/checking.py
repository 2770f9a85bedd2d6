"""Whether recordings are what was sealed, looked at beside the live reception (`aside`): what `tiepdan recordings
verify` would say, kept in a file beside the copies, so that the player can show it at once.

The newest recordings are looked at by themselves, others when somebody opens the page that says what was found;
again when a file of the recording has changed, and after a month: disks forget without telling.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ValidationError
from sqlmodel import Session, col, select

from recordings.findings import Report
from server.data.engine import Database
from server.receptions.tables import Recording, RecordingState
from server.review.aside import Aside, Ended
from server.review.preparing import NEWEST, Stage
from server.review.rounds import Rounds

AGAIN_AFTER = timedelta(days=30)
_log = logging.getLogger(__name__)


class CheckWork(BaseModel):
    """`folder`: the recording's. `keys`: the list of public keys; it may not be there. `target`: where what was
    found is written."""

    folder: Path
    keys: Path
    target: Path


class Checked(BaseModel):
    """`of`: what the folder looked like when it began."""

    at: AwareDatetime
    of: str
    report: Report


@dataclass(frozen=True, slots=True)
class CheckStanding:
    """`checked` only where the stage is READY."""

    stage: Stage
    share: float = 0.0
    checked: Checked | None = None


class Checking:
    """Its `rounds` are to be started and stopped."""

    def __init__(self, database: Database, aside: Aside, recordings: Path, made: Path, keys: Path) -> None:
        self._database, self._aside, self._keys = database, aside, keys.absolute()
        self._recordings, self._made = recordings.absolute(), made.absolute()
        self._wanted: OrderedDict[int, CheckWork] = OrderedDict()
        self._failed: set[tuple[int, str]] = set()  # and what the folder looked like
        self._running: int | None = None
        self._share = 0.0
        self.rounds = Rounds("verifying recordings", aside, self._go)

    def standing(self, recording: Recording) -> CheckStanding:
        """Reads a small file, and how large and how old those of the recording are."""
        number, work = recording.id or 0, self._work(recording)
        if number == self._running:
            return CheckStanding(Stage.RUNNING, self._share)
        checked, looks = _read(work.target), looks_of(work.folder)
        if checked is not None and checked.of == looks and number not in self._wanted:
            return CheckStanding(Stage.READY, 1.0, checked)
        if (number, looks) in self._failed:
            return CheckStanding(Stage.FAILED)
        return CheckStanding(Stage.PAUSED if self._aside.paused else Stage.WAITING)

    def want(self, recording: Recording) -> None:
        """Before all others, also where it was looked at already."""
        number, work = recording.id or 0, self._work(recording)
        self._failed.discard((number, looks_of(work.folder)))
        self._wanted[number] = work
        self._wanted.move_to_end(number, last=False)
        self.rounds.poke()

    def _work(self, recording: Recording) -> CheckWork:
        return CheckWork(
            folder=self._recordings / recording.folder,
            keys=self._keys,
            target=self._made / str(recording.id) / "verified.json",
        )

    async def _go(self) -> None:
        found = await self._database.run(_newest)
        await asyncio.to_thread(self._look, found)
        while self._wanted and not await self._aside.is_live():
            number, work = self._wanted.popitem(last=False)
            await self._check(number, work)

    def _look(self, recordings: list[Recording]) -> None:
        for recording in recordings:
            number, work = recording.id or 0, self._work(recording)
            checked, looks = _read(work.target), looks_of(work.folder)
            due = checked is None or checked.of != looks or datetime.now(UTC) - checked.at > AGAIN_AFTER
            if due and (number, looks) not in self._failed:
                self._wanted.setdefault(number, work)

    async def _check(self, number: int, work: CheckWork) -> None:
        def hear(line: str) -> None:
            self._share = float(line)

        async with self._aside.turn:
            if not work.folder.is_dir():  # destroyed meanwhile
                return
            self._running, self._share = number, 0.0
            try:
                ended = await self._aside.run("server.review.check_worker", work, hear)
            finally:
                self._running = None
        if ended is Ended.INTERRUPTED:
            self._wanted[number] = work
        elif ended is Ended.FAILED:
            _log.error("recording %s could not be verified", work.folder.name)
            self._failed.add((number, looks_of(work.folder)))


CHECKING = web.AppKey("CHECKING", Checking)


def looks_of(folder: Path) -> str:
    """Another one when a file was changed, added or taken away, as far as size and time tell."""
    try:
        stats = sorted((each.name, each.stat()) for each in folder.iterdir())
    except OSError:
        return ""
    said = "|".join(f"{name}:{stat.st_size}:{stat.st_mtime_ns}" for name, stat in stats)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _read(target: Path) -> Checked | None:
    try:
        return Checked.model_validate_json(target.read_bytes())
    except (OSError, ValidationError):
        return None


def _newest(session: Session) -> list[Recording]:
    ready = select(Recording).where(Recording.state == RecordingState.SEALED, Recording.file != "")
    return list(session.exec(ready.order_by(col(Recording.id).desc()).limit(NEWEST)).all())
