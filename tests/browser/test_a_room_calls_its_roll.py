"""The room officer ticks who is there; the clerk sees it, and puts it right."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage
from tests.browser.room_page import RoomPage
from tests.browser.test_a_room_is_summoned import photograph
from tests.scenarios.province import HA_KHANH, OPEN_ITEM, Province

pytestmark = pytest.mark.browser


async def test_who_is_there_is_ticked_in_the_room_and_put_right_by_the_clerk(
    province: Province, chromium: Chromium
) -> None:
    room = RoomPage(await chromium.window("room"), HA_KHANH)
    await room.open(province.room_address(HA_KHANH))
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.call_next_item(OPEN_ITEM)
    await room.shows("waiting")  # for a picture, which the roll does not need
    sign, panel = room.page.get_by_test_id("roll-sign"), room.page.get_by_test_id("roll")
    await expect(sign).to_have_attribute("data-tone", "needs")
    await room.page.keyboard.press("p")
    await expect(panel).to_be_visible()
    await room.page.get_by_test_id("deputy-committee_chair").check()
    await photograph(room.page, "roll")
    await room.page.get_by_test_id("roll-done").click()
    await expect(panel).to_be_hidden()
    await expect(sign).to_have_text("Có mặt: 2P")

    async with host.page.expect_popup() as opened:
        await host.page.get_by_test_id(f"attendance-{OPEN_ITEM}").click()
    clerk = await opened.value
    await expect(clerk.locator(f"tbody[data-code='{HA_KHANH}']")).to_contain_text("cấp phó dự thay")
    await photograph(clerk, "attendance")
    await clerk.locator(f"tbody[data-code='{HA_KHANH}'] a.button").click()
    await photograph(clerk, "attendance-change")
    await clerk.locator("input[name=office][value=party_secretary]").uncheck()
    await clerk.locator("form.card button").click()
    await expect(sign).to_have_text("Có mặt: 1P")
    await clerk.get_by_test_id("confirm").click()
    await expect(clerk.locator(".notice.good")).to_be_visible()
