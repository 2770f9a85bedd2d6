"""What a reviewer did in the player, as the browser itself counts it, against what the server wrote down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from playwright.async_api import Page, Response

from server.review.tables import Access
from tests.browser.chromium import Chromium
from tests.browser.host_page import log_in
from tests.browser.recorded_office import RecordedOffice, running_recorded_office
from tests.scenarios.patience import until
from tests.server.review.film import write_film

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NEAR_S = 1.0  # a page looks four times a second, and a seek ends with a picture
PLAYED = "() => { const { played } = document.querySelector('video'); return [...Array(played.length).keys()].map((n) => [played.start(n), played.end(n)]); }"  # noqa: E501
HELD_UP = "() => { const until = performance.now() + 2500; while (performance.now() < until); }"
Spans = list[tuple[float, float]]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[RecordedOffice]:
    film = write_film(tmp_path / "film.mp4", 76)
    async with running_recorded_office(tmp_path, film, item_s=8.0, pause_s=2.0) as running:
        yield running


async def test_played_sought_and_sent_are_what_happened(office: RecordedOffice, chromium: Chromium) -> None:
    window = await chromium.window("reviewer")
    page = window.page
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if "/media?" in answer.url else None)
    await log_in(window, office.address, "canbo")
    await page.goto(office.player(5))

    async def plays_to(second: float) -> None:
        async def missing() -> str | None:
            there = float(await page.evaluate("document.querySelector('video').currentTime"))
            return None if there >= second else f"the player is at {there:.1f} s"

        await until(missing, timeout_s=60)

    await plays_to(5)
    await page.keyboard.press("k")
    await plays_to(6)
    await page.evaluate(HELD_UP)  # a slow computer: the recording plays on, and the page hears nothing of it
    await plays_to(10)
    await page.evaluate("document.querySelector('video').currentTime = 40")
    await plays_to(42)
    await page.keyboard.press("j")  # ten seconds back, into what was not played yet
    await page.keyboard.press("+")
    await plays_to(35)
    await page.keyboard.press("k")
    played = joined(await _told_by_the_browser(page))
    await page.goto(f"{office.address}/")

    async def differs() -> str | None:
        rows = office.accesses()
        told = joined((row.starts_s or 0, row.ends_s or 0) for row in rows if row.act is Access.PLAYED)
        sought = [(row.starts_s or 0, row.ends_s or 0) for row in rows if row.act is Access.SOUGHT]
        if len(told) != len(played) or any(_apart(one, other) for one, other in zip(told, played, strict=True)):
            return f"played {played}, written down {told}"
        to = [round(ends) for _starts, ends in sought]
        return None if any(abs(each - 40) <= NEAR_S for each in to) and len(sought) >= 2 else f"sought {sought}"

    await until(differs, timeout_s=30)
    rows = office.accesses()
    assert [row.act for row in rows].count(Access.OPENED) == 1
    sent = [(row.first_byte, row.last_byte) for row in rows if row.act is Access.SENT]
    asked = [(await answer.request.all_headers()).get("range", "bytes=0-") for answer in answers]
    begun = {int(each.removeprefix("bytes=").split("-")[0]) for each in asked}
    assert sent  # each span begins where the browser asked for one, and lies within the file
    assert {first for first, _last in sent} <= begun
    assert all(first <= last < office.file.stat().st_size for first, last in sent)


def joined(spans: Iterable[tuple[float, float]]) -> Spans:
    """As TimeRanges are: in order, those that touch are one."""
    whole: Spans = []
    for starts, ends in sorted(spans):
        if whole and starts <= whole[-1][1] + NEAR_S / 2:
            whole[-1] = (whole[-1][0], max(whole[-1][1], ends))
        else:
            whole.append((starts, ends))
    return whole


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) > NEAR_S or abs(one[1] - other[1]) > NEAR_S


async def _told_by_the_browser(page: Page) -> Spans:
    return [(float(starts), float(ends)) for starts, ends in await page.evaluate(PLAYED)]
