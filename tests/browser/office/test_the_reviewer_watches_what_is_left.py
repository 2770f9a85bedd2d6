"""A reviewer plays a recording with a confidential part: the player passes over it, and tells what was seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import expect
from sqlmodel import Session, select

from server.app import make_app
from server.data.engine import Database
from server.data.urls import sqlite_url
from server.demo.fill import fill
from server.petitions.tables import Confidentiality
from server.review.tables import Access, RecordingAccess, RecordingNote
from server.settings import Settings
from server.web.languages import today
from tests.browser.chromium import Chromium
from tests.browser.host_page import log_in
from tests.database import opened
from tests.scenarios.patience import until
from tests.server.demo.fixtures import petition
from tests.server.review.film import write_film
from tests.server.review.recorded import Recorded, record
from tests.waiting import ASIDE_S

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ITEM_S, PAUSE_S = 4.0, 1.0  # the fifth item, 15 to 19, is the confidential one
WITHHELD = (14.0, 20.0)


@dataclass(frozen=True, slots=True)
class Office:
    address: str
    database: Database
    made: Recorded


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    film = write_film(tmp_path / "film.mp4", 38)

    def work(session: Session) -> Recorded:
        fill(session, today())
        row = petition(session, "KN-0203")
        row.confidentiality = Confidentiality.CONFIDENTIAL
        session.add(row)
        return record(session, tmp_path / "recordings", item_s=ITEM_S, pause_s=PAUSE_S, media=film)

    with opened(sqlite_url(tmp_path / "tiepdan.db")) as database:
        made = database.run_here(work)
        server = TestServer(make_app(Settings(data=tmp_path), database), host="127.0.0.1")
        await server.start_server()
        try:
            yield Office(str(server.make_url("")).rstrip("/"), database, made)
        finally:
            await server.close()


async def test_it_is_passed_over_and_what_was_seen_is_told(office: Office, chromium: Chromium) -> None:
    window = await chromium.window("reviewer")
    page = window.page
    await log_in(window, office.address, "xemlai")
    await page.goto(f"{office.address}/receptions/{office.made.reception}/recording?t=12")
    video = page.locator("video")
    await expect(video).to_be_visible(timeout=ASIDE_S * 1000)  # the copy is made, and the page opens it by itself

    async def is_beyond(second: float) -> None:
        async def missing() -> str | None:
            # Where a jump has not arrived yet nothing is seen, and another jump takes its place.
            there = float(await video.evaluate("video => (video.seeking ? -1 : video.currentTime)"))
            return None if there > second else f"the player is at {there:.1f} s"

        await until(missing, timeout_s=40)

    await is_beyond(11.9)
    await expect(page.locator("[data-watermark]")).to_contain_text("xemlai")
    await page.keyboard.press("n")
    await page.keyboard.type("Nêu mốc ranh giới")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-notes]")).to_contain_text("Nêu mốc ranh giới")
    await page.keyboard.press("k")
    await is_beyond(WITHHELD[1])
    await page.keyboard.press("k")
    await page.keyboard.press("Home")
    await page.goto(f"{office.address}/")

    async def untold() -> str | None:
        rows = office.database.run_here(lambda session: list(session.exec(select(RecordingAccess))))
        played = [(row.starts_s or 0, row.ends_s or 0) for row in rows if row.act is Access.PLAYED]
        sought = [(row.starts_s or 0, row.ends_s or 0) for row in rows if row.act is Access.SOUGHT]
        seen_of_it = any(starts < WITHHELD[1] - 0.1 and ends > WITHHELD[0] + 1.0 for starts, ends in played)
        passed_over = any(starts < WITHHELD[0] + 1.0 and ends >= WITHHELD[1] for starts, ends in sought)
        sent = {row.copy_key for row in rows if row.act is Access.SENT}
        right = played and not seen_of_it and passed_over and sent and "" not in sent
        return None if right else f"played {played}, sought {sought}, copies {sent}"

    await until(untold, timeout_s=30)
    notes = office.database.run_here(lambda session: list(session.exec(select(RecordingNote.words))))
    assert notes == ["Nêu mốc ranh giới"]
    assert window.faults == []
