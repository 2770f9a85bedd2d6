"""Whether a recording is what was sealed: the page behind the player's badge."""

from __future__ import annotations

import asyncio

from aiohttp import web
from sqlmodel import Session

from recordings.findings import State
from server.people import audit
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.tables import Account
from server.receptions.tables import Reception, Recording
from server.review.asking import with_recording
from server.review.checking import CHECKING
from server.review.evidence_words import PARTS, REASONS, STATES, verdict
from server.review.preparing import Stage
from server.review.reading import Watchable
from server.web.languages import N_
from server.web.shell import render, require, translator_of

BADGES = {
    State.WHOLE: ("shield-check", N_("Verified: as it was sealed")),
    State.UNSIGNED: ("shield-question-mark", N_("Not all of it could be verified")),
    State.ELSEWHERE: ("shield-question-mark", N_("Not all of it could be verified")),
    State.UNREAD: ("shield-question-mark", N_("Not all of it could be verified")),
    State.ADDED: ("shield-x", N_("NOT as it was sealed")),
    State.MISSING: ("shield-x", N_("NOT as it was sealed")),
    State.ALTERED: ("shield-x", N_("NOT as it was sealed")),
}


def add_routes(app: web.Application) -> None:
    """Needs CHECKING in `app` when a page is asked for."""
    address = r"/recordings/{id:\d{1,9}}/verification"
    app.router.add_get(address, page, name="recording_verification")
    app.router.add_post(address, again)


@require(Right.READ_RECEPTIONS)
async def page(request: web.Request) -> web.StreamResponse:
    def work(session: Session, watched: Watchable, account: Account) -> tuple[Recording, Reception, bool]:
        may_check = Right.EXPORT_CLIPS in account.rights
        return watched.recording, session.get_one(Reception, watched.recording.reception_id), may_check

    recording, reception, may_check = await with_recording(request, work)
    checking = request.app[CHECKING]
    standing = await asyncio.to_thread(checking.standing, recording)
    if standing.stage in (Stage.WAITING, Stage.PAUSED):
        await asyncio.to_thread(checking.want, recording)
    _ = translator_of(request)
    return await render(
        request,
        "review/verification.html",
        recording=recording,
        reception=reception,
        may_check=may_check,
        standing=standing,
        badges=BADGES,
        verdict=lambda report: verdict(report, _),
        part_words=PARTS,
        state_words=STATES,
        reason=lambda finding: _(REASONS[finding.why], **finding.said) if finding.why else "",
    )


@require(Right.EXPORT_CLIPS)
async def again(request: web.Request) -> web.StreamResponse:
    def work(session: Session, watched: Watchable, account: Account) -> Recording:
        about = f"recording:{watched.recording.id}"
        audit.record(session, subject_of(account), "recording_verification_wanted", about)
        return watched.recording

    recording = await with_recording(request, work)
    await asyncio.to_thread(request.app[CHECKING].want, recording)
    raise web.HTTPSeeOther(str(request.app.router["recording_verification"].url_for(id=str(recording.id))))
