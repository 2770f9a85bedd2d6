"""A room that reaches nothing by UDP watches, and speaks, through the TURN server: nobody sets anything there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser import relay
from tests.browser.chromium import Chromium
from tests.browser.conftest import needs
from tests.browser.host_page import HostPage, log_in
from tests.browser.room_page import RoomPage
from tests.scenarios.province import CAO_XANH, HA_KHANH, OPEN_ITEM, Province, running_province

pytestmark = pytest.mark.browser

REQUIRED = "TIEPDAN_REQUIRE_TURN"
# Stands in for the firewall: the browser tries no other way than the relay's.
ONLY_BY_RELAY = """
(() => {
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class RTCPeerConnection extends Native {
    constructor(configuration) {
      super({ ...configuration, iceTransportPolicy: "relay" });
    }
  };
})();
"""


@pytest.fixture
async def province(executable: str, tmp_path: Path) -> AsyncIterator[Province]:
    needs(relay.installed(), "no turnserver is installed here (Debian's package is called coturn)", REQUIRED)
    async with (
        relay.running_relay(tmp_path, "tcp") as running,
        running_province(tmp_path, turn=running.url, turn_secret=running.secret) as server,
    ):
        yield server


async def test_the_room_watches_and_speaks_through_the_relay(province: Province, chromium: Chromium) -> None:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.publish_camera()
    await host.call_next_item(OPEN_ITEM)
    blocked = RoomPage(await chromium.window("room without UDP"), HA_KHANH)
    await blocked.page.add_init_script(script=ONLY_BY_RELAY)
    other = RoomPage(await chromium.window("room Cao Xanh"), CAO_XANH)
    for room in (blocked, other):
        await room.open(province.room_address(room.code))
        await room.shows("stage")
    await blocked.picture("desk").moves()
    await blocked.line.hears("audio desk")
    assert await blocked.line.path() == "relay"
    assert await other.line.path() != "relay"  # who can goes directly

    await host.give_floor_unasked(HA_KHANH)
    await blocked.is_on_air()
    await other.picture("floor").moves()
    await other.line.hears("audio floor")

    # Another path is found with the same servers, and that costs no new link.
    joins = blocked.joins
    await blocked.gets_another_network()
    await blocked.picture("desk").moves()
    assert await blocked.line.path() == "relay"
    assert blocked.joins == joins


async def test_the_check_measures_the_way_that_is_left_and_the_office_reads_of_it(
    province: Province, chromium: Chromium
) -> None:
    room = RoomPage(await chromium.window("room without UDP"), HA_KHANH)
    await room.page.add_init_script(script=ONLY_BY_RELAY)
    await room.open(province.room_address(HA_KHANH))
    await room.attends()
    found = await room.checks_itself()
    assert (found["udp"], found["line"]) == ("blocked", "measured")
    assert found.get("turn_tcp", "works") == "works"  # what is well is not shown

    window = await chromium.window("desk")
    await log_in(window, province.address, "canbo")
    await window.page.goto(f"{province.address}/rooms/readiness?q={HA_KHANH}")
    line = window.page.locator(f"tr[data-code='{HA_KHANH}']")
    await line.locator("th a").click()
    await window.page.locator("summary").first.click()
    for part, words in (
        ("Đường thẳng (UDP)", "Tường lửa ở đó chặn UDP"),
        ("Máy chuyển tiếp (TCP)", "Thông"),
        ("Đo đường truyền", "kbit/s"),
    ):
        found_of_it = window.page.locator("dt", has_text=part).locator("xpath=following-sibling::dd[1]")
        await expect(found_of_it.first).to_contain_text(words)
