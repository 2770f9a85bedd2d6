"""The board of readiness: every room green, amber or red, why, since when, who was told; and a room's history."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session

from server.data.columns import now
from server.people.accounts import subject_of
from server.people.rights import Right
from server.people.sessions import account_in
from server.readiness import telephone_pages
from server.readiness.board import BoardLine, BoardMaker
from server.readiness.contacts import (
    LONGEST,
    LONGEST_TELEPHONE,
    numbers_before,
    telephone_in,
    write_contact,
    write_telephone,
)
from server.readiness.history import CheckLine, check_lines
from server.readiness.in_touch import InTouch
from server.readiness.keeping import KeptChecks
from server.readiness.queries import RoomRecord, checks_of, contacts_of, records_on
from server.readiness.rules import Light
from server.readiness.tables import RoomCheck, RoomContact
from server.readiness.words import LIGHT_ICONS, LIGHT_WORDS, NOBODY_TOLD
from server.receptions.conductor import Conductor
from server.receptions.dated_rules import RECEPTION_RULES
from server.receptions.late_sources import LATE_SOURCES, LateLine, said_of
from server.receptions.room_checks import ROOM_CHECKS
from server.rooms.queries import room_by_id
from server.rooms.tables import Room, RoomLevel
from server.spreadsheets import XLSX, Value, as_csv, as_xlsx
from server.web.downloads import attachment
from server.web.keys import DATABASE
from server.web.languages import N_, local_time, today
from server.web.shell import language_of, render, require, translator_of

_WIDTHS = [8, 30, 20, 20, 16, 60, 60, 18, 18, 40]
_HEAD = (
    N_("Code"),
    N_("Room"),
    N_("District"),
    N_("Telephone"),
    N_("State"),
    N_("Why"),
    N_("What to ask for"),
    N_("Since"),
    N_("Checked"),
    N_("Told"),
)
_FILE = "san-sang"


@dataclass(frozen=True, slots=True)
class _Live:
    """What the pages ask besides the database. `codec`: the stage's."""

    conductor: Conductor
    in_touch: InTouch
    codec: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What a room's page reads."""

    room: Room
    checks: list[RoomCheck]
    contacts: list[tuple[RoomContact, str]]
    late: list[LateLine]
    numbers_before: list[tuple[str, str]]


_LIVE: web.AppKey[_Live] = web.AppKey("_LIVE", _Live)


def add_routes(app: web.Application, conductor: Conductor, codec: str) -> None:
    """Also gives signalling its ROOM_CHECKS. Needs DATABASE and RECEPTION_RULES in `app`."""
    app[ROOM_CHECKS] = KeptChecks(app[DATABASE], app[RECEPTION_RULES], codec)
    app[_LIVE] = _Live(conductor, InTouch(conductor), codec)
    app.router.add_get("/rooms/readiness", board, name="readiness")
    app.router.add_get("/rooms/readiness/export.{format:xlsx|csv}", export, name="readiness_export")
    telephone_pages.add_routes(app)
    app.router.add_get(r"/rooms/readiness/{id:\d{1,9}}", room_page, name="room_readiness")
    app.router.add_post(r"/rooms/readiness/{id:\d{1,9}}/told", tell)
    app.router.add_post(r"/rooms/readiness/{id:\d{1,9}}/telephone", keep_telephone)


@require(Right.SEE_LINES)
async def board(request: web.Request) -> web.StreamResponse:
    search = request.query.get("q", "")[:100]
    every = await _lines(request, search)
    light = _light_asked(request)
    counts = Counter(line.light for line in every)
    answer = await render(
        request,
        "readiness/board.html",
        lines=[line for line in every if light is None or line.light is light],
        all_rooms=len(every),
        counts=counts,
        Light=Light,
        light_words=LIGHT_WORDS,
        light_icons=LIGHT_ICONS,
        shown=light,
        search=search,
        made_at=now(),
    )
    answer.enable_compression()  # of 600 rooms a megabyte of words that repeat, every half minute
    return answer


@require(Right.SEE_LINES)
async def export(request: web.Request) -> web.StreamResponse:
    """What the board shows, with the same search and light."""
    light = _light_asked(request)
    every = await _lines(request, request.query.get("q", "")[:100])
    rows = _rows(request, [line for line in every if light is None or line.light is light])
    if request.match_info["format"] == "csv":
        return attachment(await asyncio.to_thread(as_csv, rows), f"{_FILE}.csv", "text/csv")
    return attachment(await asyncio.to_thread(as_xlsx, ("1", _WIDTHS, rows)), f"{_FILE}.xlsx", XLSX)


