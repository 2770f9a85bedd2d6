"""Remote help in two browsers: the screen says what the province asks, and the technician reads what it found."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import log_in
from tests.browser.room_page import RoomPage
from tests.scenarios.patience import until
from tests.scenarios.province import HA_TU, Province

pytestmark = pytest.mark.browser


async def test_a_message_a_check_and_a_reload(province: Province, chromium: Chromium) -> None:
    room = RoomPage(await chromium.window("room"), HA_TU)
    await room.open(province.room_address(HA_TU))
    await room.attends()
    window = await chromium.window("technician")
    await log_in(window, province.address, "kythuat")
    page = window.page
    await page.goto(f"{province.address}/receptions/help/{HA_TU}")

    await page.locator("#text").fill("Nhờ cắm lại dây micro")
    await page.get_by_test_id("act-message").click()
    card = room.page.get_by_test_id("help")
    await expect(card).to_contain_text("Kỹ thuật của tỉnh nhắn")
    await expect(room.page.get_by_test_id("help-text")).to_have_text("Nhờ cắm lại dây micro")
    await room.page.keyboard.press("Escape")
    await expect(card).to_be_hidden()

    await page.get_by_test_id("act-check").click()
    await expect(card).to_contain_text("đang kiểm tra camera, micro và loa")

    async def missing() -> str | None:
        await page.reload()
        outcome = await page.locator("[data-act=check]").first.get_attribute("data-outcome")
        return None if outcome == "done" else f"the check came to {outcome!r}"

    await until(missing, 40)
    await expect(page.locator("[data-act=check]").first).to_contain_text("Camera")

    joins = room.joins
    await page.get_by_test_id("act-reload").click()
    await expect(card).to_contain_text("tải lại trang")
    await room.joins_again_after(joins)
