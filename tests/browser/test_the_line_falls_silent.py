"""A line that carries nothing for a while, a computer that slept: everything comes back by itself, and at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage
from tests.browser.room_page import RoomPage
from tests.browser.signalling_wire import SignallingWire
from tests.scenarios.patience import until
from tests.scenarios.province import HA_TU, OPEN_ITEM, Province
from tests.waiting import eventually

pytestmark = pytest.mark.browser

Record = Callable[[str, object], None]
SLEPT_S = 600.0
NOTICED_S = 10.0  # the page asks for 4 s; Socket.IO alone would wait for 20 s and more
SILENT_FOR_S = 12.0  # of a line without a word, until which browsers find out what to do about it
BACK_S = 6.0  # 3 s, and as much again for two cores that play everybody


async def room_that_watches(province: Province, chromium: Chromium) -> tuple[RoomPage, SignallingWire]:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.publish_camera()
    await host.call_next_item(OPEN_ITEM)
    room = RoomPage(await chromium.window("room Ha Tu"), HA_TU)
    wire = await SignallingWire.of(room.page)
    await room.open(province.room_address(HA_TU))
    await room.shows("stage")
    await room.picture("desk").moves()
    return room, wire


async def test_a_computer_wakes_up_and_its_signalling_is_dead(
    province: Province, chromium: Chromium, record_property: Record
) -> None:
    room, wire = await room_that_watches(province, chromium)
    await room.picture("desk").counts_itself()
    wire.goes_dead()
    woken_s = time.monotonic()
    await room.sleeps(SLEPT_S)
    await eventually(lambda: None if wire.connections == 2 else "no other connection was made", NOTICED_S)
    record_property("noticed_s", round(time.monotonic() - woken_s, 1))
    await room.joins_again_after(1)
    await room.is_connected()
    await room.picture("desk").moves()
    await room.line.hears("audio desk")
    await expect(room.banner).to_be_hidden()


async def test_another_network_costs_no_join(
    province: Province, chromium: Chromium, record_property: Record
) -> None:
    """The page goes over to the other path by an ICE restart: one link, the same keys, pictures all the time."""
    room, _ = await room_that_watches(province, chromium)
    await room.picture("desk").counts_itself()
    for restarts in (1, 2):
        await room.gets_another_network()
        await room.picture("desk").moves()
        assert room.window.messages_sent("restart") == restarts
    assert room.window.messages_sent("join") == 1
    assert await room.line.living() == 1
    counted = await room.picture("desk").counted()
    assert counted.while_lost == 0
    record_property("longest_gap_ms", round(counted.longest_gap_ms))
    print(f"longest time without a picture: {counted.longest_gap_ms:.0f} ms")
    await room.line.hears("audio desk")
    await room.is_connected()


async def test_the_line_is_silent_for_a_while(
    province: Province, chromium: Chromium, record_property: Record
) -> None:
    room, _ = await room_that_watches(province, chromium)
    media = province.process("media")
    media.suspend()
    try:
        silent_s = time.monotonic()
        await expect(room.body).to_have_attribute("data-media", "down")
        await expect(room.banner).to_be_visible()
        await expect(room.banner).to_contain_text("Không cần làm gì")

        async def missing() -> str | None:
            await room.picture("desk").stays()
            left_s = silent_s + SILENT_FOR_S - time.monotonic()
            return None if left_s <= 0 else f"the line is to be silent for another {left_s:.0f} s"

        await until(missing)
    finally:
        media.resume()
    back_s = time.monotonic()
    await room.is_connected()
    await room.picture("desk").moves(timeout_s=BACK_S)
    record_property("back_s", round(time.monotonic() - back_s, 1))
    print(f"the picture moved again {time.monotonic() - back_s:.1f} s after the line was back")
    await asyncio.gather(room.line.hears("audio desk"), expect(room.banner).to_be_hidden())
