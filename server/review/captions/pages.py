"""Captions over the wire: as WebVTT for the player, and how far they are."""

from __future__ import annotations

from aiohttp import hdrs, web
from sqlmodel import Session

from server.people.rights import Right
from server.people.tables import Account
from server.review import accesses
from server.review.asking import with_recording
from server.review.captions import queries
from server.review.captions.making import CAPTION_MAKING
from server.review.captions.rules import Cue, as_webvtt
from server.review.reading import Watchable
from server.review.tables import Access
from server.web.shell import require

_NO_STORE = {hdrs.CACHE_CONTROL: "private, no-store"}


def add_routes(app: web.Application) -> None:
    """Needs CAPTION_MAKING in `app`."""
    app.router.add_get(r"/recordings/{id:\d{1,9}}/captions.vtt", captions, name="recording_captions")
    app.router.add_get(r"/recordings/{id:\d{1,9}}/captions.json", standing, name="recording_captions_standing")


@require(Right.WATCH_RECORDINGS)
async def captions(request: web.Request) -> web.StreamResponse:
    """Those this account may watch the sound of; that they were read is written down."""

    def work(session: Session, watched: Watchable, account: Account) -> list[Cue] | None:
        number = watched.recording.id or 0
        if not queries.is_made(session, number):
            return None
        accesses.note(session, account, number, Access.READ)
        return queries.cues_of(session, watched)

    cues = await with_recording(request, work)
    if cues is None:
        raise web.HTTPNotFound
    return web.Response(text=as_webvtt(cues), content_type="text/vtt", headers=_NO_STORE)


@require(Right.WATCH_RECORDINGS)
async def standing(request: web.Request) -> web.StreamResponse:
    def work(session: Session, watched: Watchable, _account: Account) -> tuple[int, bool]:
        number = watched.recording.id or 0
        return number, queries.is_made(session, number)

    number, made = await with_recording(request, work)
    found = request.app[CAPTION_MAKING].standing(number, made=made)
    told = (
        {"stage": "none", "share": 0.0}
        if found is None
        else {"stage": found.stage, "share": round(found.share, 3)}
    )
    return web.json_response(told, headers=_NO_STORE)
