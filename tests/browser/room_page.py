"""The room's screen, and the officer in front of it."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.browser.chromium import RESTARTED_MS, Window
from tests.browser.watching import Line, Picture
from tests.scenarios.patience import until
from tests.waiting import eventually

CHECKED_MS = 90_000  # ten seconds of measuring, and a computer that has other things to do


class RoomPage:
    """A room's page in a window of its own. `code`: the room's."""

    def __init__(self, window: Window, code: str) -> None:
        self.window = window
        self.code = code
        self.page = window.page
        self.body = window.page.locator("body")
        self.line = Line(window.page, window.name)

    async def open(self, address: str) -> None:
        """Open the address with the key, and see that the key is gone from the address bar."""
        await self.page.goto(address)
        await expect(self.page).to_have_url(re.compile(r"/room$"))

    def picture(self, tile: str) -> Picture:
        """`tile`: desk, floor, document, or self."""
        return Picture(self.page.get_by_test_id(f"video-{tile}"), f"{tile} in {self.window.name}")

    @property
    def card(self) -> Locator:
        return self.page.get_by_test_id("card")

    @property
    def card_sentence(self) -> Locator:
        return self.card.locator(".card-sentence")

    @property
    def card_button(self) -> Locator:
        """The one thing there is to do, where there is one."""
        return self.page.get_by_test_id("card-button")

    @property
    def key_field(self) -> Locator:
        return self.page.get_by_test_id("key")

    @property
    def summons(self) -> Locator:
        """The large one that waits for an answer."""
        return self.page.get_by_test_id("summons")

    @property
    def answered(self) -> Locator:
        return self.page.get_by_test_id("answered")

    @property
    def banner(self) -> Locator:
        return self.page.get_by_test_id("banner")

    @property
    def name(self) -> Locator:
        return self.page.get_by_test_id("room-name")

    @property
    def on_air(self) -> Locator:
        return self.page.get_by_test_id("on-air")

    @property
    def interprets(self) -> Locator:
        """That this room's microphone is on air as the interpretation."""
        return self.page.get_by_test_id("interprets")

    @property
    def hearing(self) -> Locator:
        """The button that chooses what is heard."""
        return self.page.get_by_test_id("hearing")

    @property
    def camera_sign(self) -> Locator:
        return self.page.get_by_test_id("camera")

    @property
    def microphone_sign(self) -> Locator:
        return self.page.get_by_test_id("microphone")

    @property
    def line_sign(self) -> Locator:
        """What the bar says of the line."""
        return self.page.get_by_test_id("line")

    def sound_only(self, tile: str) -> Locator:
        """The neutral card in place of a picture that the line does not carry."""
        return self.page.locator(f"[data-tile={tile}] .tile-sound-only")

    async def is_connected(self) -> None:
        """Signalling is up: after a death of control as soon as it serves again."""
        await expect(self.body).to_have_attribute("data-link", "connected", timeout=RESTARTED_MS)

    async def attends(self) -> None:
        """Camera, microphone and link are on."""
        await expect(self.body).to_have_attribute("data-attends", "")
        await self.is_connected()

    async def rests(self) -> None:
        """In touch with the province, and nothing else is on."""
        await expect(self.body).to_have_attribute("data-link", "resting")
        await expect(self.body).not_to_have_attribute("data-attends", "")
        await expect(self.camera_sign).to_be_hidden()
        assert await self.line.living() == 0

    @property
    def upcoming(self) -> Locator:
        """What the reception that the room waits for is called, and where it is."""
        return self.page.get_by_test_id("planned-what")

    async def shows(self, view: str) -> None:
        """`view`: stage, closed, outside, planned, replaced, key … as in room_client/page/view.js."""
        await expect(self.body).to_have_attribute("data-view", view)

    async def shows_large(self, tile: str) -> None:
        await expect(self.page.get_by_test_id("stage")).to_have_attribute("data-large", tile)

    async def is_told_of_the_other_screen(self) -> None:
        """A sentence, a button, and no picture and sound any more."""
        await self.shows("replaced")
        await expect(self.card_sentence).not_to_be_empty()
        await expect(self.card_button).to_be_visible()
        assert await self.line.living() == 0

    async def types_key(self, text: str) -> None:
        await self.key_field.fill(text)
        await self.page.get_by_test_id("key-open").click()

    async def checks_itself(self) -> dict[str, str]:
        """By its button. What the room then shows, by what was checked."""
        await self.page.get_by_test_id("check-room").click()
        await self.has_told_what_it_found()
        results = self.page.get_by_test_id("check-results").locator("li")
        found: dict[str, str] = await results.evaluate_all(
            "(lines) => Object.fromEntries(lines.map((line) => [line.dataset.check, line.dataset.verdict]))"
        )
        return found

    async def has_told_what_it_found(self) -> None:
        await expect(self.page.get_by_test_id("check-told")).to_have_text(
            "Đã báo kết quả cho tỉnh.", timeout=CHECKED_MS
        )

    async def raises_hand(self) -> None:
        """With the one key of the remote control."""
        await self.page.keyboard.press("Enter")
        await expect(self.body).to_have_attribute("data-hand", "")

    async def is_on_air(self) -> None:
        await expect(self.body).to_have_attribute("data-on-air", "")
        await expect(self.on_air).to_be_visible()

    async def is_off_air(self) -> None:
        await expect(self.body).not_to_have_attribute("data-on-air", "")
        await expect(self.on_air).to_be_hidden()

    async def sleeps(self, seconds: float) -> None:
        """The computer was asleep for so long, and has just woken up."""
        await self.page.evaluate("ms => window.tiepdanWatch.sleepFor(ms)", seconds * 1000)

    async def gets_another_network(self) -> None:
        """As the browser tells its pages; wait until the server has answered the ICE restart that follows."""
        before = await self.line.session()
        await self.page.evaluate("() => window.dispatchEvent(new Event('online'))")

        async def missing() -> str | None:
            return None if await self.line.session() not in ("", before) else "no restart was answered"

        await until(missing)

    async def joins_again(self) -> None:
        """Wait until the page negotiates anew, by itself. How short it was without a link does not matter."""
        await self.joins_again_after(self.window.messages_sent("join"))

    async def joins_again_after(self, joins: int) -> None:
        """The same, where the page may have been quicker than the test: it had joined so often before."""
        await eventually(lambda: None if self.window.messages_sent("join") > joins else "the page did not join")

    @property
    def joins(self) -> int:
        """How often it has asked for a link of its own, since it was opened."""
        return self.window.messages_sent("join")

    async def negotiated_once(self) -> None:
        """One offer made, one `join` sent, since the page was opened."""
        assert await self.line.offers() == 1
        assert self.window.messages_sent("join") == 1
