"""A corrected chapter is signed beside the recording, too: `tiepdan recordings verify` tells of it without us.

The signed line is written first and the row after it, under one lock. Should the machine stop in between, the
recording's folder knows of a correction that the database does not: nothing is lost, and it can be made again.

Signed are the times, who and when. The words (title, reason) stay in the database alone: a signed line lasts as
long as its recording, and words must go when the matter turns out to be a denunciation.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from pathlib import Path

from aiohttp import web

from recordings.correcting import InSeconds, correction_of
from recordings.corrections import CorrectionRefused, CorrectionsDamaged, Written, append
from recordings.keys import KeysUnusable, signing_key
from recordings.store import Folder, UnreadableManifest
from server.data.columns import now
from server.receptions.chapters import Marked
from server.review.correcting import Correction

REASON = "in the register"  # where the reason is; see above
log = logging.getLogger(__name__)


class NotSigned(Exception):
    """The log says why; nothing was written."""


class CorrectionSigner:
    """Whoever holds `turn` may sign and write the row: corrections of all recordings one after the other."""

    def __init__(self, recordings: Path, keys: Path) -> None:
        self._recordings = recordings
        self._keys = keys
        self.turn = asyncio.Lock()

    async def sign(self, folder: str, chapter: Marked, made: Correction, login: str) -> Written:
        """Raises NotSigned."""
        change = InSeconds(chapter.item_id, chapter.marked_starts_s, made.starts_s, made.ends_s)
        try:
            return await asyncio.to_thread(self._append, folder, change, login, now())
        except (CorrectionRefused, CorrectionsDamaged, KeysUnusable, UnreadableManifest, OSError) as problem:
            log.error("a correction of %s could not be signed: %s", folder, problem)
            raise NotSigned from problem

    def _append(self, folder: str, change: InSeconds, login: str, at: datetime) -> Written:
        path = self._recordings / folder
        manifest = Folder(path).load()
        if manifest is None:
            raise CorrectionRefused(f"{folder} has no manifest")
        correction = correction_of(manifest, change, by=login, reason=REASON)
        return append(path, correction, signing_key(self._keys, at), at)


SIGNER = web.AppKey("SIGNER", CorrectionSigner)
