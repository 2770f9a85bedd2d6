"""Units change: what was heard keeps its rooms, what is planned follows where that is certain."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from sqlmodel import Session, col, select

from server.people.accounts import account_by_login
from server.receptions.agenda import add_item, create_reception, set_audience
from server.receptions.queries import agenda_of
from server.receptions.tables import Attendance, Audience, Reception, ReceptionState
from server.rooms.offices import enter
from server.rooms.queries import room_by_code
from server.rooms.tables import Office, Room, RoomLevel
from server.web.languages import today
from tests.server.demo.fixtures import Province, petition
from tests.server.receptions_office.test_agenda_rules import PLAN

_HIDDEN = re.compile(r'name="(changes|stamp)" value="([^"]*)"')


async def _change(province: Province, act: str, **fields: str) -> str:
    """From tomorrow on; the text of the preview."""
    path = f"/rooms/changes/{act}"
    day = (today() + timedelta(days=1)).isoformat()
    answer = await province.post(path, {"day": day, **fields}, csrf_from=path)
    shown = await answer.text()
    assert answer.status == 200, shown
    hidden = {name: html.unescape(value) for name, value in _HIDDEN.findall(shown)}
    assert (await province.post("/rooms/changes/confirm", dict(hidden), csrf_from=path)).status == 303
    return html.unescape(shown)


def _attended(session: Session) -> tuple[int, list[Room]]:
    """The last reception that was held, and the communes that were there."""
    reception = session.exec(
        select(Reception).where(Reception.state == ReceptionState.ENDED).order_by(col(Reception.planned_at).desc())
    ).first()
    assert reception is not None
    there = (
        select(Room)
        .join(Attendance)
        .where(Attendance.reception_id == reception.id, Room.level == RoomLevel.COMMUNE)
    )
    rooms = {room.code: room for room in session.exec(there)}
    return reception.id or 0, list(rooms.values())


async def test_a_reception_that_was_held_keeps_the_names_of_its_rooms(province: Province) -> None:
    number, rooms = province.database.run_here(_attended)
    first, second = rooms[:2]
    await province.as_("quantri")
    before = await province.page(f"/receptions/{number}")
    assert first.name in html.unescape(before)
    new = {"code": first.code, "name": "Phường Mới Lập", "type": "Phường"}
    await _change(province, "merge", unit1=first.code, unit2=second.code, **new)
    after = html.unescape(await province.page(f"/receptions/{number}"))
    assert first.name in after
    assert second.name in after
    assert "Phường Mới Lập" not in after
    listed = await province.page(f"/rooms?day={(today() + timedelta(days=1)).isoformat()}&q={first.code}")
    assert "Phường Mới Lập" in html.unescape(listed)


def _planned(session: Session) -> tuple[int, str]:
    """One item before a commune and its district, years ahead."""
    reception = create_reception(session, PLAN)
    item = add_item(session, reception.id or 0, [petition(session, "KG-0225").id or 0], limit=9)
    commune = room_by_code(session, "06925", today())
    district = room_by_code(session, "201", today())
    assert commune is not None
    assert district is not None
    set_audience(session, item.id or 0, Audience.ROOMS, [commune.id or 0, district.id or 0])
    return reception.id or 0, reception.title


def _codes(session: Session, reception: int) -> set[str]:
    return set(agenda_of(session, reception)[0].room_codes)


async def test_a_planned_audience_follows_where_a_room_becomes_another_as_a_whole(province: Province) -> None:
    reception, title = province.database.run_here(_planned)
    name = province.database.run_here(lambda session: room_by_code(session, "06928", today()))
    assert name is not None
    await province.as_("quantri")
    shown = await _change(province, "merge", unit1="06925", unit2="06931", code="06928")
    assert title in shown
    assert f"→ {name.name}" in shown
    assert province.database.run_here(_codes, reception) == {"06928", "201"}
    assert "không còn tồn tại vào ngày tiếp" not in await province.page("/rooms")


async def test_where_a_room_is_split_somebody_has_to_decide(province: Province) -> None:
    reception, title = province.database.run_here(_planned)
    await province.as_("quantri")
    shown = await _change(province, "split", unit1="06925", code1="06928", code2="06931")
    assert title in shown
    assert "cần quyết định" in shown
    assert province.database.run_here(_codes, reception) == {"06925", "201"}
    page = html.unescape(await province.page("/rooms"))
    assert "1 mục đã lên lịch mời điểm cầu không còn tồn tại vào ngày tiếp" in page
    assert title in page


async def test_whoever_keeps_the_rooms_learns_nothing_of_the_matter(province: Province) -> None:
    province.database.run_here(_planned)
    summary = province.database.run_here(petition, "KG-0225").summary
    await province.as_("quantri")
    shown = await _change(province, "split", unit1="06925", code1="06928", code2="06931")
    assert summary not in shown
    assert summary not in html.unescape(await province.page("/rooms"))


async def test_a_new_plan_begins_with_who_is_chair_that_day(province: Province) -> None:
    def appoint(session: Session) -> None:
        desk, account = room_by_code(session, "22", today()), account_by_login(session, "chutri")
        assert account is not None
        enter(session, account, Office.PC_CHAIR, desk, (today(), None), "", actor="account:7")

    await province.as_("thuky")
    assert 'name="host_name" value=""' in await province.page("/receptions/new")
    province.database.run_here(appoint)
    assert 'name="host_name" value="Vũ Đình Lãm"' in html.unescape(await province.page("/receptions/new"))
