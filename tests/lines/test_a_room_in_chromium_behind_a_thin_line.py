"""A browser at the desk sends its camera in three layers; a room's browser gets what its line carries."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from server.bench.line.browser_desk import chromium
from server.bench.line.joined import Joined, joined_by_line
from server.bench.line.office import Ready
from server.bench.line.presets import PRESETS
from server.bench.line.situation import office
from tests.browser.chromium import Chromium, running_chromium
from tests.browser.conftest import REQUIRED
from tests.browser.room_page import RoomPage
from tests.lines.chromium_inside import executable_inside
from tests.lines.conftest import SEED
from tests.scenarios.patience import until

pytestmark = pytest.mark.browser
FULL_WIDTH, SMALLER_WIDTHS = 1280, (640, 320)
# Through sound only, where a first trial fails: 5 s, then 10 s of pause.
SMALLER_WITHIN_S, FULL_WITHIN_S = 20.0, 30.0


@pytest.fixture(scope="module")
def executable(possible: None) -> str:
    if (found := chromium()) is None:
        sentence = "no Chromium is installed here (Debian's package is called chromium)"
        if os.environ.get(REQUIRED):
            pytest.fail(f"{sentence}, and {REQUIRED} forbids to do without")
        pytest.skip(sentence)
    return found


@pytest.fixture
def browser_at_the_desk(executable: str, tmp_path: Path) -> Iterator[tuple[Joined, Ready]]:
    (tmp_path / "office").mkdir()
    with joined_by_line(SEED) as joined, office(joined, tmp_path / "office", desk="browser") as ready:
        joined.line.becomes(PRESETS["good-line"].phases)
        yield joined, ready


@pytest.fixture
async def browser_in_the_room(
    executable: str, browser_at_the_desk: tuple[Joined, Ready], tmp_path: Path
) -> AsyncIterator[Chromium]:
    joined, ready = browser_at_the_desk
    inside = executable_inside(joined.room, executable, ready.address, tmp_path / "chromium-in-the-room")
    async with running_chromium(inside) as running:
        yield running


async def test_it_gets_a_smaller_layer_and_the_full_one_again(
    browser_at_the_desk: tuple[Joined, Ready], browser_in_the_room: Chromium
) -> None:
    joined, ready = browser_at_the_desk
    code, key = next(iter(ready.room_keys.items()))
    room = RoomPage(await browser_in_the_room.window("room"), code)
    await room.open(f"{ready.address}/room#{key}")
    await room.picture("desk").moves()
    await shows_width(room, (FULL_WIDTH,), FULL_WITHIN_S)

    joined.line.becomes(PRESETS["500-kbit"].phases)
    await shows_width(room, SMALLER_WIDTHS, SMALLER_WITHIN_S)
    await room.line.hears("audio desk")

    joined.line.becomes(PRESETS["good-line"].phases)
    await shows_width(room, (FULL_WIDTH,), FULL_WITHIN_S)
    await room.negotiated_once()


async def shows_width(room: RoomPage, widths: tuple[int, ...], within_s: float) -> None:
    """Wait until the desk's picture is decoded at one of these widths."""

    async def missing() -> str | None:
        width = int(await room.picture("desk").video.evaluate("video => video.videoWidth"))
        carried = await room.body.get_attribute("data-carried")
        return None if width in widths else f"the picture is {width} points wide, the line carries {carried!r}"

    await until(missing, within_s)
