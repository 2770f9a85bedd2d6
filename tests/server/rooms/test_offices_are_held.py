"""Who was chair of which People's Committee on which day."""

from __future__ import annotations

import html
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from server.data.engine import Database
from server.people.accounts import account_by_login
from server.people.tables import Account
from server.rooms.change_file import read_changes
from server.rooms.changing import SAMPLE_CHANGES, carry_out, look
from server.rooms.departments import read_departments
from server.rooms.importing import SAMPLE, import_rooms
from server.rooms.offices import (
    OfficeRefused,
    departments_of_account,
    end,
    enter,
    holder_on,
    offices_of,
    units_of_account,
    withdraw,
)
from server.rooms.queries import room_by_code
from server.rooms.tables import Office, OfficeHeld, Room
from tests.server.conftest import Office as Browser

FIRST, LAST = date(2024, 1, 1), date(2025, 6, 30)
CHAIR, OFFICER = Office.PC_CHAIR, Office.DEPARTMENT_OFFICER
DEPARTMENTS = read_departments(Path("/nonexistent"), [])


def _fill(session: Session) -> None:
    import_rooms(session, SAMPLE.read_bytes(), actor="system")
    carry_out(session, look(session, read_changes(SAMPLE_CHANGES.read_bytes()).rows), actor="system")


def _room(session: Session, code: str, day: date) -> Room:
    room = room_by_code(session, code, day)
    assert room is not None
    return room


def _account(session: Session, login: str) -> Account:
    account = account_by_login(session, login)
    assert account is not None
    return account


def _enter(session: Session, login: str, code: str, first: date, last: date | None = None) -> OfficeHeld:
    room = _room(session, code, first)
    return enter(session, _account(session, login), CHAIR, room, (first, last), "", actor="account:5")


def test_who_was_chair_on_a_day_follows_from_the_offices(peopled: Database) -> None:
    def work(session: Session) -> None:
        _fill(session)
        _enter(session, "chutri", "22", FIRST, LAST)
        _enter(session, "canbo", "22", date(2025, 7, 1))
        desk = _room(session, "22", FIRST)
        on = {
            day: holder_on(session, desk, CHAIR, day)
            for day in (date(2023, 12, 31), FIRST, LAST, date(2025, 7, 1))
        }
        assert [account.login if account else None for account in on.values()] == [
            None,
            "chutri",
            "chutri",
            "canbo",
        ]

    peopled.run_here(work)


def test_an_office_ends_with_its_unit(peopled: Database) -> None:
    def work(session: Session) -> None:
        _fill(session)
        row = _enter(session, "chutri", "193", FIRST)
        assert row.last_day == LAST
        with pytest.raises(OfficeRefused) as refused:
            _enter(session, "canbo", "194", FIRST, date(2025, 7, 1))
        assert refused.value.field == "last_day"

    peopled.run_here(work)


def test_an_office_without_a_last_day_ends_with_its_unit_when_that_ends(peopled: Database) -> None:
    def work(session: Session) -> None:
        _fill(session)
        officer, unit = _account(session, "canbo"), _room(session, "22", FIRST)
        assert unit.valid_to is None
        enter(session, officer, Office.ROOM_OFFICER, unit, (FIRST, None), "", actor="account:5")
        unit.valid_to = LAST
        session.add(unit)
        assert units_of_account(session, officer, LAST) == [unit]
        assert units_of_account(session, officer, LAST + timedelta(days=1)) == []

    peopled.run_here(work)


def test_one_person_at_a_time_until_it_was_ended_or_withdrawn(peopled: Database) -> None:
    def work(session: Session) -> None:
        _fill(session)
        row = _enter(session, "chutri", "22", FIRST)
        with pytest.raises(OfficeRefused) as refused:
            _enter(session, "canbo", "22", LAST)
        assert refused.value.values == {"name": "Chủ trì"}
        with pytest.raises(OfficeRefused):
            end(session, row, date(2023, 1, 1), actor="account:5")
        end(session, row, date(2025, 6, 29), actor="account:5")
        second = _enter(session, "canbo", "22", LAST)
        withdraw(session, second, actor="account:5")
        _enter(session, "thuky", "22", LAST)
        assert [held.row.withdrawn_at is None for held in offices_of(session, second.account_id)] == [False]

    peopled.run_here(work)


