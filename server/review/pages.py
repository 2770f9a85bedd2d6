"""The reviewer's pages together: the player and what it fetches, notes, corrections, quarantine, who watched, and
how long they are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from recordings.archive.address import Access
from recordings.keys import PUBLIC
from server.documents.pages import LETTERHEADS
from server.receptions.recorded_time import RECORDINGS_DIRECTORY
from server.review import (
    access_pages,
    apart_pages,
    check_pages,
    correction_pages,
    destruction_pages,
    media_pages,
    note_pages,
    player_pages,
    quarantine_pages,
    retention_pages,
    search_pages,
)
from server.review.aside import ASIDE, Aside
from server.review.asking import PASSES
from server.review.captions import pages as caption_pages
from server.review.captions.making import CAPTION_MAKING, CaptionMaking
from server.review.checking import CHECKING, Checking
from server.review.destroyer import DESTROYER, Destroyer, Places
from server.review.passes import Passes
from server.review.preparing import PREPARING, Preparing
from server.review.retention import RETENTION_RULES
from server.review.sending import READING, Reading
from server.review.signing import SIGNER, CorrectionSigner
from server.web.keys import DATABASE, SECRET
from server.web.languages import today


def add_routes(
    app: web.Application,
    made: Path,
    keys: Path,
    spare: Path | None = None,
    archive: Access | None = None,
    captions_model: Path | None = None,
) -> None:
    """`made`: the directory for what is made of recordings; `keys`: the one of the signing keys; `spare`: the one
    of recordings on another disk; `captions_model`: the one of the speech model. Needs RECORDINGS_DIRECTORY in
    `app` already, and RETENTION_RULES and LETTERHEADS when it starts."""
    app[PASSES] = Passes(app[SECRET])
    app[SIGNER] = CorrectionSigner(app[RECORDINGS_DIRECTORY], keys)
    app[ASIDE] = aside = Aside(app[DATABASE])
    app[PREPARING] = Preparing(app[DATABASE], aside, app[RECORDINGS_DIRECTORY], made, archive)
    app[CHECKING] = Checking(app[DATABASE], aside, app[RECORDINGS_DIRECTORY], made, keys / PUBLIC)
    app[READING] = Reading(archive)
    directories = (app[RECORDINGS_DIRECTORY], made)
    app[CAPTION_MAKING] = CaptionMaking(app[DATABASE], aside, directories, captions_model, archive)
    places = Places(app[RECORDINGS_DIRECTORY], spare, made, archive)
    papers = lambda: (app[RETENTION_RULES], app[LETTERHEADS])  # noqa: E731 -- they are given later
    app[DESTROYER] = Destroyer(app[DATABASE], aside, places, papers, today)
    app.cleanup_ctx.append(_work)
    parts = (
        player_pages,
        apart_pages,
        media_pages,
        caption_pages,
        note_pages,
        correction_pages,
        quarantine_pages,
        access_pages,
        check_pages,
        search_pages,
        retention_pages,
        destruction_pages,
    )
    for part in parts:
        part.add_routes(app)


async def _work(app: web.Application) -> AsyncIterator[None]:
    await app[PREPARING].rounds.start()
    await app[DESTROYER].rounds.start()
    await app[CAPTION_MAKING].rounds.start()
    await app[CHECKING].rounds.start()
    yield
    await app[CHECKING].rounds.stop()
    await app[CAPTION_MAKING].rounds.stop()
    await app[DESTROYER].rounds.stop()
    await app[PREPARING].rounds.stop()
