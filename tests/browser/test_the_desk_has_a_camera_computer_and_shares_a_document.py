"""The desk's picture comes from a computer of its own, a document from the console; not every room may see it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.held_devices import HeldDevices
from tests.browser.host_page import HostPage
from tests.browser.room_page import RoomPage
from tests.scenarios.province import HA_KHANH, HA_TU, LIMITED_ITEM, OPEN_ITEM, Province

pytestmark = pytest.mark.browser


async def test_camera_page_and_document(province: Province, chromium: Chromium) -> None:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    camera = await chromium.window("camera computer", beside=host.window)
    await camera.page.goto(f"{province.address}/desk/camera")
    await expect(camera.page.locator("body")).to_have_attribute("data-publishing", "")  # nobody presses anything
    await host.stage.moves()

    concerned = RoomPage(await chromium.window("room Ha Khanh"), HA_KHANH)
    other = RoomPage(await chromium.window("room Ha Tu"), HA_TU)
    for room in (concerned, other):
        await room.open(province.room_address(room.code))
        await room.shows("stage")
    await host.share_document()
    for room in (concerned, other):
        await room.shows_large("document")
        await room.picture("document").moves()
        await room.picture("desk").moves()

    await host.call_next_item(OPEN_ITEM)
    await host.call_next_item(LIMITED_ITEM)
    await other.shows("outside")
    await other.picture("document").is_gone()
    await concerned.shows_large("document")
    before = await other.line.received_in_all()
    await host.stop_document()
    await concerned.shows_large("desk")
    await concerned.picture("document").is_gone()
    await concerned.picture("desk").moves()
    assert await other.line.received_in_all() == before


async def test_the_camera_computer_lets_go_when_the_reception_ends(province: Province, chromium: Chromium) -> None:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    camera = await chromium.window("camera computer", beside=host.window)
    held = await HeldDevices.of(camera.page)
    body = camera.page.locator("body")
    await camera.page.goto(f"{province.address}/desk/camera")
    await expect(body).to_have_attribute("data-on-air", "")
    await held.are_open()

    await host.end_reception()
    await held.are_let_go()
    await expect(body).not_to_have_attribute("data-publishing", "")
    await expect(camera.page.get_by_test_id("banner")).to_contain_text("Phiên đã kết thúc")
    await expect(camera.page.get_by_test_id("publish-toggle")).to_be_hidden()
