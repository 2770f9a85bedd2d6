"""A second console window is welcome; a second screen of one room takes the first one's place."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.held_devices import HeldDevices
from tests.browser.host_page import HostPage
from tests.browser.room_page import RoomPage
from tests.scenarios.province import HA_TU, LIMITED_ITEM, OPEN_ITEM, Province

pytestmark = pytest.mark.browser


async def test_two_console_windows_are_told_of_each_other_and_both_work(
    province: Province, chromium: Chromium
) -> None:
    first = HostPage(await chromium.window("first console"))
    await first.log_in(province.address)
    await first.open_console()
    await expect(first.windows).to_be_hidden()
    second = HostPage(await chromium.window("second console", beside=first.window))
    await second.page.goto(first.page.url)
    for console in (first, second):
        await expect(console.windows).to_be_visible()
        await expect(console.windows).to_contain_text("2")

    await first.open_reception()
    await second.is_open()
    await second.call_next_item(OPEN_ITEM)
    await first.hears_item(OPEN_ITEM)
    await first.call_next_item(LIMITED_ITEM)
    await second.hears_item(LIMITED_ITEM)

    await second.page.close()
    await expect(first.windows).to_be_hidden()
    await first.finish_item()


async def test_a_room_that_joins_twice_can_take_its_place_back(province: Province, chromium: Chromium) -> None:
    first = RoomPage(await chromium.window("first screen"), HA_TU)
    second = RoomPage(await chromium.window("second screen"), HA_TU)
    held = await HeldDevices.of(first.page)
    await first.open(province.room_address(HA_TU))
    await first.is_connected()
    await second.open(province.room_address(HA_TU))
    await second.is_connected()
    await first.is_told_of_the_other_screen()
    await expect(first.card_sentence).to_contain_text("Hà Tu")
    await expect(first.name).to_contain_text("Hà Tu")
    await held.are_let_go()
    await expect(first.camera_sign).to_be_hidden()

    await first.card_button.click()
    await first.is_connected()
    await first.shows("planned")
    await held.are_open()
    await second.is_told_of_the_other_screen()

    await second.page.get_by_test_id("second-screen").click()  # both stay, one of them without a camera
    await second.is_connected()
    await second.shows("planned")
    await expect(second.camera_sign).to_be_hidden()  # nobody tells it how the other one's fares
    await first.shows("planned")
    await held.are_open()
    await first.is_connected()
