"""Firefox has no H.264 of its own: with VP8 it is a room like any other, watches and speaks."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.browser import firefox
from tests.browser.chromium import Chromium
from tests.browser.conftest import needs
from tests.browser.firefox import Firefox, running_firefox
from tests.browser.host_page import HostPage
from tests.browser.room_page import RoomPage
from tests.scenarios.patience import until
from tests.scenarios.province import CAO_XANH, HA_KHANH, OPEN_ITEM, Province, running_province

pytestmark = pytest.mark.browser

REQUIRED = "TIEPDAN_REQUIRE_FIREFOX"
PICTURE = """async () =>
  window.tiepdanWatch.thumbnail(document.querySelector("[data-testid=video-desk]"))"""
RECEIVED = "async () => window.tiepdanWatch.received()"
CODECS = "async () => window.tiepdanWatch.codecs()"
LAYERS = "async () => window.tiepdanWatch.layers()"
SEEN = "async () => ({ ...document.body.dataset })"
MOVED_POINTS = 8  # as watching.Picture


def own_address() -> str:
    """Firefox takes no candidate that is loopback; another address of this computer does as well."""
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family is socket.AF_INET and not address.address.startswith(("127.", "169.254.")):
                return str(address.address)
    return ""


@pytest.fixture
async def province(executable: str, tmp_path: Path) -> AsyncIterator[Province]:
    needs(firefox.installed(), "no Firefox is installed here (Debian's package is called firefox-esr)", REQUIRED)
    address = own_address()
    needs(address != "", "this computer has no address but loopback, which Firefox does not use", REQUIRED)
    async with running_province(tmp_path, codec="vp8", media_host=address) as running:
        yield running


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Firefox]:
    async with running_firefox(tmp_path) as running:
        yield running


async def shows(browser: Firefox, name: str, value: str) -> None:
    """Wait until the page's <body> says so."""

    async def missing() -> str | None:
        said: dict[str, str] = await browser.evaluate(SEEN)
        return None if said.get(name) == value else f"the page says {said}"

    await until(missing)


async def desk_moves(browser: Firefox) -> None:
    before: list[int] | None = None

    async def missing() -> str | None:
        nonlocal before
        seen: list[int] | None = await browser.evaluate(PICTURE)
        if seen is None or before is None:
            before = seen
            return "Firefox shows no picture of the desk"
        moved = sum(abs(one - other) > MOVED_POINTS for one, other in zip(before, seen, strict=True))
        return None if moved >= MOVED_POINTS else "the desk's picture stands still"

    await until(missing)


async def test_firefox_watches_and_speaks(province: Province, chromium: Chromium, browser: Firefox) -> None:
    host = HostPage(await chromium.window("host"))
    await host.log_in(province.address)
    await host.open_console()
    await host.open_reception()
    await host.publish_camera()
    await host.call_next_item(OPEN_ITEM)
    await browser.open(province.room_address(HA_KHANH))
    await shows(browser, "link", "connected")
    await shows(browser, "view", "stage")
    await desk_moves(browser)
    received: dict[str, Any] = await browser.evaluate(RECEIVED)
    assert received["audio desk"] > 0
    assert await browser.evaluate(CODECS) == ["video/VP8"]

    other = RoomPage(await chromium.window("room Cao Xanh"), CAO_XANH)
    await other.open(province.room_address(CAO_XANH))
    await other.shows("stage")
    await host.sees_presence(HA_KHANH, "receiving")
    await host.give_floor_unasked(HA_KHANH)
    await shows(browser, "onAir", "")
    await other.picture("floor").moves()
    await other.line.hears("audio floor")

    async def in_layers() -> str | None:
        layers = {layer["rid"] for layer in await browser.evaluate(LAYERS)}
        return None if layers == {"h", "m", "l"} else f"Firefox sends {layers}"

    await until(in_layers)
