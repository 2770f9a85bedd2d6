"""A room's camera, microphone and loudspeaker: chosen by remote control, remembered, lost and found again."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.room_page import RoomPage
from tests.browser.sockets_of_devices import Sockets
from tests.scenarios.patience import until
from tests.scenarios.province import HA_TU, Province

pytestmark = pytest.mark.browser


# What the page makes of a camera and a microphone that are open, without the ten seconds it takes to be sure.
JUDGES = """async () => {
  const page = document.querySelector("script[type=module]").src;
  const { Living, lifeless } = await import(new URL("living.js", page));
  const { audioContext } = await import(new URL("../web/live/level.js", page));
  await audioContext().resume();
  const picture = (grey, n) => new Float32Array(576).map((_one, at) => grey(n, at));
  const pictures = (grey) => [0, 1, 2, 3, 4, 5].map((n) => picture(grey, n));
  const said = [];
  const live = { readyState: "live", enabled: true, muted: false };
  const living = new Living({
    devices: { isElsewhere: true, track: () => live, setLifeless: (name, how) => said.push(how) }, video: null,
  });
  const hears = (peaks) => { for (const peak of peaks) living.hear(peak); return said.at(-1) ?? "not yet"; };
  const quiet = Array(124).fill(0);
  return {
    black: lifeless(pictures((n, at) => 10 + ((at + n) % 3))),
    frozen: lifeless(pictures((_n, at) => at % 200)),
    still: lifeless(pictures((n, at) => (at % 200) + 0.01 * n)),
    breath: hears(quiet),
    mute: hears([0]),
    spoken: hears([0.0001]),
    switchedOff: (live.enabled = false, hears([...quiet, 0])),
  };
}"""


async def _holds(sockets: Sockets, *wanted: str) -> None:
    async def missing() -> str | None:
        held = await sockets.held()
        return None if held == sorted(wanted) else f"the page holds {held}, not {sorted(wanted)}"

    await until(missing)


async def _plays_through(sockets: Sockets, wanted: str) -> None:
    async def missing() -> str | None:
        sink = await sockets.sink()
        return None if sink == wanted else f"it plays through {sink!r}, not {wanted!r}"

    await until(missing)


async def _room(province: Province, chromium: Chromium) -> tuple[RoomPage, Sockets]:
    room = RoomPage(await chromium.window("room"), HA_TU)
    sockets = await Sockets.of(room.page)
    await room.open(province.room_address(HA_TU))
    await room.attends()
    await _holds(sockets, "cam-a", "mic-a")
    return room, sockets


async def _chooses(room: RoomPage, text: str) -> None:
    """With the keys of a remote control: the arrows until it is reached, then OK."""
    panel = room.page.get_by_test_id("devices")
    wanted = panel.get_by_role("button", name=text)
    await expect(wanted).to_be_visible()
    for _ in range(await panel.get_by_role("button").count()):
        if await wanted.evaluate("(button) => button === document.activeElement"):
            break
        await room.page.keyboard.press("ArrowDown")
    await expect(wanted).to_be_focused()
    await room.page.keyboard.press("Enter")
    await expect(wanted).to_have_attribute("aria-pressed", "true")


async def test_what_was_chosen_by_remote_control_is_there_the_next_morning(
    province: Province, chromium: Chromium
) -> None:
    room, sockets = await _room(province, chromium)
    panel = room.page.get_by_test_id("devices")
    await room.page.keyboard.press("d")
    await expect(panel).to_be_visible()
    await _chooses(room, "Camera B")
    await _chooses(room, "Micro B")
    await _chooses(room, "Loa hội trường")
    await _holds(sockets, "cam-b", "mic-b")
    await _plays_through(sockets, "loa")
    await room.page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()

    await room.page.reload()
    await room.attends()
    await _holds(sockets, "cam-b", "mic-b")
    await _plays_through(sockets, "loa")
    await expect(room.banner).to_be_hidden()


async def test_the_chosen_camera_goes_another_serves_and_it_comes_back(
    province: Province, chromium: Chromium
) -> None:
    room, sockets = await _room(province, chromium)
    await room.page.keyboard.press("d")
    await _chooses(room, "Camera B")
    await room.page.keyboard.press("Escape")
    await _holds(sockets, "cam-b", "mic-a")

    await sockets.pull("cam-b")
    await _holds(sockets, "cam-a", "mic-a")
    await expect(room.banner).to_contain_text("“Camera B”")
    await expect(room.banner).to_contain_text("dùng tạm camera khác")
    await sockets.pull("cam-a")
    await _holds(sockets, "mic-a")
    await expect(room.banner).to_contain_text("Không thấy camera “Camera B”, máy không có camera nào khác")
    await expect(room.camera_sign).to_have_attribute("data-tone", "needs")

    await sockets.plug("cam-a")
    await _holds(sockets, "cam-a", "mic-a")
    await sockets.plug("cam-b", "cam-b-in-another-socket")
    await _holds(sockets, "cam-b-in-another-socket", "mic-a")
    await expect(room.banner).to_be_hidden()
    await expect(room.camera_sign).to_have_attribute("data-tone", "good")


async def test_a_room_without_a_choice_says_what_to_plug_in(province: Province, chromium: Chromium) -> None:
    room, sockets = await _room(province, chromium)
    await sockets.pull("mic-b")
    await sockets.pull("mic-a")
    await expect(room.banner).to_contain_text("Không tìm thấy micro")
    await sockets.plug("mic-b")
    await _holds(sockets, "cam-a", "mic-b")
    await expect(room.banner).to_be_hidden()


async def test_a_switch_on_the_microphone_is_noticed(province: Province, chromium: Chromium) -> None:
    room, sockets = await _room(province, chromium)
    await sockets.falls_silent("mic-a")
    await expect(room.banner).to_contain_text("bật công tắc trên micro")
    await expect(room.microphone_sign).to_have_attribute("data-tone", "needs")
    await sockets.falls_silent("mic-a", silent=False)
    await expect(room.banner).to_be_hidden()
    await expect(room.microphone_sign).to_have_attribute("data-tone", "good")


async def test_a_tv_that_is_switched_off_takes_its_loudspeaker_away_for_a_while(
    province: Province, chromium: Chromium
) -> None:
    room, sockets = await _room(province, chromium)
    await room.page.keyboard.press("d")
    await _chooses(room, "Tivi")
    await room.page.keyboard.press("Escape")
    await _plays_through(sockets, "tv")
    await sockets.pull("tv")
    await _plays_through(sockets, "")
    await expect(room.banner).to_contain_text("Không thấy loa “Tivi”")
    await sockets.plug("tv")
    await _plays_through(sockets, "tv")
    await expect(room.banner).to_be_hidden()


async def test_what_is_open_and_gives_nothing_is_noticed_without_a_check(
    province: Province, chromium: Chromium
) -> None:
    page = (await chromium.window("room")).page
    await page.goto(f"{province.address}/room")
    assert await page.evaluate(JUDGES) == {
        "black": "silent", "frozen": "frozen", "still": "",
        "breath": "not yet", "mute": "silent", "spoken": "", "switchedOff": "",
    }  # fmt: skip
