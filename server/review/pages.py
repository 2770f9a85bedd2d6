"""The reviewer's pages together: the player and what it fetches, notes, corrections, quarantine, who watched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from server.receptions.recorded_time import RECORDINGS_DIRECTORY
from server.review import (
    access_pages,
    correction_pages,
    media_pages,
    note_pages,
    player_pages,
    quarantine_pages,
    retention_pages,
    search_pages,
)
from server.review.asking import PASSES
from server.review.passes import Passes
from server.review.preparing import PREPARING, Preparing
from server.review.signing import SIGNER, CorrectionSigner
from server.web.keys import DATABASE, SECRET


def add_routes(app: web.Application, made: Path, keys: Path) -> None:
    """`made`: the directory for what is made of recordings; `keys`: the one of the signing keys. Needs
    RECORDINGS_DIRECTORY in `app` already, and RETENTION_RULES when a page is asked for."""
    app[PASSES] = Passes(app[SECRET])
    app[SIGNER] = CorrectionSigner(app[RECORDINGS_DIRECTORY], keys)
    app[PREPARING] = Preparing(app[DATABASE], app[RECORDINGS_DIRECTORY], made)
    app.cleanup_ctx.append(_prepare)
    parts = (
        player_pages,
        media_pages,
        note_pages,
        correction_pages,
        quarantine_pages,
        access_pages,
        search_pages,
        retention_pages,
    )
    for part in parts:
        part.add_routes(app)


async def _prepare(app: web.Application) -> AsyncIterator[None]:
    await app[PREPARING].start()
    yield
    await app[PREPARING].stop()
