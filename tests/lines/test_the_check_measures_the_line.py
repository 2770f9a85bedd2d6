"""A room in Chromium measures lines of which everything is known, and says of them what they are."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from sqlmodel import col, select

from server.bench.line.conditions import Conditions, Phase
from server.bench.line.joined import Joined, joined_by_line
from server.bench.line.office import Ready
from server.bench.line.situation import office
from server.control_socket import control_socket
from server.readiness.tables import RoomCheck
from signaling.desk_messages import Command, CommandName
from signaling.ports import RunCommand
from tests.browser.chromium import Chromium, running_chromium
from tests.browser.room_page import RoomPage
from tests.database import opened
from tests.lines.chromium_inside import executable_inside
from tests.lines.conftest import SEED
from tests.lines.test_a_room_in_chromium_behind_a_thin_line import executable

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
MEASURED_MS = 90_000
GOOD = Conditions(rate_bps=20e6, queue_bytes=128_000, delay_ms=10)
__all__ = ["executable"]


@dataclass(frozen=True, slots=True)
class Place:
    joined: Joined
    ready: Ready
    database: str


@pytest.fixture
async def place(possible: None, tmp_path: Path) -> AsyncIterator[Place]:
    """The office has ended its reception: lines may be measured."""
    (tmp_path / "office").mkdir()

    def made() -> Iterator[tuple[Joined, Ready]]:
        with joined_by_line(SEED) as joined, office(joined, tmp_path / "office", desk="none") as ready:
            yield joined, ready

    both = made()
    joined, ready = next(both)
    try:
        async with control_socket(ready.run_directory) as keypad:
            await keypad.request(RunCommand(command=Command(name=CommandName.END, confirm=True)))
        yield Place(joined, ready, f"sqlite:///{tmp_path / 'office' / 'data' / 'tiepdan.db'}")
    finally:
        both.close()


@pytest.fixture
async def inside(executable: str, place: Place, tmp_path: Path) -> AsyncIterator[Chromium]:
    script = executable_inside(
        place.joined.room, executable, place.ready.address, tmp_path / "chromium-in-the-room"
    )
    async with running_chromium(script) as running:
        yield running


async def test_it_says_of_each_line_what_it_is(place: Place, inside: Chromium) -> None:
    code, key = next(iter(place.ready.room_keys.items()))
    room = RoomPage(await inside.window("room"), code)
    _becomes(place, GOOD, GOOD)
    await room.open(f"{place.ready.address}/room#{key}")
    await room.shows("ended")
    await room.page.get_by_test_id("check-devices").click()

    good = await _measured(place, room)
    assert good["loss_down_percent"] <= 0.5, good
    assert good["loss_up_percent"] <= 0.5, good
    assert good["rtt_ms"] == pytest.approx(25, abs=15), good
    assert good["down_kbps"] > 2200, good
    assert good["up_kbps"] > 2200, good

    lossy = Conditions(rate_bps=20e6, queue_bytes=128_000, delay_ms=60, loss=0.05)
    _becomes(place, lossy, lossy)
    found = await _measured(place, room)
    assert found["loss_down_percent"] == pytest.approx(5, abs=3), found
    assert found["loss_up_percent"] == pytest.approx(5, abs=4), found
    assert found["rtt_ms"] == pytest.approx(125, abs=25), found
    assert found["down_kbps"] > 2200, found

    thin = Conditions(rate_bps=500e3, queue_bytes=32_000, delay_ms=20)
    _becomes(place, thin, thin)
    found = await _measured(place, room)
    assert found["loss_down_percent"] <= 1, found
    assert found["down_kbps"] == pytest.approx(500, rel=0.2), found
    assert found["up_kbps"] == pytest.approx(500, rel=0.2), found

    _becomes(place, thin, GOOD)
    found = await _measured(place, room)
    assert found["up_kbps"] == pytest.approx(500, rel=0.2), found
    assert found["down_kbps"] > 2200, found


def _becomes(place: Place, up: Conditions, down: Conditions) -> None:
    place.joined.line.becomes((Phase(up, down),))


async def _measured(place: Place, room: RoomPage) -> dict[str, float]:
    """The figures as the office has them."""
    before = _newest(place)
    button = room.page.get_by_test_id("check-room")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await expect(button).not_to_have_attribute("aria-busy", "true", timeout=MEASURED_MS)
    await expect(room.page.get_by_test_id("check-told")).to_have_text("Đã báo kết quả cho tỉnh.")
    newest = _newest(place)
    assert newest is not None
    assert before is None or newest.id != before.id
    found: dict[str, dict[str, Any]] = {one["what"]: one for one in json.loads(newest.findings)}
    assert found["udp"]["outcome"] == "works"
    figures: dict[str, float] = found["line"]["figures"]
    print(f"measured: {figures}")
    return figures


def _newest(place: Place) -> RoomCheck | None:
    with opened(place.database) as database:
        return database.run_here(
            lambda session: session.exec(select(RoomCheck).order_by(col(RoomCheck.id).desc())).first()
        )
