"""Asking for a clip of a chapter or of a marked span, and fetching it while it is kept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

from aiohttp import hdrs, web
from sqlmodel import Session

from recordings.manifest import Span
from server.clips import ordering
from server.clips.exporting import REASON, ExportRefused, plan
from server.clips.making import CLIP_MAKING, ClipMaking, Directories
from server.clips.tables import ClipOrder
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.receptions.tables import Reception, Recording
from server.review.aside import ASIDE
from server.review.asking import with_recording
from server.review.clocks import clock
from server.review.reading import Watchable
from server.web.keys import DATABASE
from server.web.shell import render, require, translator_of

_SECONDS = re.compile(r"\d{1,6}(\.\d{1,3})?")


def add_routes(app: web.Application, directories: Directories) -> None:
    """Needs ASIDE in `app` already."""
    app[CLIP_MAKING] = ClipMaking(app[DATABASE], app[ASIDE], directories)
    app.cleanup_ctx.append(_make)
    app.router.add_get(r"/recordings/{id:\d{1,9}}/clip", ask, name="recording_clip")
    app.router.add_post(r"/recordings/{id:\d{1,9}}/clip", order)
    app.router.add_get("/clips", table, name="clips")
    app.router.add_get(r"/clips/{order:\d{1,9}}/clip.zip", fetch, name="clip_file", allow_head=False)


async def _make(app: web.Application) -> AsyncIterator[None]:
    await app[CLIP_MAKING].rounds.start()
    yield
    await app[CLIP_MAKING].rounds.stop()


@require(Right.EXPORT_CLIPS)
async def ask(request: web.Request) -> web.StreamResponse:
    return await _show(request)


@require(Right.EXPORT_CLIPS)
async def order(request: web.Request) -> web.StreamResponse:
    reason = str((await request.post()).get("reason", ""))
    position, span = _asked(request)

    def work(session: Session, watched: Watchable, account: Account) -> str:
        try:
            ordering.order(session, account, watched.recording, position=position, span=span, reason=reason)
        except ExportRefused as refused:
            return str(refused)
        return ""

    refused = await with_recording(request, work)
    if refused:
        return await _show(request, reason, refused)
    request.app[CLIP_MAKING].rounds.poke()
    raise web.HTTPSeeOther(str(request.app.router["clips"].url_for()))


@require(Right.EXPORT_CLIPS)
async def table(request: web.Request) -> web.StreamResponse:
    account, making = await account_in(request), request.app[CLIP_MAKING]
    lines = await request.app[DATABASE].run(ordering.lines_of, account.id or 0)
    return await render(
        request,
        "clips/clips.html",
        lines=lines,
        share_of=making.share_of,
        paused=making.paused,
        waits=any(line.order.made_at is None and line.order.failed_at is None for line in lines),
        hours=int(ordering.KEPT_FOR.total_seconds() // 3600),
        clock=clock,
    )


@require(Right.EXPORT_CLIPS)
async def fetch(request: web.Request) -> web.StreamResponse:
    """404 for everybody but who asked for it. 410: its time is over, or not all may be handed out any more."""
    account, number = await account_in(request), int(request.match_info["order"])

    def work(session: Session) -> tuple[bool, str, float]:
        row = session.get(ClipOrder, number)
        if row is None or row.account_id != account.id or row.made_at is None:
            raise web.HTTPNotFound
        folder = session.get_one(Recording, row.recording_id).folder
        return ordering.fetched(session, row, account), folder, row.starts_s

    good, folder, starts_s = await request.app[DATABASE].run(work)
    path = request.app[CLIP_MAKING].file_of(number)
    if not good or not await asyncio.to_thread(path.is_file):
        raise web.HTTPGone
    name = f"clip-{folder}-{int(starts_s):05d}.zip"
    headers = {
        hdrs.CONTENT_TYPE: "application/zip",
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
        hdrs.CACHE_CONTROL: "private, no-store",
    }
    return web.FileResponse(path, headers=headers)


def _asked(request: web.Request) -> tuple[int | None, Span]:
    """What the player's link says. Raises HTTPNotFound for one that nobody made."""
    query = request.query
    position, starts, ends = query.get("item", ""), query.get("from", ""), query.get("to", "")
    if not (_SECONDS.fullmatch(starts) and _SECONDS.fullmatch(ends)) or float(ends) <= float(starts):
        raise web.HTTPNotFound
    if position and not (position.isdecimal() and len(position) < 5):
        raise web.HTTPNotFound
    return int(position) if position else None, Span(starts_s=float(starts), ends_s=float(ends))


async def _show(request: web.Request, reason: str = "", refused: str = "") -> web.Response:
    position, span = _asked(request)

    def work(session: Session, watched: Watchable, account: Account) -> dict[str, object]:
        reception_id = watched.recording.reception_id
        found: dict[str, object] = {
            "recording": watched.recording,
            "reception": session.get_one(Reception, reception_id),
            "impossible": "",
            "wishes": (),
        }
        try:
            wanted = plan(session, account, reception_id, position=position, span=span, reason="?")
        except ExportRefused as problem:
            found["impossible"] = str(problem)
        else:
            found["wishes"] = wanted.wishes
        return found

    found = await with_recording(request, work)
    _ = translator_of(request)
    impossible = _(str(found.pop("impossible"))) if found["impossible"] else ""
    return await render(
        request,
        "clips/ask.html",
        status=422 if refused else 200,
        **found | {"impossible": impossible},
        position=position,
        reason=reason,
        longest=REASON,
        hours=int(ordering.KEPT_FOR.total_seconds() // 3600),
        mistakes={"reason": _(refused)} if refused else {},
        left_out=lambda wish: sum(
            max(0.0, min(each.ends_s, wish.asked.ends_s) - max(each.starts_s, wish.asked.starts_s))
            for each in wish.withheld
        ),
        clock=clock,
    )
