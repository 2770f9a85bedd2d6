"""Files that are whole are looked at, and entered beside their recording once that is sealed.

It waits while a reception is open. What a file holds, and whether all of it may be taken, is asked once more:
an item may have turned out a denunciation since, a recording may be gone. What may not be entered is removed, and
the audit log says why.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from recordings.corrections import CorrectionRefused, CorrectionsDamaged, Written, add_late
from recordings.keys import KeysUnusable, signing_key
from recordings.late import Late
from recordings.store import UnreadableManifest
from server.data.columns import now
from server.data.engine import Database
from server.late import queries
from server.late.rules import item_of
from server.late.shelf import LateShelf, Place
from server.late.standing import ENTERED, REMOVED
from server.late.work import Inspected, ToInspect
from server.people import audit
from server.people.tables import AuditEvent
from server.review.aside import ASK_EVERY_S, Aside, Ended
from server.review.rounds import Rounds
from signaling.late_messages import SHORTEST_S, NotTaken

TOLERANCE_S = 0.25  # a picture or 20 ms of sound lasts beyond the moment it begins
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Folders:
    """`made`: of what is made of recordings for those who watch them."""

    recordings: Path
    keys: Path
    made: Path


class Entering:
    """Its `rounds` are to be started and stopped; poke them when a file is whole."""

    def __init__(self, database: Database, aside: Aside, shelf: LateShelf, folders: Folders) -> None:
        self._database, self._aside, self._shelf, self._folders = database, aside, shelf, folders
        self.rounds = Rounds("entering late sources", aside, self.go)

    async def go(self) -> None:
        """One round. Raises OSError, SQLAlchemyError."""
        await asyncio.to_thread(self._shelf.forget_unfinished, now())
        waits_for_sealing = False
        for place in await asyncio.to_thread(lambda: [each for each in self._shelf.all() if each.whole.is_file()]):
            if await self._aside.is_live():
                return
            waits_for_sealing |= not await self._one(place)
        if waits_for_sealing:
            await asyncio.sleep(ASK_EVERY_S)
            self.rounds.poke()

    async def _one(self, place: Place) -> bool:
        """False: its recording is not sealed yet."""
        known = await self._database.run(queries.recording_for, place.coming.offer.reception)
        if known is None:
            await self._refuse(place, NotTaken.NOT_RECORDED)
            return True
        if not known.sealed:
            return False
        async with self._aside.turn:
            if denied := await self._may_not(place):
                await self._refuse(place, denied)
                return True
            said: list[str] = []
            work = ToInspect(path=place.whole.absolute())
            ended = await self._aside.run("server.late.inspecting", work, said.append)
            if ended is Ended.INTERRUPTED:
                return True
            found = Inspected.model_validate_json(said[-1]) if said else Inspected(fault="its reader broke off")
            fault = _fault(place, found) or await self._may_not(place)
            if fault:
                await self._refuse(place, fault)
                return True
            try:
                written = await asyncio.to_thread(self._enter, place, found, known)
            except (CorrectionRefused, CorrectionsDamaged, KeysUnusable, UnreadableManifest) as problem:
                _log.error("a late source of %s could not be entered: %s", known.folder, problem)
                return True  # it stays, and is tried again
            await self._database.run(_note, place, written)
            _log.info("a late source was entered beside recording %s", known.folder)
            await asyncio.to_thread(self._shelf.remove, place)
        return True

    async def _may_not(self, place: Place) -> str:
        """Why it may not be entered any more; empty: it may. Needs the turn."""
        coming = place.coming
        facts = await self._database.run(queries.facts_of, coming.offer.reception, coming.room_id)
        if facts is None or not facts.recorded:
            return NotTaken.NOT_RECORDED
        if item_of(coming.offer, facts) == coming.item:
            return ""
        return NotTaken.CLOSED if coming.item in facts.barred else NotTaken.NOT_ON_FLOOR

    def _enter(self, place: Place, found: Inspected, known: queries.Known) -> Written:
        at, coming = datetime.now(UTC), place.coming
        late = Late(
            room=coming.room,
            item=coming.item,
            started_epoch=coming.offer.started_at,
            seconds=found.seconds,
            bytes=coming.offer.bytes,
            sha256=coming.offer.sha256,
            codec=found.codec,
            video_frames=found.video_frames,
            handed_over_at=datetime.fromtimestamp(place.handed_over_at, UTC),
        )
        key, folder = signing_key(self._folders.keys, at), self._folders.recordings / known.folder
        written = add_late(folder, late, place.whole, key, at)
        for made in (self._folders.made / str(known.number)).glob(f"late-{coming.room}-*"):
            made.unlink()  # put together of fewer files
        return written

    async def _refuse(self, place: Place, reason: str) -> None:
        _log.warning("a late source was removed: %s", reason)
        await self._database.run(_note_refused, place, reason)
        await asyncio.to_thread(self._shelf.remove, place)


def _fault(place: Place, found: Inspected) -> str:
    if found.fault:
        return found.fault
    if found.seconds < SHORTEST_S / 2:
        return "it holds nothing"
    return "it is longer than was offered" if found.seconds > place.coming.offer.seconds + TOLERANCE_S else ""


def _note(session: Session, place: Place, written: Written) -> None:
    """Once: a crash may have kept the file here after it was entered and noted."""
    detail = {
        "sha256": place.coming.offer.sha256,
        "item": place.coming.item,
        "signed": {"number": written.entry.number, "line_sha256": written.line_sha256},
    }
    noted = select(AuditEvent.id).where(
        AuditEvent.action == ENTERED, col(AuditEvent.detail).contains(written.line_sha256)
    )
    if session.exec(noted.limit(1)).first() is None:
        _audit(session, place, ENTERED, detail)


def _note_refused(session: Session, place: Place, reason: str) -> None:
    _audit(session, place, REMOVED, {"sha256": place.coming.offer.sha256, "reason": reason})


def _audit(session: Session, place: Place, action: str, detail: dict[str, object]) -> None:
    audit.record(session, f"room:{place.coming.room}", action, f"reception:{place.coming.offer.reception}", detail)
