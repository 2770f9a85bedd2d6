"""One Chromium, as Debian packages it, with its fake camera and microphone; a window for every person."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, WebSocket, async_playwright, expect

ALWAYS = (
    "--no-sandbox",  # tests run in containers and as root
    "--use-fake-ui-for-media-stream",  # "may this page use the camera?": yes
    "--autoplay-policy=no-user-gesture-required",  # as a room's kiosk is started
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# A moving test picture and a beep every second. 15 pictures a second: two cores encode and decode all of them.
FAKE_DEVICES = "--use-fake-device-for-media-stream=fps=15"
INSTRUMENTS = Path(__file__).with_name("instruments.js")
PATIENCE_MS = 40_000  # of two cores that play the server and every person in front of it
RESTARTED_MS = 90_000  # a process starts anew, on those cores
expect.set_options(timeout=PATIENCE_MS)


class Window:
    """One page with cookies of its own, and what it sent over its web sockets."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.sockets = 0
        self.faults: list[str] = []
        self._sent: list[str] = []
        page.on("websocket", self._on_socket)
        page.on("pageerror", lambda error: self.faults.append(f"{name}: {error}"))

    def messages_sent(self, event: str) -> int:
        """How many Socket.IO messages of this name left the page."""
        return sum(f'["{event}"' in frame for frame in self._sent)

    def _on_socket(self, socket: WebSocket) -> None:
        self.sockets += 1
        socket.on("framesent", lambda frame: self._sent.append(str(frame)))


class Chromium:
    """A running browser; `window` opens a new one for a person who shares nothing with the others."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._windows: list[Window] = []

    @property
    def faults(self) -> list[str]:
        """Every exception that no script of a page caught."""
        return [fault for window in self._windows for fault in window.faults]

    async def window(self, name: str, beside: Window | None = None) -> Window:
        """A new window; `beside` another one: of the same person, with the same login."""
        context = beside.page.context if beside is not None else await self._context()
        page = await context.new_page()
        window = Window(page, name)
        self._windows.append(window)
        return window

    async def _context(self) -> BrowserContext:
        context = await self._browser.new_context(viewport={"width": 1280, "height": 720}, locale="vi-VN")
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(path=INSTRUMENTS)
        return context

    async def photograph(self, directory: Path) -> None:
        """A picture of every window: what a failed test leaves to look at."""
        for number, window in enumerate(self._windows):
            if not window.page.is_closed():
                name = re.sub(r"\W+", "-", window.name)
                await window.page.screenshot(path=directory / f"{number}-{name}.png")


@asynccontextmanager
async def running_chromium(executable: str, *, devices: bool = True) -> AsyncIterator[Chromium]:
    """With `devices` False the computer has neither camera nor microphone."""
    arguments = [*ALWAYS, FAKE_DEVICES] if devices else list(ALWAYS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=arguments)
        try:
            yield Chromium(browser)
        finally:
            await browser.close()
