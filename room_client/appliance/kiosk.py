"""One run of the kiosk: a Chromium that shows the room's page full screen, without a person to start it.

The credential is put into the browser as the cookie that enrolment would have left there, so one code enrols
the computer and its screen. Where there is no desktop, `cage` (Debian) gives Chromium the whole display.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from room_client.appliance.devtools import ENDED, BrowserGone, DevTools
from signaling.enrolment import DEVICE_COOKIE
from signaling.sound_level import LOUDEST

LOOK_S = 5.0
LEVEL_EVERY_S = 0.2  # often enough that speaking moves the meter
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES = (
    "--kiosk",
    "--no-first-run",
    "--no-default-browser-check",
    "--noerrdialogs",
    "--disable-infobars",
    "--hide-crash-restore-bubble",
    "--disable-pinch",
    "--disable-features=Translate",
    "--autoplay-policy=no-user-gesture-required",
    "--password-store=basic",
    "--remote-debugging-pipe",
)
_GONE = frozenset({"Inspector.targetCrashed", "Target.targetCrashed", ENDED})


class NoScreen(Exception):
    """Its text is a word of `room_client.wording`: what is missing on this computer."""


def kiosk_command(environment: Mapping[str, str], profile: Path, language: str) -> list[str]:
    """Raises NoScreen."""
    browser = next((name for name in BROWSERS if shutil.which(name)), None)
    if browser is None:
        raise NoScreen("screen_no_browser")
    command = [browser, *_SWITCHES, f"--lang={language}", f"--user-data-dir={profile}"]
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return [*command, "about:blank"]
    if shutil.which("cage") is None:
        raise NoScreen("screen_no_display")
    return ["cage", "-s", "--", *command, "--ozone-platform=wayland", "about:blank"]


class Kiosk:
    """`run` shows the page until it cannot, and raises why."""

    def __init__(
        self,
        server: str,
        credential: str,
        profile: Path,
        language: str,
        on_enrolled: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`on_enrolled` hears another credential, when somebody typed a code into the page."""
        self._on_enrolled = on_enrolled
        self._is_gone = False
        self._server = server.rstrip("/")
        self._credential = credential
        self._profile = profile
        self._language = language
        self._told = "{}"
        self._news = asyncio.Event()
        self.level: Callable[[], int | None] = lambda: None  # of the microphone, 0 to 100; None: not known
        self.shown = ""  # what the page shows, by its own word (`data-view`); empty: no page

    def tell(self, told: Mapping[str, object]) -> None:
        """What the page is to know of camera and microphone (page/appliance.js)."""
        self._told = json.dumps(dict(told))
        self._news.set()

    async def run(self, switches: Sequence[str] = ()) -> None:
        """Never returns. Raises BrowserGone, NoScreen, OSError. `switches`: more of Chromium's."""
        command = kiosk_command(os.environ, self._profile, self._language)
        tools = DevTools(self._event)
        self._is_gone = False
        levels: asyncio.Task[None] | None = None
        try:
            await tools.launch([*command[:-1], *switches, command[-1]], dict(os.environ))
            session = await self._page(tools)
            await self._open(tools, session)
            levels = asyncio.create_task(self._show_levels(tools, session), name="room shows its level")
            while True:
                self._news.clear()
                await self._look(tools, session)
                try:
                    async with asyncio.timeout(LOOK_S):
                        await self._news.wait()
                except TimeoutError:
                    pass
        finally:
            self.shown = ""
            if levels is not None:
                levels.cancel()
                await asyncio.gather(levels, return_exceptions=True)
            await tools.close()

    def _event(self, name: str) -> None:
        if name in _GONE:
            self._is_gone = True
            self._news.set()

    async def _page(self, tools: DevTools) -> str:
        """The session of the one page, which is there a moment after the browser."""
        while True:
            targets = (await tools.call("Target.getTargets"))["targetInfos"]
            page = next((one["targetId"] for one in targets if one["type"] == "page"), None)
            if page is not None:
                session = await tools.call("Target.attachToTarget", targetId=page, flatten=True)
                return str(session["sessionId"])
            await asyncio.sleep(0.1)

    async def _open(self, tools: DevTools, session: str) -> None:
        address = f"{self._server}/room"
        if self._credential:
            cookie = {"url": address, "name": DEVICE_COOKIE, "value": self._credential, "httpOnly": True,
                      "sameSite": "Strict", "secure": address.startswith("https:")}  # fmt: skip
            await tools.call("Network.setCookie", session, **cookie)
        await tools.call("Inspector.enable", session)
        await tools.call("Page.enable", session)
        source = f"globalThis.tiepdanAppliance = {self._told};"
        await tools.call("Page.addScriptToEvaluateOnNewDocument", session, source=source)
        await tools.call("Page.navigate", session, url=address)

    async def _show_levels(self, tools: DevTools, session: str) -> None:
        """Until the page is gone, which `run` notices by itself."""
        before: int | None = None
        with suppress(BrowserGone):
            while True:
                await asyncio.sleep(LEVEL_EVERY_S)
                level = self.level()
                if level == before or not self.shown:
                    continue
                before = level
                told = "null" if level is None else f"{level / LOUDEST:.2f}"
                script = f"globalThis.tiepdanHeard?.({told})"
                await tools.call("Runtime.evaluate", session, expression=script)

    async def _look(self, tools: DevTools, session: str) -> None:
        """Tell the page what is new, and see whether it lives. Where the server was away there is no page of ours
        but the browser's own: then it is opened again."""
        if self._is_gone:
            raise BrowserGone("the page or its browser is gone")
        script = f"globalThis.tiepdanTold?.({self._told}), document.body?.dataset.view ?? ''"
        found = await tools.call("Runtime.evaluate", session, expression=script, returnByValue=True)
        self.shown = str(found.get("result", {}).get("value", ""))
        cookies = await tools.call("Network.getCookies", session, urls=[f"{self._server}/room"])
        for cookie in cookies.get("cookies", ()):
            if cookie["name"] == DEVICE_COOKIE and cookie["value"] != self._credential:
                self._credential = str(cookie["value"])
                self._on_enrolled(self._credential)
        if not self.shown:
            ready = await tools.call(
                "Runtime.evaluate", session, expression="document.readyState", returnByValue=True
            )
            if ready.get("result", {}).get("value") == "complete":
                await tools.call("Page.navigate", session, url=f"{self._server}/room")
