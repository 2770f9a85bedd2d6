"""What the player fetches: the file with byte ranges, thumbnails, chapters as WebVTT, and how preparing stands.

What is sent is decided anew for every request, and written down: which bytes really left, to whom.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from aiohttp import hdrs, web
from sqlmodel import Session

from server.people.rights import Right
from server.people.tables import Account
from server.receptions.recorded_time import RECORDINGS_DIRECTORY
from server.receptions.tables import Recording
from server.review import accesses
from server.review.apart import read_apart
from server.review.asking import PASSES, with_recording
from server.review.captions.rules import cue_text, stamp
from server.review.isolated import SOURCE_WORDS
from server.review.late import entries_in, file_of, room_of
from server.review.preparing import PREPARING
from server.review.reading import Watchable
from server.review.sending import READING, Source
from server.review.tables import Access
from server.review.viewing import chapter_entries
from server.web.keys import DATABASE
from server.web.shell import require, translator_of

_log = logging.getLogger(__name__)


def add_routes(app: web.Application) -> None:
    app.router.add_get(r"/recordings/{id:\d{1,9}}/media", media, name="recording_media")
    app.router.add_get(r"/recordings/{id:\d{1,9}}/pass.json", another_pass, name="recording_pass")
    app.router.add_get(r"/recordings/{id:\d{1,9}}/thumbnails.jpg", thumbnails, name="recording_thumbnails")
    app.router.add_get(r"/recordings/{id:\d{1,9}}/chapters.vtt", chapters, name="recording_chapters")
    app.router.add_get(r"/recordings/{id:\d{1,9}}/prepared.json", prepared, name="recording_prepared")


@require(Right.WATCH_RECORDINGS)
async def media(request: web.Request) -> web.StreamResponse:
    """The recording, or the copy of it that this account may watch. 410: the pass has ended, or what may be
    watched is no longer the same."""
    watched, account = await with_recording(request, _as_it_is)
    passes, given = request.app[PASSES], request.query.get("pass", "")
    recording_id, isolated = watched.recording.id or 0, asked_source(request)
    await _may_watch(request, watched, isolated)
    copy_key = watched.isolated_key(isolated) if isolated is not None else watched.copy_key
    if not passes.is_good(given, account.id or 0, recording_id, copy_key):
        await _note(request, account, recording_id, Access.REFUSED)
        raise web.HTTPGone
    source = await _source(request, watched, isolated)
    try:
        return await _send(request, watched, account, source, copy_key)
    finally:
        source.close()


async def _send(
    request: web.Request, watched: Watchable, account: Account, source: Source, copy_key: str
) -> web.StreamResponse:
    """503: the archive does not give its first bytes. Where it fails later, the answer ends early, and the player
    asks again."""
    span = _span_in(request, source.size)
    recording_id, head = watched.recording.id or 0, request.method == "HEAD"
    try:
        part = b"" if head else await _piece(source, span, 0)
    except OSError as failed:
        raise _unavailable(failed) from failed
    headers = {
        hdrs.CONTENT_TYPE: watched.recording.media_type or "application/octet-stream",
        hdrs.CACHE_CONTROL: "private, no-store",
        hdrs.CONTENT_DISPOSITION: "inline",
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.CONTENT_LENGTH: str(span.stop - span.start),
    }
    if hdrs.RANGE in request.headers:
        headers[hdrs.CONTENT_RANGE] = f"bytes {span.start}-{span.stop - 1}/{source.size}"
    response = web.StreamResponse(status=206 if hdrs.RANGE in request.headers else 200, headers=headers)
    await response.prepare(request)
    if head:
        return response
    sent = 0
    try:
        while part:
            await response.write(part)
            sent += len(part)
            part = await _piece(source, span, sent)
    except ConnectionError:  # the player has enough, or has gone
        pass
    except OSError as failed:
        _log.error("recording %s was sent in part: %s", watched.recording.folder, failed)
        if request.transport is not None:
            request.transport.abort()
    finally:
        if sent:
            first_and_last = (span.start, span.start + sent - 1)
            await asyncio.shield(_note(request, account, recording_id, Access.SENT, first_and_last, copy_key))
    with suppress(ConnectionError):
        await response.write_eof()
    return response


@require(Right.WATCH_RECORDINGS)
async def another_pass(request: web.Request) -> web.StreamResponse:
    watched, account = await with_recording(request, _as_it_is)
    await _may_watch(request, watched, asked_source(request))
    return web.json_response({"media": media_address(request, watched, account, asked_source(request))})


@require(Right.WATCH_RECORDINGS)
async def thumbnails(request: web.Request) -> web.StreamResponse:
    watched, _account = await with_recording(request, _as_it_is)
    path = request.app[PREPARING].thumbnails_for(watched)
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={hdrs.CONTENT_TYPE: "image/jpeg", hdrs.CACHE_CONTROL: "no-store"})


@require(Right.WATCH_RECORDINGS)
async def chapters(request: web.Request) -> web.StreamResponse:
    """For the browser's own player, and for others: the titles are those this account may read."""
    watched, account = await with_recording(request, _as_it_is)
    entries = chapter_entries(watched, account.role, translator_of(request))
    cues = [f"{stamp(each.starts_s)} --> {stamp(each.ends_s)}\n{cue_text(each.name)}\n" for each in entries]
    return web.Response(text="\n".join(["WEBVTT\n", *cues]), content_type="text/vtt", headers=_NO_STORE)


