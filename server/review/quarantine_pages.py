"""The page on which spans of a recording are put into quarantine, and released by two people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.people.rights import Right
from server.people.tables import Account
from server.receptions.tables import Reception
from server.review import destroying, quarantining
from server.review.asking import names, with_recording
from server.review.clocks import clock
from server.review.destroying import Obstacle
from server.review.preparing import PREPARING
from server.review.reading import Reader, Watchable, watchable
from server.review.tables import Quarantine
from server.web.shell import render, require, translator_of

_Act = Callable[[Session, Account, Quarantine], bool]


def add_routes(app: web.Application) -> None:
    base = r"/recordings/{id:\d{1,9}}/quarantine"
    app.router.add_get(base, table, name="recording_quarantine")
    app.router.add_post(base, put)
    app.router.add_post(base + r"/{span:\d{1,9}}/propose", propose)
    app.router.add_post(base + r"/{span:\d{1,9}}/withdraw", withdraw)
    app.router.add_post(base + r"/{span:\d{1,9}}/release", release)


@require(Right.KEEP_RECORDINGS)
async def table(request: web.Request) -> web.StreamResponse:
    return await _show(request)


@require(Right.KEEP_RECORDINGS)
async def put(request: web.Request) -> web.StreamResponse:
    came = await _form(request)

    def work(session: Session, watched: Watchable, account: Account) -> Watchable | dict[str, str]:
        asked = quarantining.check(came, watched.recording.seconds)
        if isinstance(asked, dict):
            return asked
        quarantining.put(session, account, watched.recording, asked)
        destroying.stop(session, account, watched.recording.id or 0, Obstacle.QUARANTINE)
        return watchable(session, watched.recording, Reader(account.role))

    answer = await with_recording(request, work)
    if isinstance(answer, dict):
        return await _show(request, came, answer)
    request.app[PREPARING].want(answer)
    raise _back(request)


@require(Right.KEEP_RECORDINGS)
async def propose(request: web.Request) -> web.StreamResponse:
    came = await _form(request)
    reason = quarantining.reason_in(came)
    if not reason:
        return await _show(request, came, {f"release-{request.match_info['span']}": quarantining.NO_REASON})
    return await _act(request, lambda session, who, row: quarantining.propose_release(session, who, row, reason))


@require(Right.KEEP_RECORDINGS)
async def withdraw(request: web.Request) -> web.StreamResponse:
    return await _act(request, quarantining.withdraw_proposal)


@require(Right.KEEP_RECORDINGS)
async def release(request: web.Request) -> web.StreamResponse:
    """403 for who proposed it."""

    def confirm(session: Session, account: Account, row: Quarantine) -> bool:
        if row.proposed_by == account.id and row.released_at is None:
            raise web.HTTPForbidden
        return quarantining.confirm_release(session, account, row)

    return await _act(request, confirm)


async def _act(request: web.Request, act: _Act) -> web.StreamResponse:
    """Who was overtaken by somebody else is shown what there is now."""

    def work(session: Session, watched: Watchable, account: Account) -> None:
        row = session.get(Quarantine, int(request.match_info["span"]))
        if row is None or row.recording_id != watched.recording.id:
            raise web.HTTPNotFound
        act(session, account, row)

    await with_recording(request, work)
    raise _back(request)


async def _show(
    request: web.Request, came: dict[str, str] | None = None, mistakes: dict[str, str] | None = None
) -> web.Response:
    _ = translator_of(request)

    def work(session: Session, watched: Watchable, account: Account) -> dict[str, Any]:
        spans = quarantining.spans_of(session, watched.recording.id or 0)
        return {
            "spans": spans,
            "names": names(session),
            "confirmable": {row.id for row in spans if quarantining.may_confirm(account, row)},
            "recording": watched.recording,
            "reception": session.get_one(Reception, watched.recording.reception_id),
        }

    found = await with_recording(request, work)
    return await render(
        request,
        "review/quarantine.html",
        status=422 if mistakes else 200,
        values=came or {},
        mistakes={name: _(said) for name, said in (mistakes or {}).items()},
        clock=clock,
        who=lambda account_id: found["names"].get(f"account:{account_id}", ""),
        **found,
    )


async def _form(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _back(request: web.Request) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(str(request.app.router["recording_quarantine"].url_for(id=request.match_info["id"])))
