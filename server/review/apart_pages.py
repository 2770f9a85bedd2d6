"""The page of one late source that does not lie in the programme, or not whole: its picture, by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.tables import Account
from server.receptions.queries import FloorSpan, floor_spans
from server.receptions.recorded_time import RECORDINGS_DIRECTORY
from server.receptions.tables import Reception
from server.review import accesses
from server.review.apart import Apart, read_apart
from server.review.asking import with_recording
from server.review.late import file_of
from server.review.media_pages import media_address
from server.review.preparing import PREPARING, Stage
from server.review.reading import Watchable
from server.review.tables import Access
from server.web.shell import render, require


def add_routes(app: web.Application) -> None:
    app.router.add_get(r"/recordings/{id:\d{1,9}}/late/{number:\d{1,6}}", page, name="recording_late")


@require(Right.WATCH_RECORDINGS)
async def page(request: web.Request) -> web.StreamResponse:
    source = f"late-file-{int(request.match_info['number']):04d}"
    found, watched, account, reception, grants = await _found(request, source)
    preparing = request.app[PREPARING]
    preparing.want_isolated(watched, source)
    standing = preparing.standing(preparing.file_for(watched, source))
    names = {grant.room_code: grant.room_name for grant in grants}
    return await render(
        request,
        "review/apart.html",
        reception=reception,
        recording=watched.recording,
        late=found,
        room=names.get(found.room, found.room),
        copy_ready=standing.stage is Stage.READY,
        media=media_address(request, watched, account, source),
        watermark=f"{account.display_name} · {account.login}",
    )


async def _found(
    request: web.Request, source: str
) -> tuple[Apart, Watchable, Account, Reception, list[FloorSpan]]:
    def look(
        session: Session, watched: Watchable, account: Account
    ) -> tuple[Watchable, Account, Reception, list[FloorSpan]]:
        reception = session.get_one(Reception, watched.recording.reception_id)
        return watched, account, reception, floor_spans(session, watched.recording.reception_id)

    def note(session: Session, watched: Watchable, account: Account) -> None:
        recording = watched.recording
        audit.record(session, subject_of(account), "recording_viewed", f"reception:{recording.reception_id}")
        accesses.note(session, account, recording.id or 0, Access.OPENED, copy_key=watched.isolated_key(source))

    watched, account, reception, grants = await with_recording(request, look)
    found = await apart_in(request, watched, source)
    await with_recording(request, note)
    return found, watched, account, reception, grants


async def apart_in(request: web.Request, watched: Watchable, source: str) -> Apart:
    """Raises HTTPNotFound for what this reader may not watch."""
    folder: Path = request.app[RECORDINGS_DIRECTORY] / watched.recording.folder
    every = await asyncio.to_thread(read_apart, folder, watched) if file_of(source) is not None else []
    found = next((each for each in every if each.source == source), None)
    if found is None:
        raise web.HTTPNotFound
    return found
