"""A wrong key, and a computer without camera and microphone: said in words, with what to do."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage
from tests.browser.room_page import RoomPage
from tests.scenarios.province import HA_KHANH, HA_TU, OPEN_ITEM, Province

pytestmark = pytest.mark.browser

WRONG_KEY = f"{HA_TU}-1-{'a' * 32}"
BREATHS = 2  # a link that breaks is tried again within 0.6 s


async def test_wrong_key_is_a_sentence_and_no_endless_trying(province: Province, chromium: Chromium) -> None:
    room = RoomPage(await chromium.window("room with a wrong key"), HA_TU)
    await room.open(f"{province.address}/room#{WRONG_KEY}")
    await room.shows("key")
    await expect(room.card_sentence).not_to_be_empty()
    await expect(room.key_field).to_be_focused()
    tries = room.window.sockets

    other = RoomPage(await chromium.window("room with a good key"), HA_KHANH)
    for _ in range(BREATHS):  # time in which another room comes, and comes again
        await other.open(province.room_address(HA_KHANH))
        await other.is_connected()
    assert room.window.sockets == tries
    await room.shows("key")

    await room.types_key(province.room_address(HA_TU))  # the whole address, as it was sent by mail
    await room.is_connected()
    await room.shows("planned")
    await expect(room.name).to_contain_text("Hà Tu")


async def test_room_without_camera_says_so_and_still_receives(
    province: Province, chromium: Chromium, bare_chromium: Chromium
) -> None:
    room = RoomPage(await bare_chromium.window("room without devices"), HA_TU)
    await room.open(province.room_address(HA_TU))
    await room.is_connected()
    for sign in (room.camera_sign, room.microphone_sign):
        await expect(sign).to_have_attribute("data-tone", "needs")
        await expect(sign).not_to_be_empty()
    await expect(room.banner).to_be_visible()  # before the session there is time to find the cable

    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.sees_trouble(HA_TU)
    await host.open_reception()
    await host.publish_camera()
    await host.call_next_item(OPEN_ITEM)
    await room.shows("stage")
    await room.picture("desk").moves()
    await room.line.hears("audio desk")

    # On the floor all the same: the host may want to hear that there is no microphone.
    await host.give_floor_unasked(HA_TU)
    await room.is_on_air()
    await expect(room.on_air).to_have_attribute("data-trouble", "")
    await room.picture("desk").moves()
