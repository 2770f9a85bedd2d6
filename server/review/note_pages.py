"""Notes over the wire: JSON for the player's script. Each act answers with the note as it is now."""

from __future__ import annotations

import json
from collections.abc import Callable

from aiohttp import web
from sqlmodel import Session

from server.people.rights import Right
from server.people.tables import Account
from server.review import notes
from server.review.asking import with_recording
from server.review.reading import Watchable
from server.web.shell import require

_LIMIT = 8 * 1024
_Act = Callable[[Session, Watchable, Account], notes.Note | None]


def add_routes(app: web.Application) -> None:
    base = r"/recordings/{id:\d{1,9}}/notes"
    app.router.add_post(base, add, name="recording_notes")
    app.router.add_post(base + r"/{note:\d{1,9}}", change, name="recording_note")
    app.router.add_post(base + r"/{note:\d{1,9}}/remove", remove)
    app.router.add_post(base + r"/{note:\d{1,9}}/restore", restore)


@require(Right.NOTE_RECORDINGS)
async def add(request: web.Request) -> web.StreamResponse:
    came = await _came(request)
    at = came.get("at")
    if isinstance(at, bool) or not isinstance(at, int | float):
        return _refused("came no second; allowed is a number")
    second, words = float(at) if abs(at) < 1e9 else -1.0, _words(came)
    return await _answer(request, lambda session, watched, who: notes.add(session, watched, who, second, words))


@require(Right.NOTE_RECORDINGS)
async def change(request: web.Request) -> web.StreamResponse:
    words, number = _words(await _came(request)), int(request.match_info["note"])
    return await _answer(request, lambda session, watched, who: notes.change(session, watched, who, number, words))


@require(Right.NOTE_RECORDINGS)
async def remove(request: web.Request) -> web.StreamResponse:
    number = int(request.match_info["note"])
    return await _answer(request, lambda session, watched, who: notes.remove(session, watched, who, number))


@require(Right.NOTE_RECORDINGS)
async def restore(request: web.Request) -> web.StreamResponse:
    number = int(request.match_info["note"])
    return await _answer(
        request, lambda session, watched, who: notes.remove(session, watched, who, number, back=True)
    )


async def _came(request: web.Request) -> dict[str, object]:
    body = await request.content.read(_LIMIT)
    try:
        came = json.loads(body)
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest from None
    if not isinstance(came, dict):
        raise web.HTTPBadRequest
    return came


def _words(came: dict[str, object]) -> str:
    words = came.get("words", "")
    return words.replace("\0", "") if isinstance(words, str) else ""


async def _answer(request: web.Request, act: _Act) -> web.StreamResponse:
    def work(session: Session, watched: Watchable, account: Account) -> dict[str, object] | None:
        note = act(session, watched, account)
        return None if note is None else notes.for_script(note, account)

    try:
        shown = await with_recording(request, work)
    except notes.NoteRefused as refused:
        return _refused(str(refused))
    if shown is None:
        raise web.HTTPNotFound
    return web.json_response(shown)


def _refused(text: str) -> web.Response:
    return web.json_response({"text": text}, status=422)
