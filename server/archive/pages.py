"""The archive as the office sees it: what lies where, what is being moved, and what is in the way."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from recordings.archive.address import Access
from recordings.archive.note import Note, read_note
from server.archive import queries
from server.archive.moving import ARCHIVING, Archiving
from server.archive.rules import Facts, Standing, leaves_at, standing_of
from server.archive.words import STANDING_WORDS, TROUBLE_WORDS
from server.data.columns import now
from server.people.rights import Right
from server.receptions.recorded_time import RECORDINGS_DIRECTORY
from server.review.aside import ASIDE
from server.web.keys import DATABASE
from server.web.shell import render, require

ROWS = 50


def add_routes(app: web.Application, access: Access | None, after_days: int) -> None:
    """Needs ASIDE, DATABASE and RECORDINGS_DIRECTORY in `app` already."""
    app[ARCHIVING] = Archiving(app[DATABASE], app[ASIDE], app[RECORDINGS_DIRECTORY], access, after_days, now)
    app.cleanup_ctx.append(_work)
    app.router.add_get("/recordings/archive", archive, name="recordings_archive")


async def _work(app: web.Application) -> AsyncIterator[None]:
    await app[ARCHIVING].rounds.start()
    yield
    await app[ARCHIVING].rounds.stop()


@dataclass(frozen=True, slots=True)
class Line:
    facts: Facts
    standing: Standing
    leaves_at: datetime
    archived_at: datetime | None
    files: int  # how many of it the archive has


@require(Right.KEEP_RECORDINGS)
async def archive(request: web.Request) -> web.StreamResponse:
    archiving = request.app[ARCHIVING]
    facts = await request.app[DATABASE].run(queries.sealed)
    notes = await asyncio.to_thread(_notes, [archiving.folder(each) for each in facts])
    lines = [_line(each, note, archiving) for each, note in zip(facts, notes, strict=True)]
    lines.reverse()  # newest first
    pages = max(1, -(-len(lines) // ROWS))
    asked = request.query.get("page", "1")
    number = min(int(asked), pages) if asked.isdecimal() and len(asked) < 7 else 1
    known = {each.recording for each in facts}
    failures = [failure for failure in archiving.failures.values() if failure.recording in known]
    due = any(line.standing is Standing.DUE for line in lines)
    return await render(
        request,
        "archive/archive.html",
        is_set=archiving.access is not None,
        after_days=archiving.after_days,
        paused=archiving.paused,
        moving=archiving.moving,
        waits=archiving.moving is not None or (due and not failures),
        lines=lines[(max(1, number) - 1) * ROWS : max(1, number) * ROWS],
        number=max(1, number),
        pages=pages,
        standing_words=STANDING_WORDS,
        trouble_words=TROUBLE_WORDS,
        failures={failure.recording: failure for failure in failures},
        as_a_whole=next((failure for failure in failures if failure.of_all), None),
        **_sums(lines),
    )


def _notes(folders: list[Path]) -> list[Note]:
    return [read_note(folder) for folder in folders]


def _line(facts: Facts, note: Note, archiving: Archiving) -> Line:
    standing = standing_of(facts, now(), archiving.after_days)
    if note.whole_at is not None:
        standing = Standing.ARCHIVED
    elif standing is Standing.DUE and facts.recording in archiving.unproven:
        standing = Standing.UNPROVEN
    return Line(facts, standing, leaves_at(facts, archiving.after_days), note.whole_at, len(note.files))


def _sums(lines: list[Line]) -> dict[str, Any]:
    """Recordings and their playable bytes, there and here."""
    count, size = Counter[bool](), Counter[bool]()
    for line in lines:
        there = line.standing is Standing.ARCHIVED
        count[there] += 1
        size[there] += line.facts.bytes
    return {
        "count_there": count[True],
        "bytes_there": size[True],
        "count_here": count[False],
        "bytes_here": size[False],
    }