@require(Right.SEE_LINES)
async def room_page(request: web.Request) -> web.StreamResponse:
    return await _room_page(request, mistake="")


@require(Right.SEE_LINES)
async def tell(request: web.Request) -> web.StreamResponse:
    """Write down that the room was told, or what it said; back to where it was written."""
    form = await request.post()
    words = " ".join(str(form.get("words", "")).split())
    if not words or len(words) > LONGEST:
        return await _room_page(request, mistake="long" if words else "empty", status=422)
    actor = subject_of(await account_in(request))

    def work(session: Session) -> None:
        write_contact(session, _room_in(session, request), words, actor, now())

    await request.app[DATABASE].run(work)
    if form.get("back") == "board":
        raise web.HTTPSeeOther(str(request.app.router["readiness"].url_for()))
    here = request.app.router["room_readiness"].url_for(id=request.match_info["id"])
    raise web.HTTPSeeOther(str(here.with_fragment("told")))


@require(Right.SEE_LINES)
async def keep_telephone(request: web.Request) -> web.StreamResponse:
    """Who telephones the rooms keeps their numbers, too."""
    typed = str((await request.post()).get("telephone", ""))
    number = telephone_in(typed)
    if number is None:
        return await _room_page(request, mistake="", telephone=typed[:LONGEST], status=422)
    actor = subject_of(await account_in(request))

    def work(session: Session) -> None:
        write_telephone(session, _room_in(session, request), number, actor)

    await request.app[DATABASE].run(work)
    raise web.HTTPSeeOther(str(request.app.router["room_readiness"].url_for(id=request.match_info["id"])))


async def _room_page(
    request: web.Request, *, mistake: str, telephone: str | None = None, status: int = 200
) -> web.Response:
    """`mistake`: of what was said; `telephone`: one that can be none."""
    live, translate, language = request.app[_LIVE], translator_of(request), language_of(request)

    def work(session: Session) -> _Known:
        room = _room_in(session, request)
        return _Known(
            room,
            checks_of(session, room.id or 0),
            contacts_of(session, room.id or 0),
            request.app[LATE_SOURCES].of_room(session, room.code),
            numbers_before(session, room),
        )

    known = await request.app[DATABASE].run(work)
    room, checks, contacts = known.room, known.checks, known.contacts
    newest = contacts[0] if contacts else (None, "")
    record = RoomRecord(room, checks[0] if checks else None, *newest)
    lines: list[CheckLine] = check_lines(checks, live.codec, translate, language)
    kept = request.app[RECEPTION_RULES].checks_kept(today())
    return await render(
        request,
        "readiness/room.html",
        status=status,
        line=_maker(request).line(record, translate, language),
        checks=lines,
        contacts=contacts,
        kept_days=None if kept is None else kept.days,
        late=[said_of(each, translate) for each in known.late],
        numbers_before=known.numbers_before,
        Light=Light,
        light_words=LIGHT_WORDS,
        light_icons=LIGHT_ICONS,
        longest=LONGEST,
        longest_telephone=LONGEST_TELEPHONE,
        mistake=mistake,
        wrong_telephone=telephone,
    )


def _room_in(session: Session, request: web.Request) -> Room:
    room = room_by_id(session, int(request.match_info["id"]))
    if room is None or room.level is RoomLevel.PROVINCE:
        raise web.HTTPNotFound
    return room


def _maker(request: web.Request) -> BoardMaker:
    live = request.app[_LIVE]
    return BoardMaker(live.conductor.live, live.in_touch, live.codec, now())


async def _lines(request: web.Request, search: str) -> list[BoardLine]:
    records = await request.app[DATABASE].run(records_on, today(), search)
    return _maker(request).lines(records, translator_of(request), language_of(request))


def _light_asked(request: web.Request) -> Light | None:
    asked = request.query.get("light", "")
    return next((light for light in Light if light == asked), None)


def _rows(request: web.Request, lines: list[BoardLine]) -> list[list[Value]]:
    _, language = translator_of(request), language_of(request)
    rows: list[list[Value]] = [[_(word) for word in _HEAD]]
    for line in lines:
        told = _(NOBODY_TOLD)
        if line.contact is not None:
            at = local_time(line.contact.told_at, "HH:mm dd/MM/yyyy", language)
            told = f"{at} {line.contact.words}" + (f" ({line.told_by})" if line.told_by else "")
        rows.append(
            [
                line.room.code,
                line.room.name,
                line.district,
                line.room.telephone,
                _(LIGHT_WORDS[line.light]),
                "; ".join(sentence for sentence, _advice in line.sentences),
                " ".join(advice for _sentence, advice in line.sentences if advice),
                line.since,
                line.checked,
                told,
            ]
        )
    return rows
