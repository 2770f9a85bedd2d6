"""What the console says and calls for: alarms in words, attention where it is due, an end that ends, one Tab."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from playwright.async_api import FloatRect, Locator, expect

from tests.browser.chromium import Chromium
from tests.browser.held_devices import HeldDevices
from tests.browser.host_page import HostPage
from tests.browser.signalling_wire import SignallingWire
from tests.scenarios.patience import until
from tests.scenarios.province import HA_TU, Province

pytestmark = pytest.mark.browser

ROOM = {
    "code": HA_TU, "name": "Phường Hà Tu", "district": "Thành phố Hạ Long", "presence": "connected",
    "in_audience": True, "hand_since": "", "camera": "ok", "microphone": "ok",
    "loss_percent": None, "rtt_ms": None,
}  # fmt: skip
SESSION = {"open": True, "limited": False, "closed": False, "staged": True}
TROUBLE = """async ([room, session]) =>
  (await import("/static/receptions/console_room_order.js")).troubleOf(room, session)"""
ALARM = """async (alarm) => (await import("/static/web/live/words.js")).recordingAlarm(alarm)"""
LINE = """async ([room, figures]) =>
  (await import("/static/receptions/console_room_order.js")).lineOf(room, { figures })"""
SIGN = """async (code) => {
  const sign = document.querySelector(`[data-testid=room-${code}] .layer`);
  return sign.hidden ? "" : sign.dataset.layer;
}"""
LIGHT = """async (light) => {
  (await import("/static/receptions/console_agenda.js")).drawRecording(light);
  const shown = document.querySelector("[data-part=recording]");
  return [shown.dataset.state, ...["b", ".growth"].map((part) => shown.querySelector(part).textContent)];
}"""
TAB_STOPS = """() => [...document.querySelectorAll(".troubles button, .wall button")].filter(
  (button) => button.tabIndex >= 0).length"""
PLACE = """() => { const box = document.activeElement.getBoundingClientRect(); return [box.left, box.top]; }"""
FOCUSED_ROOM = "() => document.activeElement.parentElement.dataset.key ?? ''"


async def console(province: Province, chromium: Chromium) -> HostPage:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await expect(host.page.get_by_test_id(f"room-{HA_TU}")).to_be_visible()
    return host


async def test_alarms_are_sentences_and_a_quiet_room_is_no_alarm(province: Province, chromium: Chromium) -> None:
    page = (await console(province, chromium)).page

    for alarm in ("stalled", "write_failed", "disk_on_fire"):
        for before in ("", "Cơ sở dữ liệu không ghi được. "):
            said = await page.evaluate(ALARM, before + alarm)
            assert said.startswith(f"{before}Bản ghi: ")
            assert alarm not in said
    assert await page.evaluate(ALARM, "Cơ sở dữ liệu không ghi được.") == "Cơ sở dữ liệu không ghi được."
    for nothing_to_say in ("", "no_media"):
        assert await page.evaluate(ALARM, nothing_to_say) == ""

    async def trouble(room: dict[str, Any], session: dict[str, Any]) -> str:
        said: str = await page.evaluate(TROUBLE, [ROOM | room, SESSION | session])
        return said

    assert await trouble({}, {}) == "đã nối nhưng chưa nhận hình"
    assert await trouble({}, {"staged": False}) == ""
    assert await trouble({}, {"open": False}) == ""
    assert await trouble({}, {"closed": True}) == ""
    assert await trouble({"in_audience": False}, {}) == ""
    assert await trouble({"camera": "missing"}, {"staged": False}) == "không có camera"

    lost = {"presence": "absent", "silent_since": "2026-11-29T07:55:02+00:00", "summons": "coming"}
    held = {"keeping": False, "kept_s": 125.0, "kept_percent": None}
    assert await trouble(lost, {}) == "đã báo sẽ có mặt mà chưa thấy"
    said = await trouble(lost, {"floor": ROOM["code"]})
    assert said == "có lời mà mất liên lạc từ 14:55:02, có thể tự nối lại"
    assert (
        await trouble(lost | held, {"floor": ROOM["code"]})
        == f"{said}, còn giữ 3 phút hình của mình, chuyển khi nối lại"
    )
    assert await trouble(held | {"kept_percent": 40}, {"staged": False}) == (
        "còn giữ 3 phút hình của mình, đang chuyển (40 %)"
    )


async def test_a_thin_line_is_a_small_sign_with_words(province: Province, chromium: Chromium) -> None:
    window = await chromium.window("host")
    wire = await SignallingWire.of(window.page, "/desk")
    host = HostPage(window)
    await host.log_in(province.address)
    await host.open_console()
    tile = host.page.get_by_test_id(f"room-{HA_TU}")
    await expect(tile).to_be_visible()

    async def shown(layer: str) -> str | None:
        sign = await host.page.evaluate(SIGN, HA_TU)
        return None if sign == layer else f"the sign is {sign!r}"

    receiving = ROOM | {"presence": "receiving", "loss_percent": 3.2, "rtt_ms": 140.0}
    for layer, sign, words in (
        ("m", "m", "giảm nét"),
        ("none", "none", "chỉ còn tiếng"),
        ("h", "", "hình đầy đủ"),
    ):
        wire.says("rooms", {"complete": False, "rooms": [receiving | {"layer": layer}]})
        await expect(tile).to_have_attribute("title", re.compile(f"{words}, mất 3 % gói tin, trễ 140 ms"))
        await until(partial(shown, sign))
    assert await host.page.evaluate(LINE, [receiving | {"layer": "l"}, False]) == "mạng yếu, hình mờ"
    assert await host.page.evaluate(LINE, [ROOM | {"layer": ""}, True]) == ""


async def test_calling_out_of_turn_covers_no_word(province: Province, chromium: Chromium) -> None:
    host = await console(province, chromium)
    for width, height in ((1920, 1080), (1366, 768)):
        await host.page.set_viewport_size({"width": width, "height": height})
        await host.open_reception_once()
        row = host.page.get_by_test_id("item-2")
        await row.hover()
        button = await row.locator("button.call").bounding_box()
        assert button is not None
        for words in (".head", ".subject", ".its-state", ".audience"):
            box = await row.locator(words).bounding_box()
            assert box is not None
            assert not overlap(button, box), f"the button covers {words} at {width} px"
        await its_words_are_whole(host)
    await host.call_next_item(1)  # with what can be written beside it
    await its_words_are_whole(host)


async def test_the_keyboard_alone_leads_through_an_item(province: Province, chromium: Chromium) -> None:
    """A button that goes away with its press leaves the focus where it can be seen, and never on the next step."""
    host = await console(province, chromium)
    page = host.page

    def button(command: str) -> Locator:
        return page.get_by_test_id(f"command-{command}")

    async def press(*keys: str) -> None:
        for key in keys:
            await page.keyboard.press(key)

    await button("open").focus()
    await press("Enter")
    await host.is_open()
    await expect(page.get_by_test_id("commands")).to_be_focused()
    await press("Enter", "Tab")
    await expect(button("next")).to_be_focused()
    await press("Enter")
    await host.hears_item(1)

    await button("close_item").focus()
    await press("Enter")
    await expect(button("reopen_item")).to_be_focused()
    await press("Enter")
    await expect(page.get_by_test_id("dialog-back")).to_be_focused()
    await press("Escape")
    await expect(button("reopen_item")).to_be_focused()
    await press("Enter", "Tab", "Enter")
    await expect(button("close_item")).to_be_focused()
    await press("Tab")
    await expect(button("interpreter")).to_be_focused()  # below it
    await press("Enter")
    await expect(page.get_by_test_id("interpreter-find")).to_be_focused()
    await press("Escape")
    await expect(button("interpreter")).to_be_focused()

    await page.goto(f"{province.address}{await page.get_by_test_id('conclude-1').get_attribute('href')}")
    await page.locator("[name=document]").fill("không số")
    await press("Enter")
    await expect(page.locator("[name=document]")).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("[aria-invalid]").first).to_be_focused()


async def test_the_item_that_is_heard_is_in_view(province: Province, chromium: Chromium) -> None:
    host = await console(province, chromium)
    await host.page.set_viewport_size({"width": 1280, "height": 400})
    await host.open_reception()
    last = host.page.locator(".agenda > li").last
    await last.locator("button.call").dispatch_event("click")  # no mouse, which would scroll there itself
    await expect(last).to_have_attribute("aria-current", "true")
    await expect(last).to_be_in_viewport(ratio=0.9)


async def its_words_are_whole(host: HostPage) -> None:
    for audience in await host.page.locator(".agenda .audience").all():
        cut = "words => words.scrollWidth > words.clientWidth && `${words.textContent} in ${words.clientWidth} px`"
        assert not await audience.evaluate(cut)


def overlap(one: FloatRect, other: FloatRect) -> bool:
    across = one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
    return across and one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]


async def test_before_the_desk_publishes_the_light_waits_for_a_picture(
    province: Province, chromium: Chromium
) -> None:
    page = (await console(province, chromium)).page
    waiting = {"state": "waiting", "bytes": 0, "seconds": 0, "growing": False, "alarm": ""}
    assert await page.evaluate(LIGHT, waiting) == ["waiting", "Chờ hình", ""]
    stalled = {"state": "stalled", "bytes": 0, "seconds": 0, "growing": False, "alarm": "stalled"}
    assert await page.evaluate(LIGHT, stalled) == ["stalled", "KHÔNG GHI ĐƯỢC", "KHÔNG TĂNG"]


async def test_when_the_reception_ends_the_desk_is_off_the_air(province: Province, chromium: Chromium) -> None:
    host = HostPage(await chromium.window("host"))
    held = await HeldDevices.of(host.page)
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.publish_camera()
    await held.are_open()

    await host.end_reception()
    await held.are_let_go()
    await expect(host.body).not_to_have_attribute("data-publishing", "")
    await expect(host.body).to_have_attribute("data-desk-link", "idle")
    await expect(host.page.get_by_test_id("publish-words")).to_contain_text("Phiên đã kết thúc")
    await expect(host.page.get_by_test_id("publish-toggle")).to_be_disabled()


async def test_the_wall_is_one_stop_of_the_tab_key(province: Province, chromium: Chromium) -> None:
    host = await console(province, chromium)
    page = host.page

    async def one_stop() -> str | None:
        stops = await page.evaluate(TAB_STOPS)
        return None if stops == 1 else f"{stops} stops of the Tab key"

    await until(one_stop)
    tiles = page.locator(".troubles button, .wall button")
    assert await tiles.count() > 100
    await tiles.first.focus()
    first = await page.evaluate(FOCUSED_ROOM)
    left, top = await page.evaluate(PLACE)
    await page.keyboard.press("ArrowDown")
    assert (await page.evaluate(PLACE))[0] == left
    assert (await page.evaluate(PLACE))[1] > top
    await page.keyboard.press("ArrowUp")
    assert await page.evaluate(FOCUSED_ROOM) == first
    await page.keyboard.press("ArrowRight")
    second = await page.evaluate(FOCUSED_ROOM)
    assert second not in ("", first)
    await until(one_stop)
    await page.keyboard.press("Shift+Tab")
    assert await page.evaluate(FOCUSED_ROOM) == ""  # out of the wall, not to the tile before
    await page.keyboard.press("Tab")
    assert await page.evaluate(FOCUSED_ROOM) == second  # and back to where it was

    await host.open_reception()
    await tiles.first.focus()
    refused = page.get_by_test_id("refusal")
    await page.keyboard.press("Enter")  # of a room that is absent: refused in words
    await expect(refused).to_be_visible()
