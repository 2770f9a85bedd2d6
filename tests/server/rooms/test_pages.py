"""The registry's pages, for those who keep it and for nobody else."""

from __future__ import annotations

import re

import pytest
from aiohttp import FormData

from server.people import audit
from server.rooms.importing import SAMPLE, import_rooms
from server.rooms.keys import parse_key
from tests.server.conftest import PAGE, SECRET, Office

_KEY = re.compile(r"/room#([a-z0-9-]+)")


def _fill(office: Office) -> None:
    office.database.run_here(import_rooms, SAMPLE.read_bytes(), actor="system")


@pytest.mark.parametrize(("login", "status"), [("canbo", 200), ("quantri", 200), ("chutri", 403), ("xemlai", 403)])
async def test_only_who_keeps_the_registry_sees_addresses(office: Office, login: str, status: int) -> None:
    _fill(office)
    await office.log_in(login)
    answer = await office.get("/rooms")
    assert answer.status == status
    assert bool(_KEY.search(await answer.text())) is (status == 200)


async def test_the_list_shows_every_room_with_an_address_but_the_desk(office: Office) -> None:
    _fill(office)
    await office.log_in("canbo")
    answer = await office.get("/rooms")
    text = await answer.text()
    assert answer.headers["Cache-Control"] == "no-store"
    codes = {parse_key(SECRET, key).code for key in _KEY.findall(text)}
    assert (len(codes), "22" in codes) == (190, False)
    assert "Bàn tiếp công dân tỉnh Quảng Ninh" in text
    found = await (await office.get("/rooms?q=ha+khanh")).text()
    assert "1 điểm cầu" in found
    nothing = await (await office.get("/rooms?q=<script>")).text()
    assert "Không có điểm cầu nào khớp với “&lt;script&gt;”" in nothing


async def test_the_sheet_has_a_slip_per_room_and_is_noted(office: Office) -> None:
    _fill(office)
    await office.log_in("canbo")
    text = await (await office.get("/rooms/sheet?q=co+to")).text()
    assert len(set(_KEY.findall(text))) == text.count('<article class="slip">') == 4
    assert "Thị trấn Cô Tô" in text
    assert (await office.database.run(audit.verify_chain)).whole


async def test_withdrawing_asks_first_and_gives_a_new_address(office: Office) -> None:
    _fill(office)
    await office.log_in("canbo")
    listed = await (await office.get("/rooms?q=06649")).text()
    path = re.search(r'href="(/rooms/\d+/withdraw)"', listed)
    assert path is not None
    assert "Thu hồi địa chỉ của Phường Hà Khánh?" in await (await office.get(path[1])).text()
    answer = await office.post(path[1], {}, csrf_from=path[1])
    assert answer.headers["Location"] == "/rooms?q=06649&withdrawn=06649"
    after = await (await office.get(answer.headers["Location"])).text()
    assert {parse_key(SECRET, key).version for key in _KEY.findall(after)} == {2}


@pytest.mark.parametrize("number", ["0", "99999", "1"])  # 1 is the desk, which has no address
async def test_withdrawing_what_has_no_address_is_not_found(office: Office, number: str) -> None:
    _fill(office)
    await office.log_in("canbo")
    assert (await office.get(f"/rooms/{number}/withdraw")).status == 404


async def test_importing_a_file_reports_what_was_refused(office: Office) -> None:
    await office.log_in("quantri")
    assert (await office.get("/rooms/import")).status == 200
    form = FormData()
    form.add_field("csrf", await office.csrf("/rooms/import"))
    form.add_field("valid_from", "2020-01-01")
    content = "code,name,type\n06649,Phường Hà Khánh,Phường\n6652,<b>X</b>,Phường\n"
    form.add_field("file", content.encode(), filename="rooms.csv", content_type="text/csv")
    answer = await office.client.post("/rooms/import", data=form, headers=PAGE)
    text = await answer.text()
    assert answer.status == 200
    assert "Thêm mới: 1 · thay đổi: 0 · giữ nguyên: 0 · từ chối: 1" in text
    assert "6652" in text
    assert "5 chữ số đối với cấp xã, giữ cả số 0 ở đầu" in text


@pytest.mark.parametrize(
    ("fields", "words"), [({}, "Chưa có tệp nào."), ({"valid_from": "x"}, "Chưa có tệp nào.")]
)
async def test_an_import_without_a_file_says_so(office: Office, fields: dict[str, object], words: str) -> None:
    await office.log_in("quantri")
    answer = await office.post("/rooms/import", fields, csrf_from="/rooms/import")
    assert (answer.status, words in await answer.text()) == (400, True)


async def test_only_an_administrator_imports(office: Office) -> None:
    await office.log_in("canbo")
    assert (await office.get("/rooms/import")).status == 403
    assert (await office.post("/rooms/import", {}, csrf_from="/rooms")).status == 403
