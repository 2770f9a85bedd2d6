"""The console, and the host in front of it."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from server.demo.accounts import PASSWORD
from tests.browser.chromium import RESTARTED_MS, Window
from tests.browser.watching import Line, Picture


async def log_in(window: Window, address: str, login: str) -> None:
    page = window.page
    await page.goto(f"{address}/login")
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{address}/")


class HostPage:
    """The console of today's reception."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.page = window.page
        self.body = window.page.locator("body")
        self.line = Line(window.page, window.name)

    async def log_in(self, address: str) -> None:
        await log_in(self.window, address, "chutri")

    async def open_console(self) -> None:
        """From the home page, by the one button that is the next step."""
        await self.page.locator("a.button[href$='/console']").click()
        await expect(self.page).to_have_url(re.compile(r"/receptions/\d+/console$"))
        await expect(self.body).to_have_attribute("data-signalling", "up")

    # --- the buttons

    async def open_reception(self) -> None:
        await self._press("open")
        await self.is_open()

    async def open_reception_once(self) -> None:
        """Unless it is open already."""
        if await self.body.get_attribute("data-state") != "open":
            await self.open_reception()

    async def publish_camera(self) -> None:
        await self.page.get_by_test_id("publish-toggle").click()
        await expect(self.body).to_have_attribute("data-desk-link", "connected")

    async def share_document(self) -> None:
        await self.page.get_by_test_id("document-toggle").click()
        await expect(self.body).to_have_attribute("data-document", "")

    async def stop_document(self) -> None:
        await self.page.get_by_test_id("document-toggle").click()
        await expect(self.body).not_to_have_attribute("data-document", "")

    async def call_next_item(self, position: int) -> None:
        await self._press("next")
        await self.hears_item(position)

    async def call_item(self, position: int) -> None:
        """Out of its turn, from the agenda."""
        await self.page.get_by_test_id(f"item-{position}").locator("button.call").click()
        await self.hears_item(position)

    async def finish_item(self) -> None:
        await self._press("finish_item")
        await expect(self.body).to_have_attribute("data-item", "none")

    async def give_floor(self, code: str) -> None:
        """To a room whose hand is up."""
        await self.page.get_by_test_id(f"invite-{code}").click()
        await self.has_on_floor(code)

    async def give_floor_unasked(self, code: str) -> None:
        await self.page.get_by_test_id(f"room-{code}").get_by_role("button").click()
        await self.has_on_floor(code)

    async def take_floor_back(self) -> None:
        await self._press("take_floor_back")
        await self.has_on_floor("none")

    async def name_interpreter(self, code: str) -> None:
        await self._press("interpreter")
        await self.page.get_by_test_id(f"interpreter-{code}").click()
        await expect(self.body).to_have_attribute("data-interpreter", code)

    async def take_interpreter_back(self) -> None:
        await self._press("take_interpreter_back")
        await expect(self.body).to_have_attribute("data-interpreter", "none")

    async def end_reception(self) -> None:
        """The button asks first; the way back has the focus."""
        await self._press("end")
        await expect(self.page.get_by_test_id("dialog-back")).to_be_focused()
        await self.page.get_by_test_id("dialog-do").click()
        await expect(self.body).to_have_attribute("data-state", "ended")

    async def _press(self, command: str) -> None:
        await self.page.get_by_test_id(f"command-{command}").click()

    # --- what the console shows

    @property
    def stage(self) -> Picture:
        """The desk's picture as rooms see it."""
        return Picture(self.page.get_by_test_id("video-desk"), f"the stage in {self.window.name}")

    @property
    def recording_light(self) -> Locator:
        return self.page.get_by_test_id("recording")

    @property
    def windows(self) -> Locator:
        """That, and how many, consoles are open."""
        return self.page.get_by_test_id("windows")

    @property
    def banner(self) -> Locator:
        return self.page.get_by_test_id("banner")

    async def is_connected(self) -> None:
        """Commands, the stage, and the desk's own picture, as far as it is sent."""
        await expect(self.body).to_have_attribute("data-signalling", "up", timeout=RESTARTED_MS)
        await expect(self.body).to_have_attribute("data-link", "connected")
        if await self.body.get_attribute("data-publishing") is not None:
            await expect(self.body).to_have_attribute("data-desk-link", "connected")

    async def is_open(self) -> None:
        await expect(self.body).to_have_attribute("data-state", "open")

    async def sees_trouble(self, code: str) -> None:
        """The room stands among those that need attention, with words."""
        await expect(self.page.get_by_test_id("troubles").get_by_test_id(f"room-{code}")).to_be_visible()

    async def hears_item(self, position: int) -> None:
        await expect(self.body).to_have_attribute("data-item", str(position))

    async def has_on_floor(self, code: str) -> None:
        await expect(self.body).to_have_attribute("data-floor", code)

    async def sees_hand_first(self, code: str) -> None:
        await expect(self.page.get_by_test_id("hands").locator("li").first).to_have_attribute(
            "data-testid", f"hand-{code}"
        )

    async def sees_presence(self, code: str, presence: str) -> None:
        """`presence`: absent, connected, receiving, has_floor (a raised hand stands in a list of its own)."""
        await expect(self.page.get_by_test_id(f"room-{code}")).to_have_attribute("data-presence", presence)

    def left_outside(self, code: str) -> Locator:
        """The room's tile, if the room may not receive the present item."""
        return self.page.locator(f"[data-testid=room-{code}][data-outside]")

    async def clicked_at_ms(self) -> float:
        """The wall clock of the last click in this window."""
        return float(await self.page.evaluate("() => window.tiepdanWatch.clickedAt"))
