"""Who was chair of which People's Committee on which day."""

from __future__ import annotations

import html
from datetime import date

import pytest
from sqlmodel import Session, select

from server.data.engine import Database
from server.people.accounts import account_by_login
from server.people.tables import Account
from server.rooms.change_file import read_changes
from server.rooms.changing import SAMPLE_CHANGES, carry_out, look
from server.rooms.importing import SAMPLE, import_rooms
from server.rooms.offices import OfficeRefused, end, enter, holder_on, offices_of, withdraw
from server.rooms.queries import room_by_code
from server.rooms.tables import Office, OfficeHeld, Room
from tests.server.conftest import Office as Browser

FIRST, LAST = date(2024, 1, 1), date(2025, 6, 30)
CHAIR = Office.PC_CHAIR


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
