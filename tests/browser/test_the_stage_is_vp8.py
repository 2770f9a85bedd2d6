"""An installation whose browsers have no H.264."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium
from tests.browser.host_page import HostPage
from tests.browser.room_page import RoomPage
from tests.scenarios.province import HA_TU, Province, running_province

pytestmark = pytest.mark.browser


@pytest.fixture
async def province(executable: str, tmp_path: Path) -> AsyncIterator[Province]:
    async with running_province(tmp_path, codec="vp8") as running:
        yield running


async def test_room_decodes_vp8(province: Province, chromium: Chromium) -> None:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.publish_camera()
    room = RoomPage(await chromium.window("room Ha Tu"), HA_TU)
    await room.open(province.room_address(HA_TU))
    await room.shows("stage")
    await room.picture("desk").moves()
    await room.line.hears("audio desk")
    assert await room.line.codecs() == ["video/VP8"]
