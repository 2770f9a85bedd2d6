"""A citizen speaks in one commune, an interpreter in another: who hears it, who chooses, nobody goes without."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage
from tests.browser.room_page import RoomPage
from tests.scenarios.patience import until
from tests.scenarios.province import CAO_XANH, DESK, HA_KHANH, HA_TU, LIMITED_ITEM, OPEN_ITEM, Province

pytestmark = pytest.mark.browser

INTERPRETATION = "audio interpreter"
VOLUMES = "() => window.tiepdanPlayers.map(({ volume }) => volume)"
PLAYERS = """(() => {
  const Native = window.Audio;
  window.tiepdanPlayers = [];
  window.Audio = class Audio extends Native {
    constructor(...given) {
      super(...given);
      window.tiepdanPlayers.push(this);
    }
  };
})()"""


async def plays(room: RoomPage | HostPage, desk: float, floor: float, interpretation: float) -> None:
    """The players of the page, in the order of its slots."""
    wanted = [desk, floor, interpretation]

    async def otherwise() -> str | None:
        volumes = await room.page.evaluate(VOLUMES)
        return None if volumes == wanted else f"the volumes are {volumes}"

    await until(otherwise)


async def opened(province: Province, chromium: Chromium) -> tuple[HostPage, dict[str, RoomPage]]:
    host = HostPage(await chromium.window("host"))
    await host.page.add_init_script(PLAYERS)
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.publish_camera()
    rooms = {}
    for code in (HA_KHANH, CAO_XANH, HA_TU):
        rooms[code] = RoomPage(await chromium.window(f"room {code}"), code)
        await rooms[code].page.add_init_script(PLAYERS)
        await rooms[code].open(province.room_address(code))
        await rooms[code].is_connected()
    return host, rooms


@pytest.mark.timeout(360)
async def test_a_room_interprets_and_the_others_choose_what_they_hear(
    province: Province, chromium: Chromium
) -> None:
    host, rooms = await opened(province, chromium)
    interpreter, speaker, listener = rooms[HA_KHANH], rooms[CAO_XANH], rooms[HA_TU]
    await host.call_next_item(OPEN_ITEM)
    await host.give_floor_unasked(CAO_XANH)
    await speaker.is_on_air()
    await listener.line.hears("audio floor")
    await expect(listener.hearing).to_be_hidden()
    assert (await listener.line.received())[INTERPRETATION] == 0

    await host.name_interpreter(HA_KHANH)
    await expect(interpreter.interprets).to_be_visible()
    await interpreter.is_off_air()
    await listener.line.hears(INTERPRETATION)
    await expect(host.page.get_by_test_id("interpreter-words")).to_have_attribute("data-tone", "live")
    await expect(interpreter.hearing).to_be_hidden()
    await plays(listener, 0.25, 0.25, 1)
    await listener.page.keyboard.press("i")
    await plays(listener, 0, 0, 1)
    await listener.hearing.click()
    await plays(listener, 1, 1, 0)
    await host.page.keyboard.press("i")
    await plays(host, 0, 0, 1)

    # The interpreter's microphone falls silent for good: whoever hears only it has the original again.
    await speaker.page.keyboard.press("i")
    await plays(speaker, 0, 0, 1)
    await interpreter.page.close()
    await expect(host.page.get_by_test_id("interpreter-words")).to_have_attribute("data-tone", "needs")
    await plays(speaker, 1, 1, 1)
    await plays(host, 1, 1, 1)

    await host.take_interpreter_back()
    await expect(listener.hearing).to_be_hidden()
    await plays(listener, 1, 1, 1)
    await listener.negotiated_once()


@pytest.mark.timeout(360)
async def test_a_room_outside_the_audience_hears_no_tone_of_it(province: Province, chromium: Chromium) -> None:
    host, rooms = await opened(province, chromium)
    interpreter, hearer, outside = rooms[HA_KHANH], rooms[CAO_XANH], rooms[HA_TU]
    await host.call_item(LIMITED_ITEM)
    await outside.shows("outside")
    await host.name_interpreter(HA_KHANH)
    await hearer.line.hears(INTERPRETATION)
    before = await outside.line.received()
    await interpreter.line.sends_another(200)
    assert await outside.line.received() == before
    assert before[INTERPRETATION] == 0
    assert await outside.line.loudness(INTERPRETATION) == 0
    await expect(outside.hearing).to_be_hidden()

    await host.page.keyboard.press("Control+k")
    for room in (interpreter, hearer):
        await room.shows("closed")
        await expect(room.hearing).to_be_hidden()
    await expect(interpreter.interprets).to_be_hidden()
    heard = await hearer.line.received()
    await host.line.sends_another(200)
    assert await hearer.line.received() == heard


@pytest.mark.timeout(360)
async def test_an_interpreter_sits_at_the_desk(province: Province, chromium: Chromium) -> None:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    listener = RoomPage(await chromium.window("room Ha Tu"), HA_TU)
    await listener.open(province.room_address(HA_TU))
    await listener.is_connected()
    desk = await chromium.window("interpreter's computer", beside=host.window)
    await desk.page.goto(f"{province.address}/desk/camera?interpreter")
    body = desk.page.locator("body")
    await expect(body).to_have_attribute("data-publishing", "")
    await host.call_next_item(OPEN_ITEM)
    await expect(body).not_to_have_attribute("data-on-air", "")
    await host.name_interpreter(DESK)
    await expect(body).to_have_attribute("data-on-air", "")
    await listener.line.hears(INTERPRETATION)
    received = await listener.line.received()
    assert {slot for slot, packets in received.items() if packets} == {INTERPRETATION}, "only its sound is sent"
    await host.take_interpreter_back()
    await expect(body).not_to_have_attribute("data-on-air", "")
