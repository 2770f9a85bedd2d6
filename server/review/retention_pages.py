"""The list of what is kept how long and what falls due, and holding a recording beyond its term."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from server.people.rights import Right
from server.people.tables import Account
from server.receptions.tables import Reception, Recording, RecordingState
from server.review import destroying, keeping
from server.review.asking import names, with_recording
from server.review.destroying import Obstacle
from server.review.quarantining import NO_REASON, reason_in
from server.review.reading import Watchable
from server.review.retention import RETENTION_RULES, Keeping
from server.review.tables import Destruction
from server.web.keys import DATABASE
from server.web.languages import N_, today
from server.web.shell import render, require, translator_of

KEEPING_WORDS: dict[Keeping, str] = {
    Keeping.PERMANENT: N_("permanently"),
    Keeping.CASE_GOES_ON: N_("until a case has ended, and its term after that"),
    Keeping.UNTIL: N_("until"),
    Keeping.NO_RULE: N_("kept: no term is in force for it"),
}
_Act = Callable[[Session, Account, Recording, str], bool]


def add_routes(app: web.Application) -> None:
    """Needs RETENTION_RULES in `app` when a page is asked for."""
    app.router.add_get("/recordings/retention", table, name="recordings_retention")
    app.router.add_post(r"/recordings/{id:\d{1,9}}/hold", hold, name="recording_hold")
    app.router.add_post(r"/recordings/{id:\d{1,9}}/hold/lift", lift, name="recording_hold_lift")


@require(Right.KEEP_RECORDINGS)
async def table(request: web.Request) -> web.StreamResponse:
    return await _show(request)


@require(Right.KEEP_RECORDINGS)
async def hold(request: web.Request) -> web.StreamResponse:
    return await _act(request, keeping.put_on_hold)


@require(Right.KEEP_RECORDINGS)
async def lift(request: web.Request) -> web.StreamResponse:
    return await _act(request, keeping.lift_hold)


async def _act(request: web.Request, act: _Act) -> web.StreamResponse:
    """Who was overtaken by somebody else is shown what there is now."""
    came = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    reason = reason_in(came)
    if not reason:
        return await _show(request, f"hold-{request.match_info['id']}")

    def work(session: Session, watched: Watchable, account: Account) -> None:
        act(session, account, watched.recording, reason)
        destroying.stop(session, account, watched.recording.id or 0, Obstacle.HOLD)

    await with_recording(request, work)
    raise web.HTTPSeeOther(str(request.app.router["recordings_retention"].url_for()))


async def _show(request: web.Request, wrong: str = "") -> web.Response:
    rules, day = request.app[RETENTION_RULES], today()

    def work(session: Session) -> dict[str, Any]:
        destroying.settle(session, rules, day)
        return {
            "kept": keeping.kept(session, rules, day),
            "proposed": set(
                session.exec(select(Destruction.recording_id).where(col(Destruction.ending).is_(None)))
            ),
            "destroyed": session.exec(
                select(Recording, Reception)
                .join(Reception, col(Reception.id) == Recording.reception_id)
                .where(Recording.state == RecordingState.DESTROYED)
                .order_by(col(Recording.destroyed_at).desc(), col(Recording.id).desc())
            ).all(),
            "names": names(session),
        }

    found = await request.app[DATABASE].run(work)
    _ = translator_of(request)
    return await render(
        request,
        "review/retention.html",
        status=422 if wrong else 200,
        today=day,
        keeping_words=KEEPING_WORDS,
        mistakes={wrong: _(NO_REASON)} if wrong else {},
        confirmed=all(rule.confirmed for rule in rules.rules),
        **found,
    )
