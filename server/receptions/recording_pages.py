"""The reviewer's player, and the recording's file with byte ranges."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import hdrs, web
from sqlmodel import Session

from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.petitions.rules import KIND_WORDS
from server.petitions.tables import PetitionKind
from server.receptions.agenda_view import ShownItem, shown_agenda
from server.receptions.hearings import merged
from server.receptions.queries import FloorSpan, agenda_of, chapters_of, floor_spans, recording_of
from server.receptions.recorded_time import RecordedTime, read_recorded_time
from server.receptions.tables import Reception, Recording, RecordingState
from server.web.keys import DATABASE
from server.web.languages import N_
from server.web.shell import render, require, translator_of

RECORDINGS_DIRECTORY = web.AppKey("RECORDINGS_DIRECTORY", Path)
"""Given by the composition root: `Settings.recordings_directory`."""

ONE_WATCHING_S = 15 * 60
"""Range requests of one account closer than this are one reading: a player asks every few seconds."""
REMEMBERED = 1000  # accounts times recordings; the oldest is forgotten, and its reading noted once more

SEAM_WORDS = {
    "closed item": N_("closed item, not recorded"),
    "no_media": N_("nothing was on the stage"),
    "media_restarted": N_("picture and sound were restarted"),
    "recorder_restarted": N_("the recorder was restarted"),
    "write_failed": N_("the recording could not be written"),
}
NOT_RECORDED = N_("not recorded")


class Readings:
    """Which readings of files were noted in the audit log lately."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[int, int], float] = OrderedDict()

    def is_new(self, account: int, recording: int, now_s: float) -> bool:
        """True if this request begins a reading; it counts as a part of it either way."""
        key = (account, recording)
        last = self._last.pop(key, None)
        self._last[key] = now_s
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        return last is None or now_s - last > ONE_WATCHING_S


_READINGS = web.AppKey("_READINGS", Readings)


def add_routes(app: web.Application) -> None:
    """Needs RECORDINGS_DIRECTORY in `app` when a page is asked for."""
    app[_READINGS] = Readings()
    app.router.add_get(r"/receptions/{id:\d{1,9}}/recording", player, name="recording")
    app.router.add_get(r"/recordings/{id:\d{1,9}}/media", media, name="recording_media")


@dataclass(frozen=True, slots=True)
class _Shown:
    reception: Reception
    recording: Recording | None
    items: list[ShownItem]
    chapters: dict[int, list[tuple[float, float]]]
    grants: list[FloorSpan]


