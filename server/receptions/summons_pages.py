"""Summoning rooms to a reception, and the board: who was summoned, saw it, comes, cannot, and is ready."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from server.data.columns import now
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Role
from server.receptions import summoning
from server.receptions.agenda_view import ShownItem, shown_agenda
from server.receptions.asking import reception_in
from server.receptions.conductor import CONDUCTOR
from server.receptions.dated_rules import RECEPTION_RULES
from server.receptions.line_quality import Quality
from server.receptions.line_words import LineWords, line_words
from server.receptions.live import Live
from server.receptions.offices import OFFICES
from server.receptions.plan_forms import FilledForm
from server.receptions.queries import agenda_of
from server.receptions.rules import is_connected
from server.receptions.summons_forms import proposed_hour, read_summons
from server.receptions.summons_queries import summonses_of
from server.receptions.summons_rules import Lack, Readiness, Standing, standing_of, urgency
from server.receptions.summons_tables import Summons, SummonsAnswered
from server.receptions.tables import AHEAD, Reception, ReceptionState
from server.rooms.tables import Room
from server.web.keys import DATABASE
from server.web.languages import HERE, N_, local_day
from server.web.shell import language_of, render, require, translator_of

STANDING_WORDS: dict[Standing, str] = {
    Standing.CANNOT: N_("Cannot come"),
    Standing.ASKED: N_("Summoned, not seen yet"),
    Standing.SEEN: N_("Seen, not answered"),
    Standing.COMING: N_("Will be there"),
    Standing.WITHDRAWN: N_("Not wanted any more"),
}
STANDING_ICONS = {
    Standing.CANNOT: "circle-x",
    Standing.ASKED: "mail",
    Standing.SEEN: "eye",
    Standing.COMING: "circle-check",
    Standing.WITHDRAWN: "ban",
}
LACK_WORDS: dict[Lack, str] = {
    Lack.CONNECTION: N_("Not connected"),
    Lack.WAITING: N_("In touch; switches itself on at its hour"),
    Lack.CAMERA: N_("No camera"),
    Lack.MICROPHONE: N_("No microphone"),
    Lack.LINE: N_("Line in trouble"),
    Lack.SOFTWARE: N_("Old software"),
}


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One room of the board; every word is made."""

    room: Room
    summons: Summons
    standing: Standing
    comes: str  # names of offices
    noted: bool  # that it is not wanted any more
    lacks: tuple[Lack, ...]
    line: str
    software: str


@dataclass(frozen=True, slots=True)
class Found:
    items: list[ShownItem]  # those that rooms may receive
    rooms: dict[int, int]  # how many rooms may receive an item
    all_rooms: int
    left_out: int  # rooms that an item concerns, and that are not summoned
    summonses: list[tuple[Summons, Room]]


def add_routes(app: web.Application) -> None:
    """Needs CONDUCTOR, OFFICES and RECEPTION_RULES in `app` when a page is asked for."""
    app.router.add_get(r"/receptions/{id:\d{1,9}}/summons", board, name="summons")
    app.router.add_post(r"/receptions/{id:\d{1,9}}/summons", summon)
    app.router.add_post(r"/receptions/{id:\d{1,9}}/summons/remind", remind, name="summons_remind")


@require(Right.READ_RECEPTIONS)
async def board(request: web.Request) -> web.StreamResponse:
    reception = await reception_in(request, *ReceptionState)
    return await _board(request, reception, None)


