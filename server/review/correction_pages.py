"""The form that corrects a chapter, and the history of all corrections of a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.people.rights import Right
from server.people.tables import Account
from server.receptions.chapters import Marked
from server.receptions.tables import Reception
from server.review import correcting
from server.review.asking import names, to_player, with_recording
from server.review.clocks import clock
from server.review.reading import Watchable
from server.review.signing import SIGNER, NotSigned
from server.review.viewing import chapter_entries
from server.web.asked import whole
from server.web.shell import render, require, translator_of


@dataclass(frozen=True, slots=True)
class _Asked:
    folder: str
    chapter: Marked
    correction: correcting.Correction
    login: str


def add_routes(app: web.Application) -> None:
    chapter = r"/recordings/{id:\d{1,9}}/chapters/{item:\d{1,9}}/{ordinal:\d{1,9}}"
    app.router.add_get(chapter, form, name="chapter_correction")
    app.router.add_post(chapter, save)
    app.router.add_get(r"/recordings/{id:\d{1,9}}/corrections", history, name="chapter_corrections")


@require(Right.CORRECT_CHAPTERS)
async def form(request: web.Request) -> web.StreamResponse:
    return await _show(request)


@require(Right.CORRECT_CHAPTERS)
async def save(request: web.Request) -> web.StreamResponse:
    came = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    item, ordinal = _which(request)

    def look(session: Session, watched: Watchable, account: Account) -> _Asked | dict[str, str]:
        chapter = correcting.chapter_in(watched, item, ordinal)
        if chapter is None:
            raise web.HTTPNotFound
        made = correcting.history_of(session, watched, chapter)
        if whole(came.get("seen", ""), 9) != (made[0].id if made else 0):
            return {"reason": correcting.MOVED_ON}
        checked = correcting.check(came, chapter, watched.recording.seconds, watched.withheld)
        if checked.correction is None:
            return dict(checked.mistakes)
        return _Asked(watched.recording.folder, chapter, checked.correction, account.login)

    signer = request.app[SIGNER]
    async with signer.turn:
        asked = await with_recording(request, look)
        if isinstance(asked, dict):
            return await _show(request, came, asked)
        try:
            written = await signer.sign(asked.folder, asked.chapter, asked.correction, asked.login)
        except NotSigned:
            return await _show(request, came, {"reason": correcting.NOT_SIGNED})

        def work(session: Session, watched: Watchable, account: Account) -> int:
            correcting.correct(session, account, watched, asked.chapter, asked.correction, written)
            return watched.recording.reception_id

        reception_id = await with_recording(request, work)
    raise to_player(request, reception_id, asked.correction.starts_s)


async def _show(
    request: web.Request, came: dict[str, str] | None = None, mistakes: dict[str, str] | None = None
) -> web.Response:
    item, ordinal = _which(request)
    _ = translator_of(request)

    def work(session: Session, watched: Watchable, account: Account) -> dict[str, Any]:
        chapter = correcting.chapter_in(watched, item, ordinal)
        if chapter is None:
            raise web.HTTPNotFound
        entries = chapter_entries(watched, account.role, _)
        made = correcting.history_of(session, watched, chapter)
        return {
            "chapter": chapter,
            "about": next(each for each in entries if (each.item.id, each.ordinal) == (item, ordinal)),
            "history": made,
            "names": names(session),
            "reception": session.get_one(Reception, watched.recording.reception_id),
            "recording": watched.recording,
        }

    found = await with_recording(request, work)
    chapter, made = found["chapter"], found["history"]
    values = came or {"starts": clock(chapter.starts_s), "ends": clock(chapter.ends_s), "title": chapter.title}
    said = {name: _(sentence) for name, sentence in (mistakes or {}).items()}
    return await render(
        request,
        "review/correction.html",
        status=422 if said else 200,
        values=values,
        mistakes=said,
        seen=made[0].id if made else 0,
        clock=clock,
        **found,
    )


@require(Right.CORRECT_CHAPTERS, Right.KEEP_RECORDINGS)
async def history(request: web.Request) -> web.StreamResponse:
    _ = translator_of(request)

    def work(session: Session, watched: Watchable, account: Account) -> dict[str, Any]:
        made = correcting.history_of(session, watched)
        entries = chapter_entries(watched, account.role, _)
        return {
            "history": made,
            "entries": {(each.item.id, each.ordinal): each for each in entries},
            "names": names(session),
            "reception": session.get_one(Reception, watched.recording.reception_id),
        }

    return await render(request, "review/corrections.html", clock=clock, **await with_recording(request, work))


def _which(request: web.Request) -> tuple[int, int]:
    return int(request.match_info["item"]), int(request.match_info["ordinal"])