def test_a_department_has_officers_until_it_ends_and_no_other_office(peopled: Database) -> None:
    former = DEPARTMENTS.named("so tai nguyen va moi truong", FIRST)
    assert former is not None

    def work(session: Session) -> None:
        _fill(session)
        account, desk = _account(session, "canbo"), _room(session, "22", FIRST)
        for office, place in ((CHAIR, former), (OFFICER, desk), (OFFICER, None)):
            with pytest.raises(OfficeRefused) as refused:
                enter(session, account, office, place, (FIRST, None), "", actor="account:5")
            assert refused.value.field == "unit"
        row = enter(session, account, OFFICER, former, (FIRST, None), "", actor="account:5")
        assert (row.room_id, row.department, row.last_day) == (None, former.name, date(2025, 2, 28))
        with pytest.raises(OfficeRefused) as refused:
            enter(session, account, OFFICER, former, (FIRST, LAST), "", actor="account:5")
        assert refused.value.field == "last_day"
        # Several at once; and an office of a department is none of a unit's.
        enter(session, _account(session, "thuky"), OFFICER, former, (FIRST, None), "", actor="account:5")
        assert units_of_account(session, account, FIRST) == []
        assert departments_of_account(session, account, FIRST) == [former.name]
        assert departments_of_account(session, account, LAST) == []

    peopled.run_here(work)


@pytest.mark.parametrize("department", [None, "Sở Y tế"])
def test_the_database_keeps_an_office_to_one_place(peopled: Database, department: str | None) -> None:
    def work(session: Session) -> None:
        _fill(session)
        row = _enter(session, "chutri", "22", FIRST)
        row.department, row.room_id = department or "", row.room_id if department else None
        session.add(row)

    with pytest.raises(IntegrityError, match="ck_office_held_of_one"):
        peopled.run_here(work)


async def test_an_officer_of_a_department_is_entered_on_the_page(office: Browser) -> None:
    office.database.run_here(_fill)
    ids = office.database.run_here(lambda s: {a.login: a.id for a in s.exec(select(Account))})
    path = f"/accounts/{ids['xemlai']}/offices"
    form = {"office": "department_officer", "unit": "sở y tế", "first_day": "2026-01-01", "document": "9/QĐ-SYT"}
    await office.log_in("quantri")
    assert '<option value="Sở Công Thương">' in await (await office.get(path)).text()
    for wrong, words in (
        ({"unit": "Hội Nông dân tỉnh"}, "Cơ quan ngoài danh sách thì không có cán bộ"),
        ({"unit": "22"}, "Chọn một sở, ban, ngành"),
        ({"unit": "Sở Kế hoạch và Đầu tư"}, "có trong danh sách vào ngày đầu"),
        ({"unit": ""}, "Chọn một sở, ban, ngành"),
        ({"office": "room_officer"}, "Chọn một đơn vị"),
    ):
        answer = await office.post(path, {**form, **wrong}, csrf_from=path)
        assert (answer.status, words in html.unescape(await answer.text())) == (422, True), wrong
    assert (await office.post(path, dict(form), csrf_from=path)).status == 303
    page = await (await office.get(path)).text()
    assert "<td>Sở Y tế</td>" in page
    assert "hôm nay không có trong danh sách" not in page
    office.database.run_here(_take_off_the_list)
    assert "hôm nay không có trong danh sách" in await (await office.get(path)).text()
    assert (await office.post(f"{path}/1/withdraw", {}, csrf_from=path)).status == 303
    assert "đã thu hồi" in await (await office.get(path)).text()


def _take_off_the_list(session: Session) -> None:
    held = session.exec(select(OfficeHeld)).one()
    held.department = "Sở Thương mại"
    session.add(held)


async def test_an_office_is_entered_ended_and_withdrawn_on_the_page(office: Browser) -> None:
    office.database.run_here(_fill)
    ids = office.database.run_here(lambda s: {a.login: a.id for a in s.exec(select(Account))})
    path = f"/accounts/{ids['chutri']}/offices"
    form = {"office": "pc_chair", "unit": "22", "first_day": "2024-01-01", "document": "45/NQ-HĐND"}
    await office.log_in("quantri")
    for wrong, words in (
        ({"unit": "Bắc Sơn"}, "Chọn một đơn vị"),
        ({"office": "king"}, "Chọn một mục"),
        ({"first_day": "x"}, "Chọn ngày đầu"),
        ({"last_day": "2023-01-01"}, "Chọn ngày đầu"),
        ({"last_day": "x"}, "Chọn ngày đầu"),
    ):
        answer = await office.post(path, {**form, **wrong}, csrf_from=path)
        assert (answer.status, words in html.unescape(await answer.text())) == (422, True), wrong
    assert (await office.post(path, dict(form), csrf_from=path)).status == 303
    assert "45/NQ-HĐND" in await (await office.get(path)).text()
    assert (await office.post(f"{path}/1/end", {"last_day": "x"}, csrf_from=path)).status == 422
    assert (await office.post(f"{path}/1/end", {"last_day": "2026-06-30"}, csrf_from=path)).status == 303
    assert "30/06/2026" in await (await office.get(path)).text()
    assert (await office.post(f"{path}/1/withdraw", {}, csrf_from=path)).status == 303
    assert "đã thu hồi" in await (await office.get(path)).text()
    other = f"/accounts/{ids['canbo']}/offices/1/end"
    assert (await office.post(other, {"last_day": "2026-06-30"}, csrf_from=path)).status == 404