@require(Right.PLAN_RECEPTIONS)
async def summon(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception = await reception_in(request, *AHEAD)
    filled, wanted = read_summons(await request.post(), reception, datetime.now(HERE))
    if wanted is None:
        return await _board(request, reception, filled, status=422)

    def work(session: Session) -> None:
        present = session.get_one(Reception, reception.id)
        summoning.summon(session, present, wanted, subject_of(account), now())

    await request.app[DATABASE].run(work)
    await request.app[CONDUCTOR].look_again()
    raise _to_board(request)


@require(Right.PLAN_RECEPTIONS)
async def remind(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception = await reception_in(request, *AHEAD)

    def work(session: Session) -> None:
        present = session.get_one(Reception, reception.id)
        summoning.remind(session, present, subject_of(account), now())

    await request.app[DATABASE].run(work)
    await request.app[CONDUCTOR].look_again()
    raise _to_board(request)


def _to_board(request: web.Request) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(str(request.app.router["summons"].url_for(id=request.match_info["id"])))


def _read(session: Session, reception_id: int, role: Role) -> Found:
    reception = session.get_one(Reception, reception_id)
    rooms = summoning.rooms_of(session, reception)
    counts = Counter(item for concerned in rooms for item in concerned.items)
    rows = summonses_of(session, reception_id)
    summoned = {room.code for row, room in rows if row.withdrawn_at is None}
    return Found(
        items=[item for item in shown_agenda(agenda_of(session, reception_id), role) if counts[item.id]],
        rooms=dict(counts),
        all_rooms=len(rooms),
        left_out=sum(bool(each.items) and each.room.code not in summoned for each in rooms) if rows else 0,
        summonses=rows,
    )


async def _board(
    request: web.Request, reception: Reception, filled: FilledForm | None, *, status: int = 200
) -> web.Response:
    account = await account_in(request)
    found = await request.app[DATABASE].run(_read, reception.id or 0, account.role)
    held = reception.state in AHEAD
    lines = _lines(request, found.summonses)
    counts = Counter(line.standing for line in lines)
    _ = translator_of(request)
    return await render(
        request,
        "receptions/summons.html",
        status=status,
        reception=reception,
        found=found,
        lines=lines,
        counts=counts,
        Standing=Standing,
        standing_words=STANDING_WORDS,
        standing_icons=STANDING_ICONS,
        lack_words=LACK_WORDS,
        ready=sum(not line.lacks for line in lines if line.standing is not Standing.WITHDRAWN),
        summoned=len(lines) - counts[Standing.WITHDRAWN],
        unanswered=counts[Standing.ASKED] + counts[Standing.SEEN],
        held=held,
        may_summon=held and Right.PLAN_RECEPTIONS in account.rights,
        values=_values(request, reception, found) if filled is None else filled.values,
        mistakes={} if filled is None else {name: _(said) for name, said in filled.mistakes.items()},
        printed_at=now(),
    )


def _values(request: web.Request, reception: Reception, found: Found) -> dict[str, str]:
    """What the form proposes: the rooms of every item, at the hour said last, else the usual time before."""
    standing = [row for row, _room in found.summonses if row.withdrawn_at is None]
    last = max(standing, key=lambda row: row.sent_at, default=None)
    lead = request.app[RECEPTION_RULES].summons_lead(local_day(reception.planned_at))
    usual = reception.planned_at - lead if last is None else last.be_there_at
    return {
        "whom": "items" if found.items else "everyone",
        "items": " ".join(str(item.id) for item in found.items),
        "clock": proposed_hour(usual, reception, now()),
        "note": "" if last is None else last.note,
    }


def _lines(request: web.Request, summonses: list[tuple[Summons, Room]]) -> list[BoardLine]:
    live, language = request.app[CONDUCTOR].live, language_of(request)
    offices, translate = request.app[OFFICES], translator_of(request)
    lines = []
    for row, room in summonses:
        standing, ready = standing_of(row), _readiness(live, room.code, row.be_there_at)
        line = BoardLine(
            room=room,
            summons=row,
            standing=standing,
            comes=", ".join(offices.name(code, language) for code in row.office_codes),
            noted=row.answer is SummonsAnswered.NOTED,
            lacks=ready.lacks,
            line=_line(line_words(ready.line, translate, language), ready),
            software=ready.software if ready.connected else "",
        )
        lines.append((urgency(standing, ready), room.code, line))
    return [line for _urgency, _code, line in sorted(lines, key=lambda each: each[:2])]


def _line(words: LineWords, ready: Readiness) -> str:
    """Before anything is sent there is no picture to judge by; what was measured is there."""
    if not ready.connected:
        return ""
    if ready.line.quality is Quality.IDLE:
        return ", ".join(part for part in (words.loss, words.round_trip) if part)
    return words.sentence


def _readiness(live: Live, code: str, be_there_at: datetime) -> Readiness:
    around = live.around
    return Readiness(
        connected=is_connected(around.links.state_of(code)),
        devices=around.devices.get(code),
        line=around.lines.of(code),
        software=around.software.get(code, ""),
        waits=around.links.is_in_touch(code) and now() < be_there_at,
    )
