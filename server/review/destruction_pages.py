"""The page on which one person proposes to delete a recording and another one decides; and the certificate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import hdrs, web
from sqlmodel import Session, col, func, select

from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.receptions.tables import Chapter, Reception, Recording
from server.review import destroying
from server.review.asking import names
from server.review.certifying import handed_out
from server.review.clocks import clock
from server.review.destroyer import DESTROYER
from server.review.destroying import OBSTACLE_WORDS, DestructionRefused, Obstacle
from server.review.retention import RETENTION_RULES
from server.review.tables import Destruction, Ending, RecordingNote
from server.web.keys import DATABASE
from server.web.languages import N_, today
from server.web.shell import render, require, translator_of

ENDING_WORDS: dict[Ending, str] = {
    Ending.CONFIRMED: N_("confirmed"),
    Ending.REFUSED: N_("refused"),
    Ending.WITHDRAWN: N_("withdrawn"),
    Ending.STOPPED: N_("stopped"),
    Ending.LAPSED: N_("lapsed: nobody confirmed it in time"),
}
_Act = Callable[[Session, Account, Recording, dict[str, str]], object]


def add_routes(app: web.Application) -> None:
    """Needs RETENTION_RULES and DESTROYER in `app` when a page is asked for."""
    base = r"/recordings/{id:\d{1,9}}/destruction"
    app.router.add_get(base, table, name="recording_destruction")
    for act, handler in (("propose", propose), ("confirm", confirm), ("refuse", refuse), ("withdraw", withdraw)):
        app.router.add_post(f"{base}/{act}", handler)
    app.router.add_get(f"{base}/certificate.pdf", certificate, name="destruction_certificate")


@require(Right.KEEP_RECORDINGS)
async def table(request: web.Request) -> web.StreamResponse:
    return await _show(request)


@require(Right.KEEP_RECORDINGS)
async def propose(request: web.Request) -> web.StreamResponse:
    rules, day = request.app[RETENTION_RULES], today()
    return await _act(
        request,
        lambda session, who, recording, form: destroying.propose(
            session, who, recording.id or 0, form, rules, day
        ),
    )


@require(Right.KEEP_RECORDINGS)
async def confirm(request: web.Request) -> web.StreamResponse:
    return await _act(request, destroying.confirm)


@require(Right.KEEP_RECORDINGS)
async def refuse(request: web.Request) -> web.StreamResponse:
    return await _act(
        request, lambda session, who, recording, form: destroying.refuse(session, who, recording.id or 0, form)
    )


@require(Right.KEEP_RECORDINGS)
async def withdraw(request: web.Request) -> web.StreamResponse:
    return await _act(
        request, lambda session, who, recording, _form: destroying.withdraw(session, who, recording.id or 0)
    )


@require(Right.KEEP_RECORDINGS, Right.READ_ACCESSES)
async def certificate(request: web.Request) -> web.StreamResponse:
    def work(session: Session) -> tuple[bytes, str] | None:
        certified = select(Destruction).where(
            Destruction.recording_id == int(request.match_info["id"]), col(Destruction.certificate).is_not(None)
        )
        row = session.exec(certified).first()
        return (row.certificate, f"{row.number:02}-{row.year}") if row is not None and row.certificate else None

    found = await request.app[DATABASE].run(work)
    if found is None:
        raise web.HTTPNotFound
    headers = {
        hdrs.CONTENT_DISPOSITION: f'inline; filename="certificate-{found[1]}.pdf"',
        hdrs.CACHE_CONTROL: "private, no-store",
    }
    return web.Response(body=found[0], content_type="application/pdf", headers=headers)


async def _act(request: web.Request, act: _Act) -> web.StreamResponse:
    """Before anybody decides, what lapsed or was stopped meanwhile is ended, and kept as ended."""
    account = await account_in(request)
    rules, day = request.app[RETENTION_RULES], today()
    form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}

    def work(session: Session) -> DestructionRefused | None:
        recording = _recording(session, request)
        destroying.settle(session, rules, day, recording.id)
        try:
            act(session, account, recording, form)
        except DestructionRefused as refused:
            return refused
        return None

    refused = await request.app[DATABASE].run(work)
    if refused is not None:
        return await _show(request, refused, form)
    request.app[DESTROYER].rounds.poke()
    raise web.HTTPSeeOther(str(request.app.router["recording_destruction"].url_for(id=request.match_info["id"])))


def _recording(session: Session, request: web.Request) -> Recording:
    recording = session.get(Recording, int(request.match_info["id"]))
    if recording is None:
        raise web.HTTPNotFound
    return recording


async def _show(
    request: web.Request, refused: DestructionRefused | None = None, came: dict[str, str] | None = None
) -> web.Response:
    account = await account_in(request)
    rules, day, _ = request.app[RETENTION_RULES], today(), translator_of(request)

    def work(session: Session) -> dict[str, Any]:
        recording = _recording(session, request)
        number = recording.id or 0
        destroying.settle(session, rules, day, number)
        found = destroying.kept_one(session, number, rules, day)
        rows = destroying.destructions_of(session, number)
        notes = select(func.count()).where(
            RecordingNote.recording_id == number, col(RecordingNote.removed_at).is_(None)
        )
        return {
            "recording": recording,
            "reception": session.get_one(Reception, recording.reception_id),
            "kept": found,
            "obstacle": destroying.obstacle_of(session, found, day),
            "proposal": next((row for row in rows if row.ending is None), None),
            "past": [row for row in rows if row.ending is not None],
            "chapters": session.exec(select(func.count()).where(Chapter.recording_id == number)).one(),
            "notes": session.exec(notes).one(),
            "clips": len(handed_out(session, number)),
            "names": names(session),
        }

    found = await request.app[DATABASE].run(work)
    said = _(str(refused)) if refused is not None else ""
    return await render(
        request,
        "review/destruction.html",
        status=422 if refused is not None else 200,
        own_role=account.acting is None,
        is_proposer=found["proposal"] is not None and found["proposal"].proposed_by == account.id,
        confirm_by=rules.confirmed_by(day),
        mistakes={refused.field: said} if refused is not None and refused.field else {},
        refused=said if refused is not None and not refused.field else "",
        values=came or {},
        clock=clock,
        obstacle_words=OBSTACLE_WORDS,
        stops={each.value for each in Obstacle},
        ending_words=ENDING_WORDS,
        who=lambda account_id: found["names"].get(f"account:{account_id}", ""),
        **found,
    )
