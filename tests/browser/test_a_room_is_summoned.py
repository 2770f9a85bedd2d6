"""The office summons rooms; one answers with a single key, one cannot come, and the console knows both."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage, log_in
from tests.browser.room_page import RoomPage
from tests.scenarios.province import CAO_XANH, HA_KHANH, LIMITED_ITEM, Province

pytestmark = pytest.mark.browser

DIRECTORY = os.environ.get("TIEPDAN_SCREENSHOTS", "")


async def test_a_room_answers_with_one_key_and_the_office_sees_it(province: Province, chromium: Chromium) -> None:
    room = RoomPage(await chromium.window("room"), HA_KHANH)
    other = RoomPage(await chromium.window("other room"), CAO_XANH)
    for each in (room, other):
        await each.open(province.room_address(each.code))
        await each.shows("planned")
        await expect(each.summons).to_be_hidden()

    office = await chromium.window("office")
    await log_in(office, province.address, "canbo")
    page = office.page
    await page.locator("a.button[href$='/console']").click()
    await page.goto(page.url.removesuffix("/console"))
    await page.get_by_test_id("to-summons").click()
    await photograph(page, "board-empty")
    await page.locator("input[name=note]").fill("Mang hồ sơ địa chính của khu 4.")
    await page.get_by_test_id("summon").click()
    await expect(page.get_by_test_id("summons-sum")).to_be_visible()

    for each in (room, other):
        await expect(each.summons).to_be_visible()
        await expect(each.summons).to_contain_text("Mang hồ sơ địa chính của khu 4.")
        await expect(each.summons).to_contain_text(f"Mục {LIMITED_ITEM}")
        await expect(each.summons).not_to_contain_text("Tố cáo")
    await photograph(room.page, "room-asked")

    await room.page.keyboard.press("2")  # the chair is away
    await room.page.keyboard.press("Enter")
    await expect(room.summons).to_be_hidden()
    await expect(room.answered).to_contain_text("Bí thư cấp ủy")
    await expect(room.answered).not_to_contain_text("Chủ tịch UBND")
    await photograph(room.page, "room-answered")

    await other.page.get_by_test_id("summons-other").click()
    await other.page.keyboard.press("Enter")
    await expect(other.summons).to_be_visible()  # a reason is missing, and the screen says so
    await expect(other.page.locator(".summons-refusal")).not_to_be_empty()
    await other.page.get_by_test_id("summons-reason").fill("Mất điện cả ngày")
    await photograph(other.page, "room-cannot")
    await other.page.keyboard.press("Enter")
    await expect(other.summons).to_be_hidden()

    first = page.locator("table.summons tbody tr").first
    await expect(first).to_have_attribute("data-code", CAO_XANH)  # by itself: whoever cannot come stands first
    await expect(first).to_contain_text("Mất điện cả ngày")
    await expect(page.locator(f"tr[data-code='{HA_KHANH}']")).to_contain_text("Bí thư cấp ủy")
    await photograph(page, "board-answered")

    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await expect(host.page.get_by_test_id("troubles")).to_contain_text("đã báo không dự được")
    await photograph(host.page, "console")

    await room.page.get_by_test_id("answer-again").click()
    await expect(room.summons).to_be_visible()
    await room.page.get_by_test_id("office-committee_chair").check()
    await room.page.get_by_test_id("summons-do").click()
    await expect(room.answered).to_contain_text("Chủ tịch UBND")


async def test_a_summons_never_covers_what_a_room_listens_to(province: Province, chromium: Chromium) -> None:
    room = RoomPage(await chromium.window("room"), HA_KHANH)
    await room.open(province.room_address(HA_KHANH))
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.publish_camera()
    await room.shows("stage")
    page = (await chromium.window("office", beside=host.window)).page
    await page.goto(host.page.url.replace("/console", "/summons"))
    await page.locator("input[value=everyone]").check()
    await page.get_by_test_id("summon").click()
    await expect(room.page.get_by_test_id("summons-sign")).to_be_visible()
    await expect(room.summons).to_be_hidden()
    await room.raises_hand()  # the key still means the hand
    await photograph(room.page, "room-on-stage")


async def photograph(page: Page, name: str) -> None:
    if not DIRECTORY:
        return
    for width, height in ((1366, 768), (1920, 1080)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.screenshot(path=Path(DIRECTORY) / f"summons-{name}-{width}.png")
