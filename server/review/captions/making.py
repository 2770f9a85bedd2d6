"""Captions, made beside the live reception (`aside`), one recording after the other, the newest first.

What is to be made the database says, so a restart needs no care; what was heard until something interrupted is
gone on from. A model that cannot be loaded ends its own process and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from aiohttp import web

from recordings.archive.address import Access
from recordings.archive.note import is_there
from server.data.engine import Database
from server.review.aside import Aside, Ended
from server.review.captions import queries
from server.review.captions.model import Model, ModelUnusable, find_model, is_installed
from server.review.captions.rules import Cue
from server.review.captions.work import CaptionWork, Heard
from server.review.preparing import Stage, Standing
from server.review.reading import Watchable
from server.review.rounds import Rounds

_log = logging.getLogger(__name__)


class CaptionMaking:
    """Its `rounds` are to be started and stopped."""

    def __init__(
        self,
        database: Database,
        aside: Aside,
        directories: tuple[Path, Path],
        model: Path | None,
        archive: Access | None = None,
    ) -> None:
        """`directories`: of the recordings, and of what is made of them. `model`: None where there is none."""
        self._database, self._aside, self._archive = database, aside, archive
        self._recordings, self._made = directories
        self._model = model
        self._failed: set[int] = set()
        self._running: int | None = None
        self._share = 0.0
        self.rounds = Rounds("making captions", aside, self._go)

    @property
    def is_possible(self) -> bool:
        """A model was named, and the library is installed."""
        return self._model is not None and is_installed()

    def standing(self, recording_id: int, *, made: bool) -> Standing | None:
        """None: none are made here."""
        if made and recording_id != self._running:
            return Standing(Stage.READY, 1.0)
        if not self.is_possible:
            return None
        if recording_id == self._running:
            return Standing(Stage.RUNNING, self._share)
        if recording_id in self._failed:
            return Standing(Stage.FAILED)
        return Standing(Stage.PAUSED if self._aside.paused else Stage.WAITING)

    async def _go(self) -> None:
        if self._model is None or not self.is_possible:
            return
        try:
            model = find_model(self._model)
        except (ModelUnusable, OSError) as problem:  # it was whole when the server started
            _log.error("captions: %s", problem)
            return
        while not await self._aside.is_live():
            watched = await self._database.run(queries.to_caption, model.identity, self._failed)
            if watched is None or not await self._make(watched, model):
                return

    async def _make(self, watched: Watchable, model: Model) -> bool:
        """False: interrupted. Raises OSError, SQLAlchemyError."""
        number, recording = watched.recording.id or 0, watched.recording
        source = (self._recordings / recording.folder / recording.file).absolute()
        key = queries.made_of(watched, model.identity)
        work = CaptionWork(
            source=source,
            target=self._made.absolute() / str(number) / f"captions-{key}.jsonl",
            model=model.encoder.parent.absolute(),
            seconds=recording.seconds,
            left_out=watched.withheld,
            archive=self._archive,
        )

        def hear(line: str) -> None:
            self._share = float(line)

        async with self._aside.turn:
            if not is_there(source):
                self._failed.add(number)
                return True
            await asyncio.to_thread(_forget_others, work.target)
            self._running, self._share = number, 0.0
            try:
                ended = Ended.DONE
                if not work.target.is_file():
                    # hours of speech take long, and it goes on behind the last whole line
                    ended = await self._aside.run("server.review.captions.worker", work, hear, gives_way=True)
            finally:
                self._running = None
        if ended is Ended.FAILED:
            _log.error("captions of recording %s could not be made", recording.folder)
            self._failed.add(number)
        elif ended is Ended.DONE:
            cues = await asyncio.to_thread(_read, work.target)
            if not await self._database.run(queries.keep, number, key, model.identity, cues):
                _log.info(
                    "captions of recording %s are made anew: something else is left out now", recording.folder
                )
            work.target.unlink(missing_ok=True)  # the database has them, or they were of something else
        return ended is not Ended.INTERRUPTED


CAPTION_MAKING = web.AppKey("CAPTION_MAKING", CaptionMaking)


def _forget_others(target: Path) -> None:
    """What was begun while something else was left out has words that nobody may read any more."""
    for path in target.parent.glob("*captions-*.jsonl"):
        if not path.name.endswith(target.name):
            path.unlink(missing_ok=True)


def _read(path: Path) -> list[Cue]:
    heard = [Heard.model_validate_json(line) for line in path.read_bytes().splitlines()]
    return [Cue(each.starts_s, each.ends_s, each.words) for each in heard if each.words]
