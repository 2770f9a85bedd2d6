"""Merging, renaming, splitting and ending units on the pages; nothing is done before it was shown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from aiohttp import ClientResponse, FormData
from sqlmodel import Session, select

from server.data.engine import Database
from server.people.tables import AuditEvent
from server.rooms.changing import SAMPLE_CHANGES
from server.rooms.importing import SAMPLE, import_rooms
from server.rooms.tables import Room, RoomSuccession
from server.spreadsheets import as_xlsx
from server.web.languages import today
from tests.database import Store, copied
from tests.server.conftest import PAGE, Office, add_people

_HIDDEN = re.compile(r'name="(changes|stamp)" value="([^"]*)"')
_ROOM = re.compile(r'href="(/rooms/\d+)">([^<]*)</a>')


def _register(session: Session) -> None:
    import_rooms(session, SAMPLE.read_bytes(), actor="system")


@pytest.fixture
def peopled(store: Store) -> Iterator[Database]:
    """With the whole registry of the province."""
    with copied(store, store.template("people and rooms", add_people, _register)) as database:
        yield database


async def _send(office: Office, content: bytes, name: str = "thay-doi.csv") -> ClientResponse:
    form = FormData()
    form.add_field("csrf", await office.csrf("/rooms/changes"))
    form.add_field("file", content, filename=name)
    return await office.client.post("/rooms/changes", data=form, headers=PAGE)


async def _confirm(office: Office, shown: str) -> ClientResponse:
    fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(shown)}
    assert set(fields) == {"changes", "stamp"}
    return await office.post("/rooms/changes/confirm", dict(fields), csrf_from="/rooms/changes")


def _new(code: str, name: str, number: str = "") -> dict[str, str]:
    return {f"code{number}": code, f"name{number}": name, f"type{number}": "Phường"}


def _count(session: Session) -> int:
    return len(session.exec(select(RoomSuccession)).all())


async def test_the_province_goes_from_177_to_171_to_54(office: Office) -> None:
    await office.log_in("quantri")
    shown = await (await _send(office, SAMPLE_CHANGES.read_bytes())).text()
    assert "Chưa có gì thay đổi" in shown
    assert "0 dòng bị từ chối" in shown
    assert office.database.run_here(_count) == 0
    answer = await _confirm(office, shown)
    assert answer.status == 303
    assert "điểm cầu kết thúc" in await (await office.get(answer.headers["Location"])).text()
    for day, communes, districts, name in (
        ("2024-10-31", 177, 13, "Xã Cộng Hòa"),
        ("2024-11-01", 171, 13, "Xã Hải Hòa"),
        ("2025-06-30", 171, 13, "Xã Hải Hòa"),
        ("2025-07-01", 54, 0, "Xã Hải Hòa"),
    ):
        page = await (await office.get(f"/rooms?day={day}")).text()
        assert f"Cấp xã: {communes}" in page, day
        assert (f"Cấp huyện: {districts}" in page) is (districts > 0)
        named = await (await office.get(f"/rooms?day={day}&q=06799")).text()
        assert _ROOM.findall(named)[0][1] == name
    again = await (await _send(office, SAMPLE_CHANGES.read_bytes())).text()
    assert "Không có gì phải thay đổi" in again


async def test_a_rooms_page_tells_what_was_before_and_what_came_after(office: Office) -> None:
    await office.log_in("quantri")
    await _confirm(office, await (await _send(office, SAMPLE_CHANGES.read_bytes())).text())
    listed = await (await office.get("/rooms?day=2025-03-01&q=06799")).text()
    page = await (await office.get(_ROOM.findall(listed)[0][0])).text()
    assert "Xã Cẩm Hải" in page
    assert "Xã Hải Lạng" in page
    assert "một phần" in page
    assert "không còn tồn tại" in page
    assert 'href="/room#' not in page
    assert (await office.get("/rooms/999999999")).status == 404


async def test_a_workbook_does_what_a_text_file_does_and_refused_lines_are_named(office: Office) -> None:
    await office.log_in("quantri")
    rows = [
        ["day", "predecessor", "successor", "extent"],
        ["2024-11-01", "06682", "06685", "full"],
        ["2024-11-01", "06718", "99999", "full"],
        ["hôm qua", "06718", "06712", "full"],
    ]
    shown = await (await _send(office, as_xlsx(("1", [12] * 4, rows)), "thay-doi.xlsx")).text()
    assert "2 dòng bị từ chối" in shown
    assert "hôm qua" in shown
    assert "1 điểm cầu kết thúc" in shown
    assert (await _confirm(office, shown)).status == 303
    assert office.database.run_here(_count) == 1


async def test_what_is_confirmed_is_what_was_shown(office: Office) -> None:
    await office.log_in("quantri")
    first = b"day,predecessor,successor\n2024-11-01,06682,06685\n"
    shown = await (await _send(office, first + b"2024-11-01,06718,06712\n")).text()
    await _confirm(office, await (await _send(office, first)).text())
    answer = await _confirm(office, shown)
    text = await answer.text()
    assert (answer.status, "Danh sách đã thay đổi" in text) == (409, True)
    assert office.database.run_here(_count) == 1
    assert (await _confirm(office, text)).status == 303
    assert office.database.run_here(_count) == 2
    forged = {"changes": "day,predecessor,successor\n2024-11-01,06685,06688\n", "stamp": "x" * 32}
    assert (await office.post("/rooms/changes/confirm", forged, csrf_from="/rooms/changes")).status == 409


@pytest.mark.parametrize(
    ("act", "fields", "ends", "begins"),
    [
        ("merge", {"unit1": "06682", "unit2": "Phường Bãi Cháy", "code": "06685"}, 2, 0),
        (
            "merge",
            {"unit1": "06682 Phường Yết Kiêu", "unit2": "06685", **_new("06685", "Phường Hồng Gai")},
            2,
            1,
        ),
        ("rename", {"unit1": "Xã Lương Mông", "name": "Xã Lương Minh"}, 1, 1),
        ("split", {"unit1": "06655", "code1": "06661", "code2": "06706"}, 1, 0),
        ("split", {"unit1": "06655", "code1": "06655", **_new("06656", "Phường Mới", "2")}, 0, 1),
        ("end", {"unit1": "193", "unit2": "194"}, 2, 0),
    ],
)  # fmt: skip
async def test_a_form_shows_what_would_happen_and_then_it_happens(
    office: Office, act: str, fields: dict[str, object], ends: int, begins: int
) -> None:
    await office.log_in("quantri")
    path = f"/rooms/changes/{act}"
    answer = await office.post(path, {"day": "2025-07-01", **fields}, csrf_from=path)
    shown = await answer.text()
    assert answer.status == 200
    assert f"Thực hiện: {ends} kết thúc, {begins} bắt đầu" in shown
    assert (await _confirm(office, shown)).status == 303

    def noted(session: Session) -> str:
        return session.exec(select(AuditEvent).where(AuditEvent.action == "units_changed")).one().detail

    assert "2025-07-01" in office.database.run_here(noted)
    again = await office.post(path, {"day": "2025-07-01", **fields}, csrf_from=path)
    assert again.status == 422


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("merge", {"day": "x", "unit1": "06682", "unit2": "06685", "code": "06685"}, "Chọn ngày bắt đầu"),
        ("merge", {"unit1": "06682", "code": "06685"}, "Ghi ít nhất hai đơn vị"),
        ("merge", {"unit1": "06682", "unit2": "06682", "code": "06685"}, "Ghi ít nhất hai đơn vị"),
        ("merge", {"unit1": "06682", "unit2": "Phường X", "code": "06685"}, "Chọn một đơn vị trong danh sách"),
        ("merge", {"unit1": "06682", "unit2": "Bắc Sơn", "code": "06685"}, "Chọn một đơn vị trong danh sách"),
        ("merge", {"unit1": "06682", "unit2": "06685"}, "Nhập mã của đơn vị tiếp nhận"),
        ("merge", {"unit1": "06682", "unit2": "22", "code": "06685"}, "Chọn một đơn vị trong danh sách"),
        ("merge", {"unit1": "06682", "unit2": "06685", **_new("06688", "Phường A")}, "06688"),
        ("merge", {"unit1": "06682", "unit2": "06685", "code": "abc"}, "mã đơn vị: 5 chữ số"),
        ("rename", {"unit1": "06682"}, "Nhập tên mới"),
        ("rename", {"unit1": "06682", "name": "x" * 121}, "1 đến 120 ký tự"),
        ("split", {"unit1": "06682", "code1": "06685"}, "Ghi ít nhất hai phần"),
        ("split", {"unit1": "06682", "code1": "06685", "code2": "06685"}, "mỗi phần một lần"),
        ("end", {}, "Chọn một đơn vị trong danh sách"),
    ],
)  # fmt: skip
async def test_a_form_that_cannot_be_says_why_and_changes_nothing(
    office: Office, act: str, fields: dict[str, object], words: str
) -> None:
    await office.log_in("quantri")
    path = f"/rooms/changes/{act}"
    answer = await office.post(path, {"day": "2025-07-01", **fields}, csrf_from=path)
    assert (answer.status, words in html.unescape(await answer.text())) == (422, True)

    def open_ended(session: Session) -> bool:
        return all(room.valid_to is None for room in session.exec(select(Room)))

    assert office.database.run_here(open_ended)


@pytest.mark.parametrize("login", ["canbo", "thuky", "chutri", "xemlai"])
async def test_only_an_administrator_changes_units(office: Office, login: str) -> None:
    await office.log_in(login)
    for path in ("/rooms/changes", "/rooms/changes/merge", "/rooms/changes/end"):
        assert (await office.get(path)).status == 403
        assert (await office.post(path, {"day": "2025-07-01"})).status == 403
    changes = {"changes": "day,predecessor,successor\n2024-11-01,06682,06685\n", "stamp": ""}
    assert (await office.post("/rooms/changes/confirm", changes)).status == 403


async def test_a_file_that_does_not_come_is_asked_for(office: Office) -> None:
    await office.log_in("quantri")
    answer = await office.post("/rooms/changes", {}, csrf_from="/rooms/changes")
    assert (answer.status, "Chưa có tệp nào." in await answer.text()) == (422, True)


@pytest.mark.parametrize(
    ("day", "words"), [("1999-01-01", "Danh sách bắt đầu từ ngày 01/01/2020"), ("x", "Đây không phải là ngày")]
)
async def test_a_day_without_units_says_when_they_begin(office: Office, day: str, words: str) -> None:
    await office.log_in("canbo")
    assert words in await (await office.get(f"/rooms?day={day}")).text()


async def test_new_rooms_have_their_addresses_before_they_begin(office: Office) -> None:
    await office.log_in("quantri")
    path, day = "/rooms/changes/merge", (today() + timedelta(days=30)).isoformat()
    form = {"day": day, "unit1": "06682", "unit2": "06685", **_new("06682", "Phường Hồng Gai")}
    await _confirm(office, await (await office.post(path, dict(form), csrf_from=path)).text())
    slips = {when: await (await office.get(f"/rooms/sheet?q=06682&day={when}")).text() for when in (day, "")}
    assert {when: ("Phường Hồng Gai" in text, "06682-2-" in text) for when, text in slips.items()} == {
        day: (True, True),
        "": (False, False),
    }
