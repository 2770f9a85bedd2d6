"""The receptions' office pages: the list, and one reception with its agenda, attendance and recording."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.deadlines.calendar import WorkingCalendar
from server.people.rights import Right
from server.people.sessions import account_in
from server.people.tables import Account
from server.petitions.concluded import CONCLUSIONS, Concluded
from server.petitions.heard import HEARINGS
from server.petitions.standing import TERMS
from server.receptions import (
    agenda_pages,
    cancel_pages,
    cancelling,
    help_pages,
    plan_pages,
    quality_pages,
    roll_pages,
    schedule_pages,
    summons_pages,
    wall_pages,
)
from server.receptions.agenda_view import ShownItem, shown_agenda
from server.receptions.chapters import chapters_of, merged
from server.receptions.conductor import CONDUCTOR
from server.receptions.expected import EXPECTED
from server.receptions.hearings import ReceptionHearings
from server.receptions.late_sources import LATE_SOURCES, LateLine, LateSources, SaidLate, said_late
from server.receptions.moved_rooms import MovedRooms
from server.receptions.queries import (
    RoomAttendance,
    agenda_of,
    attendance_of,
    recording_of,
)
from server.receptions.roll_queries import offices_present
from server.receptions.summons_queries import summonses_of
from server.receptions.tables import (
    AHEAD,
    ItemState,
    Reception,
    ReceptionCancellation,
    Recording,
    RecordingState,
)
from server.rooms.planned import PLANNED
from server.rooms.queries import rooms_on
from server.rooms.tables import Room, RoomLevel
from server.web.keys import DATABASE
from server.web.languages import HERE, local_day, today
from server.web.shell import language_of, render, require, translator_of


def add_routes(app: web.Application) -> None:
    """All office pages of receptions; the player is `server.review`'s. Also gives the register its HEARINGS. Needs
    in `app` when a page is asked for: CONCLUSIONS, which `server.conclusions.pages.add_routes` gives, TERMS,
    RECEPTION_RULES, OFFICES, CONDUCTOR, EXPECTED, which `server.registrations.pages` gives, and LATE_SOURCES."""
    app[HEARINGS] = ReceptionHearings()
    app[PLANNED] = MovedRooms()
    schedule_pages.add_routes(app)
    app.router.add_get(r"/receptions/{id:\d{1,9}}", detail, name="reception")
    quality_pages.add_routes(app)
    wall_pages.add_routes(app)
    help_pages.add_routes(app)
    summons_pages.add_routes(app)
    roll_pages.add_routes(app)
    plan_pages.add_routes(app)
    agenda_pages.add_routes(app)


@dataclass(frozen=True, slots=True)
class _Detail:
    reception: Reception
    items: list[ShownItem]
    rooms: list[Room]  # of that day, but the desk
    attendance: list[RoomAttendance]
    recording: Recording | None
    chapters: dict[int, tuple[float, float]]  # first second and length, by item
    cancellation: ReceptionCancellation | None
    moved_to: Reception | None
    moved_from: Reception | None
    summoned: int  # rooms
    present: dict[int, int]  # offices present, by item
    late: list[LateLine]


def _read(session: Session, reception_id: int, account: Account, late: LateSources) -> _Detail | None:
    reception = session.get(Reception, reception_id)
    if reception is None:
        return None
    cancellation = cancelling.cancellation_of(session, reception_id)
    moved_to_id = None if cancellation is None else cancellation.moved_to_id
    recording = recording_of(session, reception_id)
    watched = recording is not None and recording.state is RecordingState.SEALED
    spans = chapters_of(session, recording.id or 0) if recording and watched else {}
    chapters = {
        item: (of_item[0][0], sum(end - start for start, end in of_item))
        for item, found in spans.items()
        if (of_item := merged(found))
    }
    return _Detail(
        reception=reception,
        items=shown_agenda(agenda_of(session, reception_id), account.role),
        rooms=[
            room
            for room in rooms_on(session, reception.planned_at.astimezone(HERE).date())
            if room.level is not RoomLevel.PROVINCE
        ],
        attendance=attendance_of(session, reception_id),
        recording=recording,
        chapters=chapters,
        cancellation=cancellation,
        moved_to=None if moved_to_id is None else session.get(Reception, moved_to_id),
        moved_from=cancelling.predecessor_of(session, reception_id),
        present=offices_present(session, reception_id),
        late=late.of_reception(session, reception_id),
        summoned=sum(row.withdrawn_at is None for row, _ in summonses_of(session, reception_id)),
    )


def _rest_day(calendar: WorkingCalendar, day: date) -> str | None:
    """The holiday's name, empty for a weekend; None for a day that is worked, or of a year nobody entered."""
    if day.year not in calendar.years or calendar.is_working(day):
        return None
    return calendar.name_of(day)


def _said_late(request: web.Request, found: _Detail) -> list[SaidLate]:
    """Where somebody looks after the end: what is still to come of this reception, and what became of the rest."""
    around, number = request.app[CONDUCTOR].live.around, found.reception.id or 0
    codes = [room.code for room in found.rooms]
    translate, language = translator_of(request), language_of(request)
    return said_late(around.keeping, around.links.is_in_touch, codes, found.late, translate, language, number)


@require(Right.READ_RECEPTIONS)
async def detail(request: web.Request) -> web.StreamResponse:
    account = await account_in(request)
    reception_id = int(request.match_info["id"])
    conclusions, calendar = request.app[CONCLUSIONS], request.app[TERMS].calendar

    def work(session: Session) -> tuple[_Detail, list[Concluded], Any] | None:
        read = _read(session, reception_id, account, request.app[LATE_SOURCES])
        if read is None:
            return None
        expected = request.app[EXPECTED].of_reception(session, read.reception, account)
        return read, conclusions.of_reception(session, reception_id, account.role, calendar, today()), expected

    answer = await request.app[DATABASE].run(work)
    if answer is None:
        raise web.HTTPNotFound
    found, concluded, expected = answer
    running = found.reception.state in AHEAD
    cancellation, plans = found.cancellation, Right.PLAN_RECEPTIONS in account.rights
    waiting = [item.id for item in found.items if item.item.state == ItemState.WAITING]
    return await render(
        request,
        "receptions/detail.html",
        reception=found.reception,
        items=found.items,
        concluded=concluded,
        expected=expected,
        today=today(),
        rooms=len(found.rooms),
        late=_said_late(request, found),
        room_names={room.code: room.name for room in found.rooms},
        attendance=found.attendance,
        recording=found.recording,
        chapters=found.chapters,
        cancellation=cancellation,
        moved_to=found.moved_to,
        moved_from=found.moved_from,
        check=cancellation and cancel_pages.check_of(request.app, found.reception, cancellation.announced_on),
        summoned=found.summoned,
        present=found.present,
        may_plan=running and plans,
        may_complete=plans,
        may_see_visits=Right.READ_VISITS in account.rights,
        may_console=running and Right.SEE_CONSOLE in account.rights,
        rest_day=_rest_day(calendar, local_day(found.reception.planned_at)),
        first_waiting=waiting[0] if waiting else None,
        last_waiting=waiting[-1] if waiting else None,
    )
