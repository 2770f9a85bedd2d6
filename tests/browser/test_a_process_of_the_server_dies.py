"""SIGKILL in the middle of an item: control and media come back, and everybody with them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage
from tests.browser.room_page import RoomPage
from tests.scenarios.province import CAO_XANH, HA_KHANH, HA_TU, LIMITED_ITEM, OPEN_ITEM, Province

pytestmark = pytest.mark.browser

Record = Callable[[str, object], None]


async def _heard_with_floor_given(province: Province, chromium: Chromium) -> tuple[HostPage, RoomPage, RoomPage]:
    """The second item, for the rooms concerned, is heard; Ha Khanh speaks, Cao Xanh listens."""
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.publish_camera()
    speaker = RoomPage(await chromium.window("room Ha Khanh"), HA_KHANH)
    listener = RoomPage(await chromium.window("room Cao Xanh"), CAO_XANH)
    for room in (speaker, listener):
        await room.open(province.room_address(room.code))
        await room.shows("stage")
    await host.call_next_item(OPEN_ITEM)
    await host.call_next_item(LIMITED_ITEM)
    await host.give_floor_unasked(HA_KHANH)
    await speaker.is_on_air()
    await listener.picture("floor").moves()
    return host, speaker, listener


async def test_control_dies_and_the_picture_goes_on(
    province: Province, chromium: Chromium, record_property: Record
) -> None:
    host, speaker, listener = await _heard_with_floor_given(province, chromium)
    await expect(host.left_outside(HA_TU)).to_have_count(1)
    await listener.picture("floor").counts_itself()
    dead = province.process("control")
    dead.kill()

    await asyncio.gather(
        expect(listener.body).to_have_attribute("data-link", "lost"),
        expect(speaker.body).to_have_attribute("data-link", "lost"),
        expect(host.body).to_have_attribute("data-signalling", "down"),
        expect(host.banner).to_be_visible(),
    )
    for page in (listener, speaker):
        await page.is_connected()
    await host.is_connected()
    counted = await listener.picture("floor").counted()
    record_property("pictures_without_control", counted.while_lost)
    record_property("longest_gap_ms", round(counted.longest_gap_ms))
    print(f"{counted.while_lost} pictures while control was dead, longest gap {counted.longest_gap_ms:.0f} ms")
    assert counted.while_lost > 5

    # The host finds the session as it was: item, floor, audience. So do the rooms.
    await host.hears_item(LIMITED_ITEM)
    await host.has_on_floor(HA_KHANH)
    await host.sees_presence(HA_KHANH, "has_floor")
    await host.sees_presence(CAO_XANH, "receiving")
    await expect(host.left_outside(HA_TU)).to_have_count(1)
    await expect(host.left_outside(CAO_XANH)).to_have_count(0)
    await expect(host.recording_light).to_have_attribute("data-state", "growing")
    await speaker.is_on_air()
    await listener.picture("floor").moves()
    await listener.picture("desk").moves()
    assert province.process("control").pid != dead.pid
    await host.take_floor_back()
    await speaker.is_off_air()


async def test_media_dies_and_the_rooms_come_back_by_themselves(
    province: Province, chromium: Chromium, record_property: Record
) -> None:
    host, speaker, listener = await _heard_with_floor_given(province, chromium)
    killed_at = time.monotonic()
    province.process("media").kill()
    await listener.joins_again()
    await listener.is_connected()
    await listener.picture("floor").moves(timeout_s=30)
    back_s = time.monotonic() - killed_at
    record_property("media_back_s", round(back_s, 1))
    print(f"the floor's picture moved again {back_s:.1f} s after media was killed")

    await listener.picture("desk").moves()
    await listener.line.hears("audio floor")
    await speaker.is_connected()
    await speaker.is_on_air()
    await speaker.picture("desk").moves()
    await host.is_connected()
    await host.hears_item(LIMITED_ITEM)
    await host.has_on_floor(HA_KHANH)
    await expect(host.recording_light).to_have_attribute("data-state", "growing")
    await host.stage.moves()
