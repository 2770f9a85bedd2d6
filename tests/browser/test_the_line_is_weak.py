"""What the line carries is said in words on the room's screen, without flicker, and taken back by itself."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage
from tests.browser.room_page import RoomPage
from tests.browser.signalling_wire import SignallingWire
from tests.scenarios.patience import until
from tests.scenarios.province import HA_TU, OPEN_ITEM, Province

pytestmark = pytest.mark.browser

NOTE_CHANGES = """() => {
  window.carriedAt = [];
  new MutationObserver(() => window.carriedAt.push([document.body.dataset.carried, performance.now()]))
    .observe(document.body, { attributeFilter: ["data-carried"] });
}"""
HELD_MS = 1900  # 2 s, and a timer of the browser that may be early by a little


async def room_that_watches(province: Province, chromium: Chromium) -> tuple[RoomPage, SignallingWire]:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.publish_camera()
    await host.call_next_item(OPEN_ITEM)
    room = RoomPage(await chromium.window("room Ha Tu"), HA_TU)
    wire = await SignallingWire.of(room.page)
    wire.keeps_back("line")  # of the server, which finds nothing to complain of on this computer
    await room.open(province.room_address(HA_TU))
    await room.shows("stage")
    await room.picture("desk").moves()
    return room, wire


async def test_the_room_says_what_its_line_carries(province: Province, chromium: Chromium) -> None:
    room, wire = await room_that_watches(province, chromium)
    await expect(room.line_sign).to_contain_text("Mạng")

    for layer, words in (("m", "hình giảm nét"), ("l", "hình mờ")):
        wire.says("line", {"layer": layer})
        await expect(room.line_sign).to_contain_text(words)
        await expect(room.line_sign).to_contain_text("tiếng vẫn đủ")
        await expect(room.sound_only("desk")).to_be_hidden()

    wire.says("line", {"layer": "none"})
    await expect(room.line_sign).to_contain_text("chỉ còn tiếng")
    await expect(room.sound_only("desk")).to_be_visible()
    await expect(room.sound_only("desk")).to_contain_text("Hình tự trở lại")
    await expect(room.picture("desk").video).to_be_hidden()
    await room.line.hears("audio desk")

    wire.says("line", {"layer": "h"})
    await expect(room.picture("desk").video).to_be_visible()
    await expect(room.sound_only("desk")).to_be_hidden()
    await room.picture("desk").moves()
    await expect(room.line_sign).not_to_contain_text("hình")


async def test_a_line_on_the_edge_does_not_make_the_words_flicker(province: Province, chromium: Chromium) -> None:
    room, wire = await room_that_watches(province, chromium)
    await room.page.evaluate(NOTE_CHANGES)
    for _ in range(5):
        for layer in ("m", "h"):
            wire.says("line", {"layer": layer})
    wire.says("line", {"layer": "l"})

    async def missing() -> str | None:
        changes = await room.page.evaluate("() => window.carriedAt")
        return None if changes and changes[-1][0] == "l" else f"the words went {changes}"

    await until(missing)
    changes = await room.page.evaluate("() => window.carriedAt")
    assert [layer for layer, _ in changes] == ["m", "l"]
    assert changes[1][1] - changes[0][1] >= HELD_MS
