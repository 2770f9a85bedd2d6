"""From the console into a window beside it; what is typed is kept without a press, and the reception goes on."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage
from tests.scenarios.province import Province

pytestmark = pytest.mark.browser
SAID = "Giao Ủy ban nhân dân phường kiểm tra, trả lời công dân."


async def test_the_hosts_words_are_kept_as_they_are_typed(province: Province, chromium: Chromium) -> None:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await expect(host.page.get_by_test_id("conclude-1")).to_be_hidden()
    await host.call_next_item(1)
    await expect(host.page.get_by_test_id("conclude-2")).to_be_hidden()

    async with host.page.expect_popup() as opened:
        await host.page.get_by_test_id("conclude-1").click()
    beside = await opened.value
    await beside.locator("[name=content]").fill(SAID)
    await expect(beside.locator("#saved")).to_contain_text("Đã lưu dự thảo")
    await beside.reload()
    await expect(beside.locator("[name=content]")).to_have_value(SAID)

    await host.hears_item(1)
    await host.finish_item()
    await expect(host.page.get_by_test_id("conclude-1")).to_be_visible()
