"""Pages of another site: a WHEP player and a WHIP encoder that know an endpoint and a token, and nothing of us."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.browser.chromium import Window
from tests.browser.watching import Line, Picture

PAGES = Path(__file__).with_name("standard")


@asynccontextmanager
async def standard_site() -> AsyncIterator[str]:
    """Serves the pages from an origin of their own; yields its address."""
    app = web.Application()
    app.router.add_static("/", PAGES)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        yield str(server.make_url("/"))
    finally:
        await server.close()


class _StandardPage:
    document = ""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.page = window.page
        self.line = Line(window.page, window.name)

    async def open(self, site: str) -> None:
        await self.page.goto(site + self.document)

    async def ends(self) -> int:
        """DELETE; gives the HTTP status."""
        return int(await self.page.evaluate("() => window.end()"))


class StandardPlayer(_StandardPage):
    document = "player.html"

    async def plays(self, address: str, token: str) -> int:
        """One more session in this page; gives the HTTP status."""
        return int(await self.page.evaluate("at => window.play(...at)", [f"{address}/whep", token]))

    @property
    def picture(self) -> Picture:
        return Picture(self.page.locator("video"), self.window.name)


class StandardEncoder(_StandardPage):
    document = "encoder.html"

    async def publishes(self, address: str, token: str) -> int:
        """Gives the HTTP status."""
        return int(await self.page.evaluate("at => window.publish(...at)", [f"{address}/whip", token]))
