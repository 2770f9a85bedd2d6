"""A reviewer chooses the desk or the floor: other pixels, the same second, and words where there is no picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, expect
from sqlmodel import Session, select

from server.app import make_app
from server.data.engine import Database
from server.data.urls import sqlite_url
from server.demo.fill import fill
from server.review.isolated import source_of
from server.review.tables import Access, RecordingAccess
from server.settings import Settings
from server.web.languages import today
from tests.browser.chromium import Chromium
from tests.browser.host_page import log_in
from tests.database import opened
from tests.scenarios.patience import until
from tests.server.review.film import write_film
from tests.server.review.isolated_film import DESK, FLOOR, isolate
from tests.server.review.recorded import FOLDER, Recorded, record
from tests.waiting import ASIDE_S

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FLOOR_S = (3.0, 8.0)  # before the closed item, so that the clock and the file agree
NEAR = 12  # of 255: what a codec and a canvas make of an even grey

# The middle of the lower edge, where no bar moves.
GROUND = """video => {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  if (!canvas.width || video.seeking) return null;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  return context.getImageData(canvas.width / 2, canvas.height - 8, 1, 1).data[0];
}"""


@dataclass(frozen=True, slots=True)
class Office:
    address: str
    database: Database
    made: Recorded

    def player(self, query: str) -> str:
        return f"{self.address}/receptions/{self.made.reception}/recording?{query}"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    film = write_film(tmp_path / "film.mp4", 38)
    recordings = tmp_path / "recordings"

    def work(session: Session) -> Recorded:
        fill(session, today())
        return record(session, recordings, item_s=4.0, pause_s=1.0, media=film)

    with opened(sqlite_url(tmp_path / "tiepdan.db")) as database:
        made = database.run_here(work)
        isolate(recordings / FOLDER, 30, FLOOR_S)
        server = TestServer(make_app(Settings(data=tmp_path), database), host="127.0.0.1")
        await server.start_server()
        try:
            yield Office(str(server.make_url("")).rstrip("/"), database, made)
        finally:
            await server.close()


async def ground_is(page: Page, what: str, *, near: int | None = None, far: tuple[int, ...] = ()) -> None:
    async def missing() -> str | None:
        seen = await page.locator("video").evaluate(GROUND)
        if seen is None:
            return f"no picture yet of {what}"
        right = near is None or abs(seen - near) <= NEAR
        right = right and all(abs(seen - other) > NEAR for other in far)
        return None if right else f"{what} is to be seen, the ground is {seen}"

    await until(missing, timeout_s=ASIDE_S)


def as_seen(shade: int) -> int:
    """Luma of a limited range, as a browser shows it."""
    return round((shade - 16) * 255 / 219)


async def test_desk_and_floor_are_seen_at_the_second_of_the_programme(office: Office, chromium: Chromium) -> None:
    window = await chromium.window("officer")
    page = window.page
    await log_in(window, office.address, "canbo")
    await page.goto(office.player("t=5"))
    await ground_is(page, "the programme", far=(as_seen(DESK), as_seen(FLOOR)))
    await page.keyboard.press("v")
    await expect(page.locator("[data-source]")).to_have_value("desk")
    await ground_is(page, "the desk", near=as_seen(DESK))
    assert abs(await page.locator("video").evaluate("video => video.currentTime") - 5) < 0.2, (
        "the position is kept"
    )
    await expect(page).to_have_url(office.player("t=5&source=desk"))
    await expect(page.locator("[data-no-picture]")).to_be_hidden()

    await page.keyboard.press("v")
    await ground_is(page, "the floor", near=as_seen(FLOOR))
    await page.keyboard.press("l")  # ten seconds on nobody has the floor
    await expect(page.locator("[data-no-picture]")).to_be_visible()
    await expect(page.locator("[data-no-picture]")).to_contain_text("không có hình")
    await page.keyboard.press("j")
    await expect(page.locator("[data-no-picture]")).to_be_hidden()
    await until(lambda: _stands_at(page, 5))  # a jump is drawn before it has arrived
    await page.keyboard.press("k")
    await until(lambda: _beyond(page, 5.8))
    await page.keyboard.press("k")
    await page.keyboard.press("v")
    await ground_is(page, "the programme", far=(as_seen(DESK), as_seen(FLOOR)))
    await expect(page.locator("[data-source]")).to_have_value("")
    await page.goto(f"{office.address}/")

    async def untold() -> str | None:
        rows = office.database.run_here(lambda session: list(session.exec(select(RecordingAccess))))
        played = {source_of(row.copy_key) for row in rows if row.act is Access.PLAYED}
        sent = {source_of(row.copy_key) for row in rows if row.act is Access.SENT}
        right = played == {"floor"} and sent == {None, "desk", "floor"}
        return None if right else f"played {played}, sent {sent}"

    await until(untold, timeout_s=30)
    assert window.faults == []


async def test_a_link_opens_the_source_at_its_second(office: Office, chromium: Chromium) -> None:
    window = await chromium.window("officer")
    await log_in(window, office.address, "canbo")
    await window.page.goto(office.player("t=6&source=floor"))
    await ground_is(window.page, "the floor", near=as_seen(FLOOR))
    assert await _second(window.page) == pytest.approx(6, abs=0.2)
    await window.page.locator("[data-source]").select_option("")
    await expect(window.page).to_have_url(office.player("t=6"))
    await ground_is(window.page, "the programme", far=(as_seen(FLOOR),))
    assert window.faults == []


async def _second(page: Page) -> float:
    return float(await page.locator("video").evaluate("video => video.currentTime"))


async def _stands_at(page: Page, second: float) -> str | None:
    there, seeking = await page.locator("video").evaluate("video => [video.currentTime, video.seeking]")
    near = abs(there - second) < 0.2 and not seeking
    return None if near else f"the player is at {there:.1f} s{', and jumps' if seeking else ''}"


async def _beyond(page: Page, second: float) -> str | None:
    there = await _second(page)
    return None if there > second else f"the player is at {there:.1f} s"
