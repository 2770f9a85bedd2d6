"""The wall in a browser: a room's camera shows in its tile, follows what changes, goes when nobody may look."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage, log_in
from tests.browser.room_page import RoomPage
from tests.scenarios.patience import until
from tests.scenarios.province import HA_TU, Province

pytestmark = pytest.mark.browser

# A camera before a wall of one colour, which the test paints; the microphone is Chromium's own.
PAINTED = """
(() => {
  window.painted = "rgb(200, 30, 30)";
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 640, height: 360 });
  const context = canvas.getContext("2d");
  setInterval(() => {
    context.fillStyle = window.painted;
    context.fillRect(0, 0, 640, 360);
  }, 60);
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wish) => {
    const stream = new MediaStream();
    if (wish.video) stream.addTrack(canvas.captureStream(15).getVideoTracks()[0]);
    if (wish.audio) stream.addTrack((await open({ audio: true })).getAudioTracks()[0]);
    return stream;
  };
})();
"""
COLOUR = """async (code) => {
  const image = document.querySelector(`[data-key="${code}"] .small-picture img`);
  if (!image || image.hidden || !image.complete || image.naturalWidth === 0) return null;
  const canvas = new OffscreenCanvas(160, 90);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const [red, , blue] = context.getImageData(80, 45, 1, 1).data;
  const size = `${image.naturalWidth}x${image.naturalHeight}`;
  return [size, red > blue + 60 ? "red" : blue > red + 60 ? "blue" : "neither"];
}"""


# What of the room's bar does not fit on its screen.
CUT = """() => {
  const bar = document.querySelector("[data-part=bar]");
  const isCut = (one) => one.scrollWidth > one.clientWidth || one.getBoundingClientRect().right > innerWidth;
  const parts = [bar, ...bar.querySelectorAll(":scope > :is(strong, time)")];
  return parts.filter((one) => one.checkVisibility() && isCut(one)).map((one) => one.textContent);
}"""


async def shows(host: HostPage, colour: str | None) -> None:
    async def missing() -> str | None:
        seen = await host.page.evaluate(COLOUR, HA_TU)
        wanted = ["160x90", colour] if colour else None
        return None if seen == wanted else f"the tile shows {seen}, not {wanted}"

    await until(missing)


async def test_a_camera_shows_on_the_wall_and_in_another_colour_after_a_change(
    province: Province, chromium: Chromium
) -> None:
    room = RoomPage(await chromium.window("room"), HA_TU)
    await room.page.add_init_script(script=PAINTED)
    await room.open(province.room_address(HA_TU))
    await room.attends()
    sign = room.page.get_by_test_id("seen")
    await expect(sign).to_be_hidden()
    assert room.window.messages_sent("picture") == 0  # nobody looks

    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await shows(host, "red")
    await expect(sign).to_be_visible()
    await expect(sign).to_contain_text("Tỉnh đang thấy")

    await host.open_reception_once()
    await host.call_next_item(1)
    await room.page.evaluate("() => { window.painted = 'rgb(20, 40, 210)'; }")
    await room.raises_hand()
    await shows(host, "blue")  # in the list of hands
    assert await room.page.evaluate(CUT) == []  # with all that is said of a reception
    await host.give_floor(HA_TU)
    await shows(host, "blue")
    assert await room.page.evaluate(CUT) == []

    sent = room.window.messages_sent("picture")
    await host.page.keyboard.press("Control+k")
    await expect(host.body).to_have_attribute("data-closed", "")
    await shows(host, None)
    await expect(sign).to_be_hidden()
    assert room.window.messages_sent("picture") - sent <= 2  # what was on its way


async def test_who_stops_looking_is_told_of_no_room_and_the_rooms_say_so(
    province: Province, chromium: Chromium
) -> None:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    room = RoomPage(await chromium.window("room"), HA_TU)
    await room.page.add_init_script(script=PAINTED)
    await room.open(province.room_address(HA_TU))
    await shows(host, "red")
    toggle = host.page.get_by_test_id("wall-pictures")
    await expect(toggle).to_have_attribute("aria-pressed", "true")
    await toggle.click()
    await shows(host, None)
    await expect(host.page.locator("[data-picture=there]")).to_have_count(0)
    await expect(room.page.get_by_test_id("seen")).to_be_hidden(timeout=40_000)
    await host.page.reload()  # this computer remembers
    await expect(toggle).to_have_attribute("aria-pressed", "false")
    await toggle.click()
    await shows(host, "red")


async def test_the_wall_opens_wide_over_the_stage_by_one_key(province: Province, chromium: Chromium) -> None:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    agenda = host.page.get_by_test_id("agenda")
    await expect(agenda).to_be_visible()
    await host.page.keyboard.press("w")
    await expect(agenda).to_be_hidden()
    await expect(host.page.get_by_test_id("command-open")).to_be_visible()
    await host.page.get_by_test_id("search").fill("ha tu w")  # a letter in a word is no key
    await expect(agenda).to_be_hidden()
    await host.page.keyboard.press("Escape")  # out of the search
    await host.page.keyboard.press("Escape")
    await expect(agenda).to_be_visible()


async def test_a_technician_has_a_wall_with_words_for_each_line(province: Province, chromium: Chromium) -> None:
    room = RoomPage(await chromium.window("room"), HA_TU)
    await room.page.add_init_script(script=PAINTED)
    await room.open(province.room_address(HA_TU))
    await room.attends()
    technician = HostPage(await chromium.window("technician"))
    await log_in(technician.window, province.address, "kythuat")
    await technician.page.goto(f"{province.address}/receptions/wall")
    await shows(technician, "red")
    search = technician.page.get_by_test_id("search")
    await search.fill(HA_TU)
    await expect(technician.page.get_by_test_id("wall").locator("li")).to_have_count(1)
    await shows(technician, "red")
    await search.fill("nowhere at all")
    await expect(technician.page.locator("[data-part=none]")).to_be_visible()
