"""Removes what two people decided to delete, and certifies it. What is to be done stands in the database.

    confirmed, nothing listed     list all files with their hashes (a process of its own)   -> stored
    listed, not destroyed         remove the files, then in one unit of work: certificate, day, audit

A crash in any place goes on there at the next start: what was listed is stored before the first file goes, and
removing what is gone already does nothing.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from aiohttp import web
from sqlmodel import Session, col, select

from recordings.archive.address import Access
from recordings.archive.note import read_note
from recordings.archive.opening import open_archive
from recordings.archive.troubles import ArchiveFailed, Trouble
from recordings.store import MANIFEST
from server.data.engine import Database
from server.documents.files import as_pdf
from server.documents.letterheads import Letterheads
from server.receptions.tables import Recording
from server.review import certifying, destroying
from server.review.aside import Aside, Ended
from server.review.certificate import paper_of
from server.review.removing import Listed, ToList, folder_in, remove, remove_archived
from server.review.retention import RetentionRules
from server.review.rounds import Rounds
from server.review.tables import Destruction, Ending

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a recording's files may lie: its folder in the first and the spare directory and in the archive, and
    what was made of it in a folder with its number."""

    recordings: Path
    spare: Path | None
    made: Path
    archive: Access | None = None

    def folders(self, name: str) -> list[Path]:
        return [folder_in(place, name) for place in (self.recordings, self.spare) if place is not None]

    def remove_archived(self, name: str) -> None:
        """Raises ArchiveFailed."""
        if self.archive is not None:
            remove_archived(open_archive(self.archive), name)


class Destroyer:
    """Its `rounds` are to be started, stopped, and poked when something was confirmed."""

    def __init__(
        self,
        database: Database,
        aside: Aside,
        places: Places,
        papers: Callable[[], tuple[RetentionRules, Letterheads]],
        today: Callable[[], date],
    ) -> None:
        self._database, self._aside, self._places = database, aside, places
        self._papers, self._today = papers, today
        self.rounds = Rounds("destroying recordings", aside, self._go)

    async def _go(self) -> None:
        rules, _letterheads = self._papers()
        await self._database.run(destroying.settle, rules, self._today())
        for destruction_id in await self._database.run(_to_do):
            await self._destroy(destruction_id)

    async def _destroy(self, destruction_id: int) -> None:
        """Raises OSError, SQLAlchemyError, ValueError."""
        name, recording_id, is_listed = await self._database.run(_facts, destruction_id)
        folders = self._places.folders(name)
        if self._places.archive is None and any(read_note(folder).files for folder in folders):
            raise ArchiveFailed(Trouble.NOT_SET, name)
        async with self._aside.turn:
            if not is_listed and not await self._list(destruction_id, name, folders):
                return
            if await self._aside.is_live():
                return
            made = [self._places.made / str(recording_id)]
            await asyncio.to_thread(remove, folders, made, partial(self._places.remove_archived, name))
        _rules, letterheads = self._papers()
        certified = await self._database.run(certifying.facts_of, destruction_id, letterheads)
        pdf = await asyncio.to_thread(as_pdf, paper_of(certified), certified.destroyed_at)
        await self._database.run(certifying.keep, destruction_id, certified, pdf)
        _log.info("recording %s was destroyed and certified", name)

    async def _list(self, destruction_id: int, name: str, folders: list[Path]) -> bool:
        found: list[Listed] = []
        ended = await self._aside.run(
            "server.review.removing",
            ToList(folders=tuple(folders), recording=name, archive=self._places.archive),
            lambda line: found.append(Listed.model_validate_json(line)),
        )
        if ended is Ended.FAILED:
            raise OSError(f"the files of {name} could not be read")
        if ended is Ended.DONE:
            await self._database.run(_keep_list, destruction_id, found)
        return ended is Ended.DONE


DESTROYER = web.AppKey("DESTROYER", Destroyer)


def _to_do(session: Session) -> list[int]:
    confirmed = select(Destruction.id).where(
        Destruction.ending == Ending.CONFIRMED, col(Destruction.destroyed_at).is_(None)
    )
    return [number for number in session.exec(confirmed.order_by(col(Destruction.id))) if number is not None]


def _facts(session: Session, destruction_id: int) -> tuple[str, int, bool]:
    row = session.get_one(Destruction, destruction_id)
    return session.get_one(Recording, row.recording_id).folder, row.recording_id, bool(row.files)


def _keep_list(session: Session, destruction_id: int, found: list[Listed]) -> None:
    row = session.get_one(Destruction, destruction_id)
    row.files = json.dumps([each.model_dump() for each in found], ensure_ascii=False)
    manifests = [each.sha256 for each in found if each.name == MANIFEST]
    row.manifest_sha256 = manifests[0] if manifests else ""
    session.add(row)
