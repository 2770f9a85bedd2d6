"""The office reads out a code; it is typed once, and that browser is the room until it is revoked."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import log_in
from tests.browser.room_page import RoomPage
from tests.scenarios.province import CAO_XANH, HA_KHANH, Province

pytestmark = pytest.mark.browser

DIRECTORY = os.environ.get("TIEPDAN_SCREENSHOTS", "")


async def new_code(office: Page, address: str, room: str) -> str:
    await office.goto(f"{address}/rooms?q={room}")
    await office.locator("th a[href^='/rooms/']").click()
    await office.get_by_role("button", name="Cấp mã mới").click()
    return await office.get_by_test_id("code").inner_text()


async def test_a_code_is_typed_once_and_the_device_comes_back_by_itself_until_it_is_revoked(
    province: Province, chromium: Chromium
) -> None:
    office = (window := await chromium.window("office")).page
    await log_in(window, province.address, "canbo")
    code = await new_code(office, province.address, HA_KHANH)
    await photograph(office, "code")

    room = RoomPage(await chromium.window("room"), HA_KHANH)
    await room.page.goto(f"{province.address}/room")
    await room.shows("key")
    await expect(room.key_field).to_be_focused()
    await expect(room.card_sentence).to_contain_text("Nhập mã 8 ký tự")
    await photograph(room.page, "room-asks")
    for mistyped, why in (("2222-222", "đã nhập 7 ký tự"), ("2222-222O", "không có ký tự “O”")):
        await room.types_key(mistyped)
        await expect(room.card_sentence).to_contain_text(why)
    await room.types_key("2222-2222")
    await room.shows("key")
    await expect(room.card_sentence).to_contain_text("Mã này không mở được điểm cầu nào")
    await photograph(room.page, "room-wrong-code")

    await room.page.get_by_test_id("device-name").fill("Máy hội trường")
    await room.types_key(f" {code.lower().replace('-', ' ')} ")
    await room.is_connected()
    await room.shows("planned")
    await expect(room.name).to_contain_text("Hà Khánh")
    await expect(room.page).to_have_url(re.compile(r"/room$"))
    assert code.replace("-", "") not in await room.page.evaluate("document.cookie")

    await room.page.reload()
    await room.is_connected()
    await room.shows("planned")
    await expect(room.name).to_contain_text("Hà Khánh")

    await office.get_by_role("link", name="Về trang điểm cầu").click()
    await expect(office.locator("#devices ~ .table-scroll")).to_contain_text("Máy hội trường")
    await photograph(office, "devices")
    await office.get_by_role("link", name="Thu hồi…").first.click()
    await photograph(office, "revoke")
    await office.get_by_role("button", name="Thu hồi thiết bị").click()
    await room.shows("key")
    await expect(room.card_sentence).to_contain_text("Máy này không còn được vào điểm cầu")
    await expect(room.key_field).to_have_value("")  # ready for the next one
    await photograph(room.page, "room-revoked")
    await room.page.reload()
    await room.shows("key")
    await expect(room.card_sentence).to_contain_text("Máy này không còn được vào điểm cầu")


async def test_a_picture_is_read_and_the_same_address_opens_the_room_every_morning(
    province: Province, chromium: Chromium
) -> None:
    office = (window := await chromium.window("office")).page
    await log_in(window, province.address, "canbo")
    code = (await new_code(office, province.address, CAO_XANH)).replace("-", "")
    address = f"{province.address}/room#ma={code}"
    room = RoomPage(await chromium.window("room"), CAO_XANH)
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        await route.abort() if lost < 3 else await route.continue_()

    await room.page.route("**/room/enrol", lose)  # the line is down at first; nobody stands there
    await room.open(address)
    await room.is_connected()
    await expect(room.name).to_contain_text("Cao Xanh")
    assert lost == 3
    await room.page.goto("about:blank")
    await room.open(address)
    await room.is_connected()
    await expect(room.name).to_contain_text("Cao Xanh")
    assert lost == 3  # it knows this code and tries it on nobody

    await room.page.evaluate("localStorage.clear()")  # the browser forgets, and the code was used
    await room.page.goto("about:blank")
    await room.open(address)
    await room.is_connected()
    await expect(room.name).to_contain_text("Cao Xanh")
    await expect(room.page.get_by_test_id("card")).not_to_contain_text("Mã này")


async def test_the_sheet_is_printed(province: Province, chromium: Chromium) -> None:
    page = (window := await chromium.window("office")).page
    await log_in(window, province.address, "canbo")
    await page.goto(f"{province.address}/rooms?q=ha")
    await page.get_by_role("link", name="Cấp mã…").click()
    await photograph(page, "codes-question")
    await page.get_by_role("button", name="Cấp mã và mở trang phiếu").click()
    await expect(page.locator(".slip .qr").first).to_be_visible()
    assert await page.locator(".slip").count() == await page.locator(".slip .qr").count() > 5
    await expect(page.locator(".slip .how").first).to_contain_text(f"{province.address}/room")
    await photograph(page, "codes-sheet")
    if DIRECTORY:
        await page.pdf(path=Path(DIRECTORY) / "enrolment-sheet.pdf", prefer_css_page_size=True)


async def photograph(page: Page, name: str) -> None:
    if not DIRECTORY:
        return
    for width, height in ((1366, 768), (1920, 1080)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.screenshot(path=Path(DIRECTORY) / f"enrolment-{name}-{width}.png")
