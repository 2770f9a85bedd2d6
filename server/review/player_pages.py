"""The reviewer's player: picture, chapters, the strip, notes; and what the page reports of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlmodel import Session

from recordings.archive.note import is_archived
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import OF_UNITS, Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.receptions.queries import FloorSpan, floor_spans, recording_of
from server.receptions.recorded_time import RECORDINGS_DIRECTORY, RecordedTime, read_recorded_time
from server.receptions.tables import Reception, Recording, RecordingState
from server.review import accesses, notes
from server.review.apart import read_apart
from server.review.asking import with_recording
from server.review.captions import queries as captions
from server.review.captions.making import CAPTION_MAKING
from server.review.check_pages import BADGES
from server.review.checking import CHECKING
from server.review.clocks import clock
from server.review.isolated import SOURCE_WORDS, read_isolated
from server.review.late import names as late_names
from server.review.late import read_late
from server.review.media_pages import asked_source, media_address
from server.review.preparing import PREPARING, Stage
from server.review.reading import Watchable, is_ready, watchable
from server.review.search_pages import FOUND_IN_WORDS, MOST_LETTERS
from server.review.searching import Moment, moments_in
from server.review.tables import Access
from server.review.units import reader_of
from server.review.viewing import (
    RoomSpan,
    Say,
    agenda_entries,
    chapter_entries,
    rooms_connected,
    rooms_for_script,
    seams_for_script,
)
from server.review.withholding import without
from server.review.words import script_words
from server.review.work import COLUMNS, HEIGHT, WIDTH, step_of
from server.web.keys import DATABASE
from server.web.languages import today
from server.web.shell import render, require, translator_of

REPORT_LIMIT = 16 * 1024
SPEEDS = ("0.5", "0.75", "1", "1.25", "1.5", "2")


def add_routes(app: web.Application) -> None:
    """Needs RECORDINGS_DIRECTORY, PREPARING and PASSES in `app` when a page is asked for."""
    app.router.add_get(r"/receptions/{id:\d{1,9}}/recording", player, name="recording")
    app.router.add_post(r"/recordings/{id:\d{1,9}}/watched", watched_report, name="recording_watched")


@dataclass(frozen=True, slots=True)
class _Shown:
    reception: Reception
    recording: Recording | None
    watched: Watchable | None  # None: there is nothing to play
    grants: list[FloorSpan]
    rooms: list[RoomSpan]
    notes: list[notes.Note]
    captioned: bool


@require(Right.WATCH_RECORDINGS)
async def player(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    shown = await request.app[DATABASE].run(_read, int(request.match_info["id"]), account)
    if shown is None:
        raise web.HTTPNotFound
    recording, watched = shown.recording, shown.watched
    context: dict[str, Any] = {"reception": shown.reception, "recording": recording, "ready": watched is not None}
    if watched is None or recording is None:
        state = None if recording is None else recording.state
        return await render(
            request,
            "review/player.html",
            preparing=state == RecordingState.ENDED,
            running=state == RecordingState.RECORDING,
            may_certificate=not account.rights.isdisjoint((Right.KEEP_RECORDINGS, Right.READ_ACCESSES)),
            **context,
        )
    preparing = request.app[PREPARING]
    try:
        standing = preparing.standing(preparing.file_for(watched))
        preparing.want(watched)
    except ValueError:
        raise web.HTTPNotFound from None
    folder = request.app[RECORDINGS_DIRECTORY] / recording.folder
    recorded = await asyncio.to_thread(read_recorded_time, folder)
    isolated = await asyncio.to_thread(read_isolated, folder, watched.withheld, recording.seconds)
    late = await asyncio.to_thread(read_late, folder, watched.withheld, recording.seconds)
    apart = await asyncio.to_thread(read_apart, folder, watched)
    verified = await asyncio.to_thread(request.app[CHECKING].standing, recording)
    sought = request.query.get("q", "")[:MOST_LETTERS].strip()
    found = await request.app[DATABASE].run(_found, shown.reception, account, sought, translator_of(request))
    archived = await asyncio.to_thread(_is_archived, folder, recording.file)
    _ = translator_of(request)
    entries = chapter_entries(watched, account.role, _)
    room_names = {grant.room_code: grant.room_name for grant in shown.grants}
    rooms = late_names(late, room_names)
    names: dict[str, str] = {each.source: _(SOURCE_WORDS[each.source]) for each in isolated}
    names |= {source: _("Late: %(room)s", room=room) for source, room in rooms.items()}
    return await render(
        request,
        "review/player.html",
        preparing=False,
        running=False,
        archived=archived,
        sought=sought,
        found=found,
        found_in_words=FOUND_IN_WORDS,
        clock=clock,
        verified=verified,
        badges=BADGES,
        lines=agenda_entries(watched, account.role, entries),
        withheld=watched.withheld,
        withheld_all=watched.is_all_withheld,
        of_unit=account.role in OF_UNITS,
        copy_ready=standing.stage is Stage.READY,
        media=media_address(request, watched, account),
        speeds=SPEEDS,
        isolated=list(names.items()),
        late=[(rooms[each.source], each.files) for each in late],
        apart=[(room_names.get(each.room, each.room), each) for each in apart],
        chosen=next((source for source in names if source == request.query.get("source")), ""),
        captions=request.app[CAPTION_MAKING].standing(recording.id or 0, made=shown.captioned),
        starts_at=_second(request.query.get("t", ""), recording.seconds),
        watermark=f"{account.display_name} · {account.login}",
        may_note=Right.NOTE_RECORDINGS in account.rights,
        may_correct=Right.CORRECT_CHAPTERS in account.rights,
        may_export=Right.EXPORT_CLIPS in account.rights,
        may_keep=Right.KEEP_RECORDINGS in account.rights,
        may_read_accesses=Right.READ_ACCESSES in account.rights,
        player={
            "recording": recording.id,
            "seconds": recording.seconds,
            "startedAt": recording.started_at.timestamp() if recording.started_at else None,
            "chapters": [{"name": each.name, "starts": each.starts_s, "ends": each.ends_s} for each in entries],
            "floor": _floor(recorded, shown.grants, watched),
            "seams": seams_for_script(recorded, _),
            "losses": _losses(recorded, watched, _),
            "withheld": watched.withheld,
            "isolated": {
                each.source: {
                    "name": names[each.source],
                    "pictures": each.pictures,
                    "missing": each.missing,
                    "late": False,
                }
                for each in isolated
            }
            | {
                each.source: {"name": names[each.source], "pictures": each.pictures, "missing": [], "late": True}
                for each in late
            },
            "found": [moment.second for moment in found],
            "rooms": rooms_for_script(recorded, shown.rooms),
            "notes": [notes.for_script(note, account) for note in shown.notes],
            "mayNote": Right.NOTE_RECORDINGS in account.rights,
            "thumbnails": {
                "step": step_of(recording.seconds),
                "columns": COLUMNS,
                "width": WIDTH,
                "height": HEIGHT,
            },
            "words": script_words(_),
        },
        **context,
    )


def _is_archived(folder: Path, file: str) -> bool:
    return not (folder / file).is_file() and is_archived(folder / file)


def _read(session: Session, reception_id: int, account: Account) -> _Shown | None:
    reception = session.get(Reception, reception_id)
    if reception is None:
        return None
    recording = recording_of(session, reception_id)
    if recording is None or not is_ready(recording):
        return _Shown(reception, recording, None, [], [], [], False)
    audit.record(session, subject_of(account), "recording_viewed", f"reception:{reception_id}")
    accesses.note(session, account, recording.id or 0, Access.OPENED)
    watched = watchable(session, recording, reader_of(session, account, today(), reception_id))
    of_unit = account.role in OF_UNITS
    return _Shown(
        reception,
        recording,
        watched,
        floor_spans(session, reception_id),
        [] if of_unit else rooms_connected(session, reception_id),
        [] if of_unit else notes.notes_of(session, watched),
        captions.is_made(session, recording.id or 0),
    )


def _found(
    session: Session, reception: Reception, account: Account, sought: str, say: Callable[..., str]
) -> list[Moment]:
    reader = reader_of(session, account, today(), reception.id or 0)
    return moments_in(session, reader, reception, sought, say)


def _second(text: str, seconds: float) -> int:
    """The second to start at; whatever is not one is the beginning."""
    return min(int(text), int(seconds)) if text.isdecimal() and len(text) < 7 else 0


def _floor(recorded: RecordedTime | None, grants: list[FloorSpan], watched: Watchable) -> list[dict[str, Any]]:
    """Who spoke while nothing may be watched is not told."""
    return [
        {"name": span.name, "short": span.short_name, "starts": starts, "ends": ends}
        for span in (recorded.floor(grants) if recorded else [])
        for starts, ends in without([(span.starts_s, span.ends_s)], watched.withheld)
    ]


def _losses(recorded: RecordedTime | None, watched: Watchable, say: Say) -> list[dict[str, Any]]:
    """Where picture or sound alone is missing."""
    return [
        {"name": say(loss.words), "starts": starts, "ends": ends}
        for loss in (recorded.losses if recorded else ())
        for starts, ends in without([(loss.starts_s, loss.ends_s)], watched.withheld)
    ]


@require(Right.WATCH_RECORDINGS)
async def watched_report(request: web.Request) -> web.StreamResponse:
    """What was played and sought, in batches: [["played", 12.0, 47.5], ["sought", 47.5, 300]]."""
    if (request.content_length or 0) > REPORT_LIMIT:
        raise web.HTTPBadRequest
    body = await request.content.read(REPORT_LIMIT)

    source = asked_source(request)

    def work(session: Session, watched: Watchable, account: Account) -> None:
        copy_key = watched.isolated_key(source) if source is not None else ""
        recording = watched.recording
        for told in accesses.read_report(body, recording.seconds):
            span = (told.starts_s, told.ends_s)
            accesses.note(session, account, recording.id or 0, told.act, *span, copy_key=copy_key)

    try:
        await with_recording(request, work)
    except accesses.BadReport as bad:
        return web.json_response({"text": str(bad)}, status=400)
    return web.Response(status=204)