@require(Right.WATCH_RECORDINGS)
async def prepared(request: web.Request) -> web.StreamResponse:
    watched, _account = await with_recording(request, _as_it_is)
    preparing, source = request.app[PREPARING], asked_source(request)
    await _may_watch(request, watched, source)
    if source is not None and room_of(source) is not None:
        folder = request.app[RECORDINGS_DIRECTORY] / watched.recording.folder
        if not await asyncio.to_thread(entries_in, folder, source):
            raise web.HTTPNotFound
    if source is None:
        preparing.want(watched)
    else:
        preparing.want_isolated(watched, source)
    return web.json_response(
        {
            name: {"stage": standing.stage, "share": round(standing.share, 3)}
            for name, standing in (
                ("copy", preparing.standing(preparing.file_for(watched, source))),
                ("thumbnails", preparing.standing(preparing.thumbnails_for(watched))),
            )
        },
        headers=_NO_STORE,
    )


def asked_source(request: web.Request) -> str | None:
    """The isolated or late source that is asked for; None for the programme. Raises HTTPNotFound for what is none
    of these."""
    asked = request.query.get("source", "")
    if not asked:
        return None
    if asked not in SOURCE_WORDS and room_of(asked) is None and file_of(asked) is None:
        raise web.HTTPNotFound
    return asked


async def _may_watch(request: web.Request, watched: Watchable, source: str | None) -> None:
    """Of the programme and what lies on its axis what is withheld is left out; of what lies beside it nothing is.
    Raises HTTPNotFound."""
    if source is not None and file_of(source) is not None:
        folder = request.app[RECORDINGS_DIRECTORY] / watched.recording.folder
        if source not in {each.source for each in await asyncio.to_thread(read_apart, folder, watched)}:
            raise web.HTTPNotFound


def media_address(request: web.Request, watched: Watchable, account: Account, source: str | None = None) -> str:
    recording_id = watched.recording.id or 0
    copy_key = watched.isolated_key(source) if source is not None else watched.copy_key
    query: dict[str, str] = {"source": source} if source is not None else {}
    query["pass"] = request.app[PASSES].give(account.id or 0, recording_id, copy_key)
    return str(request.app.router["recording_media"].url_for(id=str(recording_id)).with_query(query))


_NO_STORE = {hdrs.CACHE_CONTROL: "private, no-store"}


def _as_it_is(_session: Session, watched: Watchable, account: Account) -> tuple[Watchable, Account]:
    return watched, account


async def _piece(source: Source, span: range, sent: int) -> bytes:
    count = min(source.piece, len(span) - sent)
    return await source.read(span.start + sent, count) if count else b""


async def _source(request: web.Request, watched: Watchable, isolated: str | None) -> Source:
    try:
        source = await request.app[READING].open(request.app[PREPARING].file_for(watched, isolated))
    except ValueError:
        raise web.HTTPNotFound from None
    except OSError as failed:
        raise _unavailable(failed) from failed
    if source is None:
        raise web.HTTPNotFound
    return source


def _unavailable(failed: OSError) -> web.HTTPServiceUnavailable:
    _log.error("a recording cannot be sent: %s", failed)
    return web.HTTPServiceUnavailable()


def _span_in(request: web.Request, size: int) -> range:
    """The bytes that are asked for. Raises HTTPRequestRangeNotSatisfiable where the file has none of them."""
    try:
        asked = request.http_range
    except ValueError:
        raise _unsatisfiable(size) from None
    first, after = asked.start or 0, asked.stop
    if first < 0:
        first = max(0, size + first)
    span = range(first, size if after is None else min(after, size))
    if not span and (size or hdrs.RANGE in request.headers):
        raise _unsatisfiable(size)
    return span


def _unsatisfiable(size: int) -> web.HTTPRequestRangeNotSatisfiable:
    return web.HTTPRequestRangeNotSatisfiable(headers={hdrs.CONTENT_RANGE: f"bytes */{size}"})


async def _note(
    request: web.Request,
    account: Account,
    recording_id: int,
    act: Access,
    sent: tuple[int, int] | None = None,
    copy_key: str = "",
) -> None:
    def work(session: Session) -> None:
        if session.get(Recording, recording_id) is not None:
            accesses.note(session, account, recording_id, act, sent=sent, copy_key=copy_key)

    await request.app[DATABASE].run(work)
