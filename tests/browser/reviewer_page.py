"""The reviewer, from the register to the second of the recording."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Locator, expect

from tests.browser.chromium import Window
from tests.browser.host_page import log_in
from tests.browser.watching import Picture
from tests.scenarios.patience import until


class ReviewerPage:
    def __init__(self, window: Window) -> None:
        self.window = window
        self.page = window.page

    async def log_in(self, address: str) -> None:
        await log_in(self.window, address, "xemlai")

    async def finds_petition(self, typed: str, code: str) -> None:
        """Types into the register's search, without pressing anything, and opens the one that is left."""
        await self.page.locator("a.button[href='/petitions']").click()
        await self.page.locator("input[name=q]").press_sequentially(typed)
        rows = self.page.locator("#found tbody tr")
        await expect(rows).to_have_count(1)
        await rows.first.get_by_role("link", name=code).click()
        await expect(self.page).to_have_url(re.compile(r"/petitions/\d+$"))

    @property
    def watch_link(self) -> Locator:
        """The link into the recording of the time the petition was heard."""
        return self.page.locator("a[href*='/recording?t=']")

    async def waits_for_recording(self) -> None:
        """Looks at the petition again until its recording is sealed."""

        async def missing() -> str | None:
            if await self.watch_link.count():
                return None
            await self.page.reload()
            return "the petition has no link into the recording"

        await until(missing, timeout_s=60)

    async def watches(self) -> int:
        """Clicks the link; returns the second it promises."""
        address = await self.watch_link.first.get_attribute("href") or ""
        await self.watch_link.first.click()
        await expect(self.page).to_have_url(re.compile(r"/recording\?t=\d+$"))
        return int(parse_qs(urlsplit(address).query)["t"][0])

    # --- the player

    @property
    def video(self) -> Locator:
        return self.page.locator("video")

    @property
    def picture(self) -> Picture:
        return Picture(self.video, "the recording")

    @property
    def chapters(self) -> Locator:
        return self.page.locator("a.chapter-jump")

    async def plays(self) -> None:
        await self.page.keyboard.press("Space")

    async def second(self) -> float:
        return float(await self.video.evaluate("video => video.currentTime"))

    async def is_at(self, second: float, within_s: float = 1.5) -> None:
        async def missing() -> str | None:
            there = await self.second()
            return None if abs(there - second) <= within_s else f"the player is at {there:.1f} s, not {second:.1f}"

        await until(missing)

    async def passes(self, second: float) -> None:
        async def missing() -> str | None:
            there = await self.second()
            return None if there > second else f"the player is at {there:.1f} s"

        await until(missing)
