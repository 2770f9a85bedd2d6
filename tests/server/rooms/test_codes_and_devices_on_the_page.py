"""Handing out codes, printing a sheet of them, revoking a device: for those who keep the rooms and nobody else."""

from __future__ import annotations

import html
import re

import pytest
from aiohttp import ClientResponse

from server.rooms.device_rules import SIGNS, code_in
from server.rooms.device_tables import RoomDevice, RoomEnrolment
from server.web.languages import today
from signaling.enrolment import DEVICE_COOKIE as COOKIE
from tests.server.conftest import Office
from tests.server.rooms.test_a_browser_is_enrolled import enrol, make_code, rows

_CODE = re.compile(rf"enrolment-code[^>]*>([{SIGNS}]{{4}}-[{SIGNS}]{{4}})<")
HA_KHANH, DESK = "06649", "22"


async def room_path(office: Office, code: str = HA_KHANH) -> str:
    listed = await (await office.get(f"/rooms?q={code}")).text()
    found = re.search(r'href="(/rooms/\d+)"', listed)
    assert found is not None
    return found[1]


async def said(answer: ClientResponse) -> str:
    return html.unescape(await answer.text())


@pytest.fixture
async def keeper(office: Office) -> Office:
    """An officer before a province; the sample's rooms are there."""
    make_code(office, "06655")
    await office.log_in("canbo")
    return office


async def test_a_code_is_shown_once_and_enrols_a_browser(keeper: Office) -> None:
    path = await room_path(keeper)
    assert "Chưa có thiết bị nào" in await said(await keeper.get(path))
    answer = await keeper.post(f"{path}/code", {}, csrf_from=path)
    text = await said(answer)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    (code,) = _CODE.findall(text)
    assert "<svg" in text
    assert "Mã chỉ hiện lần này" in text
    assert (await keeper.get(f"{path}/code")).status == 405
    room = await said(await keeper.get(path))
    assert "Một mã đã cấp lúc" in room
    assert code not in room
    assert (await enrol(keeper, code, name="Máy hội trường")).status == 200
    room = await said(await keeper.get(path))
    assert "Máy hội trường" in room
    assert "Một mã đã cấp lúc" not in room


async def test_the_picture_opens_the_page_as_the_browser_reaches_it(
    keeper: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr("server.rooms.device_pages.drawn", lambda text, mask=None: drawn.append(text) or "")
    path = await room_path(keeper)
    host = f"{keeper.client.host}:{keeper.client.port}"
    for origin in (f"https://{host}", "https://example.org", "javascript:alert(1)", ""):
        await keeper.post(f"{path}/code", {"origin": origin}, csrf_from=path)
    assert [each.rpartition("#ma=")[0] for each in drawn] == [f"https://{host}/room"] + [f"http://{host}/room"] * 3
    assert all(code_in(each.rpartition("=")[2]) for each in drawn)


@pytest.mark.parametrize("login", ["chutri", "thuky", "xemlai"])
async def test_who_does_not_keep_the_rooms_gives_out_nothing(office: Office, login: str) -> None:
    make_code(office)
    await office.log_in(login)
    for path in ("/rooms/2/code", "/rooms/codes", "/rooms/2/devices/1/revoke"):
        assert (await office.post(path, {}, csrf_from="/password")).status == 403, path
    assert len(rows(office, RoomEnrolment)) == 1


async def test_the_desk_and_what_is_over_get_no_code(keeper: Office) -> None:
    path = await room_path(keeper)
    for other in ("/rooms/1", "/rooms/999999"):  # 1 is the desk
        assert (await keeper.post(f"{other}/code", {}, csrf_from=path)).status == 404
    assert "Cấp mã mới" not in await said(await keeper.get("/rooms/1"))


async def test_a_device_is_revoked_after_a_question(keeper: Office) -> None:
    path = await room_path(keeper)
    answer = await enrol(keeper, make_code(keeper), name="<b>Máy</b>")
    assert answer.cookies[COOKIE].value
    text = await (await keeper.get(path)).text()
    assert "&lt;b&gt;Máy&lt;/b&gt;" in text
    revoke = re.search(rf'href="({path}/devices/\d+/revoke)"', text)
    assert revoke is not None
    assert "Thu hồi “<b>Máy</b>” của Phường Hà Khánh?" in await said(await keeper.get(revoke[1]))
    done = await keeper.post(revoke[1], {}, csrf_from=revoke[1])
    assert done.headers["Location"] == f"{path}?revoked=1#devices"
    after = await said(await keeper.get(f"{path}?revoked=1"))
    assert "1 thiết bị đã thu hồi" in after
    assert "Đã thu hồi thiết bị." in after
    (device,) = rows(keeper, RoomDevice)
    assert isinstance(device, RoomDevice)
    assert device.revoked_by.startswith("account:")
    assert "Thiết bị đã được thu hồi lúc" in await said(await keeper.get(revoke[1]))


async def test_a_device_of_another_room_is_not_found(keeper: Office) -> None:
    await enrol(keeper, make_code(keeper))
    assert (await keeper.get("/rooms/3/devices/1/revoke")).status == 404
    assert (await keeper.post("/rooms/3/devices/1/revoke", {}, csrf_from="/rooms")).status == 404


async def test_the_sheet_asks_first_and_says_what_it_replaces(keeper: Office) -> None:
    await enrol(keeper, make_code(keeper))
    question = await said(await keeper.get("/rooms/codes"))
    assert "Cấp mã cho 190 điểm cầu?" in question
    assert "1 mã đã cấp mà chưa dùng sẽ hết hiệu lực." in question
    assert "Bỏ qua 1 điểm cầu đã có thiết bị" in question
    answer = await keeper.post("/rooms/codes", {"without": "1"}, csrf_from="/rooms/codes")
    text = await said(answer)
    codes = _CODE.findall(text)
    assert (len(set(codes)), text.count('class="qr"')) == (189, 189)
    assert answer.headers["Cache-Control"] == "no-store"
    assert f"{today():%Y}" in text
    assert (await enrol(keeper, codes[0])).status == 200


async def test_the_sheet_of_what_was_searched(keeper: Office) -> None:
    question = await said(await keeper.get("/rooms/codes?q=ha+khanh"))
    assert "Cấp mã cho 1 điểm cầu?" in question
    assert "hết hiệu lực" not in question
    text = await said(await keeper.post("/rooms/codes", {"q": "ha khanh"}, csrf_from="/rooms/codes"))
    assert len(_CODE.findall(text)) == 1
    assert "Không có điểm cầu nào của hôm nay" in await said(await keeper.get("/rooms/codes?q=%3Cscript%3E"))