@require(Right.READ_RECEPTIONS)
async def player(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception_id = int(request.match_info["id"])

    def work(session: Session) -> _Shown | None:
        reception = session.get(Reception, reception_id)
        if reception is None:
            return None
        recording = recording_of(session, reception_id)
        items = shown_agenda(agenda_of(session, reception_id), account.role)
        if _is_ready(recording):
            audit.record(session, subject_of(account), "recording_viewed", f"reception:{reception_id}")
        chapters = chapters_of(session, recording.id or 0) if recording else {}
        return _Shown(reception, recording, items, chapters, floor_spans(session, reception_id))

    shown = await request.app[DATABASE].run(work)
    if shown is None:
        raise web.HTTPNotFound
    recording = shown.recording
    ready = _is_ready(recording)
    recorded = None
    if recording is not None and ready:
        folder = request.app[RECORDINGS_DIRECTORY] / recording.folder
        recorded = await asyncio.to_thread(read_recorded_time, folder)
    chapters = _chapters(shown)
    return await render(
        request,
        "receptions/recording.html",
        reception=shown.reception,
        recording=recording,
        ready=ready,
        preparing=recording is not None and recording.state == RecordingState.ENDED,
        running=recording is not None and recording.state == RecordingState.RECORDING,
        lines=_lines(shown.items, chapters),
        starts_at=_second(request.query.get("t", ""), recording.seconds if recording else 0.0),
        player=_for_script(request, recording, chapters, recorded, shown.grants) if ready else {},
    )


def _is_ready(recording: Recording | None) -> bool:
    return recording is not None and recording.state == RecordingState.SEALED and bool(recording.file)


def _second(text: str, seconds: float) -> int:
    """The second to start at; whatever is not one is the beginning."""
    return min(int(text), int(seconds)) if text.isdecimal() and len(text) < 7 else 0


@dataclass(frozen=True, slots=True)
class _Chapter:
    item: ShownItem
    starts_s: float
    ends_s: float


def _chapters(shown: _Shown) -> list[_Chapter]:
    """One per unbroken time an item was heard, in the order of the file."""
    chapters = [
        _Chapter(item, starts, ends)
        for item in shown.items
        for starts, ends in merged(shown.chapters.get(item.id, ()))
    ]
    return sorted(chapters, key=lambda chapter: chapter.starts_s)


@dataclass(frozen=True, slots=True)
class _Line:
    """An item of the agenda with its chapters, each with its number in the order of the file."""

    item: ShownItem
    chapters: tuple[tuple[int, _Chapter], ...]


def _lines(items: list[ShownItem], chapters: list[_Chapter]) -> list[_Line]:
    """In the order of the agenda, whatever was called first; an item without a chapter stays in its place."""
    return [
        _Line(item, tuple((n, chapter) for n, chapter in enumerate(chapters) if chapter.item.id == item.id))
        for item in sorted(items, key=lambda item: item.position)
    ]


def _for_script(
    request: web.Request,
    recording: Recording | None,
    chapters: list[_Chapter],
    recorded: RecordedTime | None,
    grants: list[FloorSpan],
) -> dict[str, Any]:
    _ = translator_of(request)

    def name(item: ShownItem) -> str:
        kinds = [_(KIND_WORDS[PetitionKind(petition.kind)]) for petition in item.petitions[:1]]
        return " ".join([f"{item.position}.", *kinds, ", ".join(p.code for p in item.petitions)]).strip()

    floor = recorded.floor(grants) if recorded else []
    seams = recorded.seams if recorded else ()
    return {
        "seconds": recording.seconds if recording else 0.0,
        "chapters": [
            {"name": name(chapter.item), "starts": chapter.starts_s, "ends": chapter.ends_s}
            for chapter in chapters
        ],
        "floor": [
            {"name": span.name, "short": span.short_name, "starts": span.starts_s, "ends": span.ends_s}
            for span in floor
        ],
        "seams": [
            {
                "at": seam.at_s,
                "missing": seam.missing_s,
                "reason": _(SEAM_WORDS.get(seam.reason, NOT_RECORDED)),
            }
            for seam in seams
        ],
        "words": {
            "play": _("Play"),
            "pause": _("Pause"),
            "mute": _("Sound off"),
            "unmute": _("Sound on"),
            "between": _("Between items"),
            "missing": _("%(length)s missing: %(reason)s"),
            "clip": _("Marked: %(start)s to %(end)s (%(length)s)"),
            "clip_open": _("Marked from %(start)s; press ] for the end"),
            "copied": _("Copied"),
            "broken": _("The recording cannot be played in this browser. Use Chromium, Chrome or Edge."),
            "hours": _("%(n)s h"),
            "minutes": _("%(n)s min"),
            "seconds": _("%(n)s s"),
        },
    }


@require(Right.READ_RECEPTIONS)
async def media(request: web.Request) -> web.StreamResponse:
    """The playable file; byte ranges are answered with 206. Noted once per reading, not per request."""
    account = await account_in(request)
    recording_id = int(request.match_info["id"])
    starts = request.app[_READINGS].is_new(account.id or 0, recording_id, time.monotonic())

    def work(session: Session) -> Recording | None:
        recording = session.get(Recording, recording_id)
        if not _is_ready(recording):
            return None
        if starts:
            audit.record(session, subject_of(account), "recording_read", f"recording:{recording_id}")
        return recording

    recording = await request.app[DATABASE].run(work)
    if recording is None:
        raise web.HTTPNotFound
    directory = request.app[RECORDINGS_DIRECTORY].resolve()
    path = (directory / recording.folder / recording.file).resolve()
    if not path.is_relative_to(directory) or not path.is_file():
        raise web.HTTPNotFound
    headers = {
        hdrs.CONTENT_TYPE: recording.media_type or "application/octet-stream",
        hdrs.CACHE_CONTROL: "private, no-store",
        hdrs.CONTENT_DISPOSITION: "inline",
    }
    return web.FileResponse(path, chunk_size=256 * 1024, headers=headers)
