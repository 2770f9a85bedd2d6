"""The whole day: host, rooms and reviewer, each in a window of Chromium, on the real server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage
from tests.browser.reviewer_page import ReviewerPage
from tests.browser.room_page import RoomPage
from tests.browser.watching import AUDIBLE_RMS
from tests.scenarios.province import (
    CAO_XANH,
    DENUNCIATION,
    HA_KHANH,
    LIMITED_ITEM,
    OPEN_ITEM,
    OPEN_PETITION,
    Province,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(360)]

FLOOR_WITHIN_MS = 5000  # 300 ms is the aim, and measured; what a loaded test machine adds is no defect
STILL_UNDER_WAY = 10  # packets of the desk: what was sent before the button was pressed has arrived by then
A_WHILE = 150  # packets of the desk: about two seconds of picture and sound


async def test_a_day(
    province: Province, chromium: Chromium, record_property: Callable[[str, object], None]
) -> None:
    host = HostPage(await chromium.window("host"))
    ha_khanh = RoomPage(await chromium.window("room Ha Khanh"), HA_KHANH)
    cao_xanh = RoomPage(await chromium.window("room Cao Xanh"), CAO_XANH)

    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.publish_camera()
    await host.stage.moves()
    for room in (ha_khanh, cao_xanh):
        await room.open(province.room_address(room.code))
        await room.shows("stage")
        await room.picture("desk").moves()
        await room.line.hears("audio desk")
        await host.sees_presence(room.code, "receiving")

    await host.call_next_item(OPEN_ITEM)
    await expect(host.recording_light).to_have_attribute("data-state", "growing")
    await _has_the_floor(host, ha_khanh, cao_xanh, record_property)
    await _denunciation(host, (ha_khanh, cao_xanh), province)
    await host.call_next_item(LIMITED_ITEM)
    for room in (ha_khanh, cao_xanh):
        await room.shows("stage")
        await room.picture("desk").moves()
        await room.negotiated_once()
    await expect(host.recording_light).to_have_attribute("data-state", "growing")
    await host.end_reception()
    for room in (ha_khanh, cao_xanh):
        await room.shows("ended")

    await _is_found_again(province, ReviewerPage(await chromium.window("reviewer")))


async def _has_the_floor(
    host: HostPage, speaker: RoomPage, listener: RoomPage, record_property: Callable[[str, object], None]
) -> None:
    await speaker.raises_hand()
    await host.sees_hand_first(speaker.code)
    coming = asyncio.create_task(listener.picture("floor").next_picture_at_ms())
    await host.give_floor(speaker.code)
    took_ms = await coming - await host.clicked_at_ms()
    record_property("floor_change_ms", round(took_ms))
    print(f"from the host's click to the first new picture in another room: {took_ms:.0f} ms")
    assert took_ms < FLOOR_WITHIN_MS

    await speaker.is_on_air()
    await host.sees_presence(speaker.code, "has_floor")
    await listener.picture("floor").moves()
    await listener.line.hears("audio floor")
    # The hall hears the desk, and itself nowhere.
    await speaker.line.hears("audio desk")
    assert (await speaker.line.received())["audio floor"] == 0
    assert await speaker.line.loudness("audio floor") < AUDIBLE_RMS
    for room in (speaker, listener):
        await room.negotiated_once()
    await host.take_floor_back()
    await speaker.is_off_air()
    await listener.picture("floor").is_gone()


async def _denunciation(host: HostPage, rooms: tuple[RoomPage, ...], province: Province) -> None:
    await host.call_item(DENUNCIATION)
    await expect(host.recording_light).to_have_attribute("data-state", "paused")
    for room in rooms:
        await room.shows("closed")
        await expect(room.card).to_be_visible()
        await expect(room.card).not_to_contain_text("TC-0007")
        await room.picture("desk").is_gone()
    await host.line.sends_another(STILL_UNDER_WAY)
    before = [await room.line.received_in_all() for room in rooms]
    recorded = province.recorded_bytes()
    await host.line.sends_another(A_WHILE)
    assert [await room.line.received_in_all() for room in rooms] == before
    assert province.recorded_bytes() == recorded
    await expect(host.recording_light).to_have_attribute("data-state", "paused")


async def _is_found_again(province: Province, reviewer: ReviewerPage) -> None:
    await reviewer.log_in(province.address)
    await reviewer.finds_petition("suoi lo phong", OPEN_PETITION)
    await reviewer.waits_for_recording()
    second = await reviewer.watches()
    assert second > 0  # the opening words were recorded before the first item was called
    await reviewer.is_at(second)
    await reviewer.plays()
    await reviewer.passes(second + 0.5)
    await reviewer.picture.moves()

    media = await reviewer.video.evaluate("video => video.currentSrc")
    part = await reviewer.page.context.request.get(media, headers={"Range": "bytes=100-299"})
    assert part.status == 206
    assert part.headers["content-range"].startswith("bytes 100-299/")
    assert len(await part.body()) == 200
    await part.dispose()

    await expect(reviewer.chapters).to_have_count(2)
    await expect(reviewer.chapters.first).to_contain_text(OPEN_PETITION)
    begins = await reviewer.page.evaluate(
        "() => JSON.parse(document.getElementById('player-data').textContent).chapters[1].starts"
    )
    assert begins > second
    await reviewer.chapters.nth(1).click()
    await reviewer.is_at(begins, within_s=2)
    await reviewer.picture.moves()
