"""A reviewer with Firefox: the player starts at the second of the link, plays, and follows when it is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.demo.accounts import PASSWORD
from server.review.tables import Access
from tests.browser.conftest import needs
from tests.browser.firefox import PROGRAM, installed, running_firefox
from tests.browser.recorded_office import RecordedOffice, running_recorded_office
from tests.scenarios.patience import until
from tests.server.review.film import write_film

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LOGS_IN = """async () => {
  document.querySelector("[name=login]").value = "canbo";
  document.querySelector("[name=password]").value = "%s";
  const left = new Promise((gone) => addEventListener("pagehide", gone));
  document.querySelector("[name=password]").form.submit();
  await left;
}"""
PLAYER = """async () => {
  const video = document.querySelector("video");
  return video && [video.currentTime, video.videoWidth, video.paused, video.error?.code ?? 0];
}"""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[RecordedOffice]:
    film = write_film(tmp_path / "film.mp4", 38)
    async with running_recorded_office(tmp_path, film, item_s=4.0, pause_s=1.0) as running:
        yield running


async def test_it_plays_from_the_second_of_the_link(office: RecordedOffice, tmp_path: Path) -> None:
    needs(installed(), f"no {PROGRAM} is installed here", "TIEPDAN_REQUIRE_FIREFOX")
    async with running_firefox(tmp_path) as firefox:
        await firefox.open(f"{office.address}/login")
        await firefox.evaluate(LOGS_IN % PASSWORD)

        async def is_beyond(second: float, *, playing: bool) -> None:
            async def missing() -> str | None:
                seen = await firefox.evaluate(PLAYER)
                if not seen:
                    return "there is no player"
                at, width, paused, fault = seen
                assert fault == 0, f"Firefox's fault {fault}"
                return None if at >= second and width and paused != playing else f"the player is at {seen}"

            await until(missing, timeout_s=60)

        async def opens() -> str | None:
            await firefox.open(office.player(12))
            return None if await firefox.evaluate(PLAYER) else "there is no player"

        await until(opens, timeout_s=60)  # the login may still be on its way
        await is_beyond(11.9, playing=False)
        await firefox.evaluate("async () => document.querySelector('[data-act=play]').click()")
        await is_beyond(13.0, playing=True)
        await firefox.evaluate("async () => { document.querySelector('video').currentTime = 30; }")
        await is_beyond(30.5, playing=True)
        await firefox.open(f"{office.address}/")

        async def untold() -> str | None:
            acts = {row.act for row in office.accesses()}
            missing = {Access.OPENED, Access.SENT, Access.PLAYED, Access.SOUGHT} - acts
            return f"not told: {missing}" if missing else None

        await until(untold, timeout_s=30)
