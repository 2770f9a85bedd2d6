"""Nobody is in the room: its page waits, joins in time, lets go afterwards, and follows the server's version."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from server.data.columns import now
from signaling.desk_messages import CommandName
from tests.browser.chromium import Chromium
from tests.browser.held_devices import HeldDevices
from tests.browser.room_page import RoomPage
from tests.scenarios.patience import until
from tests.scenarios.province import HA_TU, Province
from tests.waiting import eventually

pytestmark = pytest.mark.browser

LEAD = timedelta(minutes=15)
FAR = timedelta(days=2)
A_MOMENT = timedelta(seconds=8)  # longer than the office's change takes to reach the room
OLD = "0" * 16
STAGE: dict[str, Any] = {"reception_state": "planned", "has_floor": False, "hand_raised": False, "item": None}
HEARD = {**STAGE, "reception_state": "open", "item": {"position": 1}}


async def test_it_waits_joins_in_time_and_lets_go_afterwards(province: Province, chromium: Chromium) -> None:
    await province.replan(now() + FAR)
    room = RoomPage(await chromium.window("room"), HA_TU)
    held = await HeldDevices.of(room.page)
    await room.open(province.room_address(HA_TU))
    await room.shows("planned")
    await room.rests()
    await expect(room.upcoming).to_contain_text("Phiên tiếp công dân định kỳ")
    await expect(room.card_sentence).to_contain_text("Máy tự bật camera, micro và vào phiên lúc")
    await held.are_let_go()

    await province.replan(now() + LEAD / 2)  # told by the server, nothing is pressed or loaded
    await room.attends()
    await held.are_open()
    await province.replan(now() + FAR)
    await room.rests()
    await held.are_let_go()

    joins = room.joins
    await province.replan(now() + LEAD + A_MOMENT)
    await room.attends()  # by its own clock: no message comes at that moment
    assert room.joins == joins + 1

    await province.replan(now())
    await province.press(CommandName.OPEN)
    await room.shows("waiting")
    await room.attends()
    await province.press(CommandName.END, confirm=True)
    await room.shows("ended")
    await room.rests()
    await held.are_let_go()


@pytest.mark.parametrize("days", [3, -3])
async def test_a_clock_that_jumps_wakes_nobody(province: Province, chromium: Chromium, days: int) -> None:
    await province.replan(now() + FAR)
    room = RoomPage(await chromium.window("room"), HA_TU)
    held = await HeldDevices.of(room.page)
    await room.open(province.room_address(HA_TU))
    await room.rests()
    sockets, joins = room.window.sockets, room.joins
    await room.sleeps(days * 24 * 3600)

    def missing() -> str | None:
        """Where it jumps far ahead, Socket.IO takes its connection for dead; a new one brings the time, too."""
        asked = room.window.messages_sent("clock") or room.window.sockets > sockets
        return None if asked else "nobody was asked for the time"

    await eventually(missing)
    await room.rests()
    await expect(room.page.locator(".countdown")).to_have_text("còn 1 ngày 23 giờ")
    await held.are_let_go()
    assert room.joins == joins


async def test_somebody_checks_the_devices_of_a_room_that_rests(province: Province, chromium: Chromium) -> None:
    await province.replan(now() + FAR)
    room = RoomPage(await chromium.window("room"), HA_TU)
    held = await HeldDevices.of(room.page)
    await room.open(province.room_address(HA_TU))
    await room.rests()
    check = room.page.get_by_test_id("check-devices")
    await check.click()
    await room.attends()
    await held.are_open()
    await expect(room.page.get_by_test_id("check")).to_be_visible()
    await check.click()
    await room.rests()
    await held.are_let_go()


# The page of before: as often as `old` says what is loaded calls itself another one; so does what is fetched,
# where something on the way keeps it (`stale`).
SHELF = """
(([old, page, stale]) => {
  const count = (name) => {
    const next = Number(sessionStorage.getItem(name) ?? 0) + 1;
    sessionStorage.setItem(name, next);
    return next;
  };
  if (location.pathname !== "/room") return;
  const isOld = count("test.loaded") <= old;
  new MutationObserver((_changes, observer) => {
    if (!document.body) return;
    observer.disconnect();
    if (isOld) document.body.dataset.page = page;
  }).observe(document, { childList: true, subtree: true });
  const native = window.fetch.bind(window);
  window.fetch = async (address, ...more) => {
    const answer = await native(address, ...more);
    if (address !== "/room") return answer;
    count("test.asked");
    if (!stale) return answer;
    return new Response((await answer.text()).replace(/data-page="[^"]*"/, `data-page="${page}"`));
  };
})
"""


class Shelf:
    """How often the page of before is given out; counts what was asked for."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @classmethod
    async def of(cls, page: Page, *, old: int, stale: bool = False) -> Shelf:
        await page.add_init_script(script=f"{SHELF.strip()}({json.dumps([old, OLD, stale])})")
        return cls(page)

    async def counts(self) -> tuple[int, int]:
        """How often it was loaded, and how often it looked whether the new one is there."""
        script = "() => ['loaded', 'asked'].map((name) => Number(sessionStorage.getItem(`test.${name}`) ?? 0))"
        loaded, asked = await self._page.evaluate(script)
        return loaded, asked


async def test_an_old_page_reloads_itself_once_nothing_is_heard(province: Province, chromium: Chromium) -> None:
    room = RoomPage(await chromium.window("room"), HA_TU)
    shelf = await Shelf.of(room.page, old=1)
    await province.press(CommandName.OPEN)
    await province.press(CommandName.NEXT)
    await room.open(province.room_address(HA_TU))
    await room.attends()
    await expect(room.body).to_have_attribute("data-page", OLD)
    assert await shelf.counts() == (1, 0)
    await province.press(CommandName.FINISH_ITEM)
    await expect(room.body).not_to_have_attribute("data-page", OLD, timeout=60_000)
    await room.attends()
    assert await shelf.counts() == (2, 1)


async def test_a_page_that_stays_the_old_one_is_not_loaded_over_and_over(
    province: Province, chromium: Chromium
) -> None:
    room = RoomPage(await chromium.window("room"), HA_TU)
    shelf = await Shelf.of(room.page, old=1000, stale=True)
    await room.open(province.room_address(HA_TU))
    await room.attends()
    await expect(room.banner).to_contain_text("bản mới")

    async def missing() -> str | None:
        return None if (await shelf.counts())[1] else "it did not look whether the new page is there"

    await until(missing)
    assert await shelf.counts() == (1, 1)


async def test_when_to_be_there_and_when_to_reload_are_decided_by_tables(
    province: Province, chromium: Chromium
) -> None:
    window = await chromium.window("tables")
    await window.page.goto(f"{province.address}/login")
    minute = 60_000

    async def needed(stage: object, join_at: str | None, now_ms: int, checks_until_ms: int = 0) -> Any:
        known = {
            "stage": stage,
            "schedule": None if join_at is None else {"join_at": join_at, "next": []},
            "checks_until_ms": checks_until_ms,
        }
        return await window.page.evaluate(
            "async ([known, now]) => (await import('/static/room/attending.js')).isNeeded(known, now)",
            [known, now_ms],
        )

    at = "1970-01-01T07:15:00+07:00"
    assert await needed(None, at, 0) is None
    assert await needed(STAGE, at, 15 * minute - 1) is False
    assert await needed(STAGE, at, 15 * minute) is True
    assert await needed({**STAGE, "reception_state": "ended"}, at, 15 * minute) is True  # the next one of the day
    assert await needed({**STAGE, "reception_state": "none"}, "", 10**15) is False
    assert await needed(HEARD, "", 0) is True
    assert await needed(STAGE, None, 0) is True  # a server of before
    assert await needed(STAGE, "", minute, 2 * minute) is True

    async def may(**known: object) -> Any:
        full = {"stage": STAGE, "interprets": False, "busy": False, "mute": False, **known}
        script = "async (known) => (await import('/static/room/upgrade.js')).mayReload(known)"
        return await window.page.evaluate(script, full)

    assert await may() is True
    between = {**STAGE, "reception_state": "open"}
    assert await may(stage=between) is True
    assert await may(mute=True) is True
    for refused in (
        {"stage": None}, {"stage": HEARD}, {"stage": {**STAGE, "has_floor": True}},
        {"stage": {**STAGE, "hand_raised": True}}, {"interprets": True}, {"busy": True},
        {"stage": between, "mute": True},
    ):  # fmt: skip
        assert await may(**refused) is False, refused

    async def worth(page: str, tried: object, now_ms: int) -> Any:
        script = "async ([p, t, n]) => (await import('/static/room/upgrade.js')).isWorthATry(p, t, n)"
        return await window.page.evaluate(script, [page, tried, now_ms])

    tried = {"page": "new", "at_ms": 10 * minute}
    assert await worth("new", None, 0) is True
    assert await worth("newer", tried, 11 * minute) is True
    assert await worth("new", tried, 69 * minute) is False
    assert await worth("new", tried, 70 * minute) is True
