"""Camera and microphone as the computer knows them: which of its pages hold them open."""

from __future__ import annotations

from playwright.async_api import Page

from tests.scenarios.patience import until

KEEP_TRACKS = """
(() => {
  window.heldTracks = [];
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    window.heldTracks.push(...stream.getTracks());
    return stream;
  };
})();
"""
LIVE_KINDS = "() => window.heldTracks.filter((track) => track.readyState === 'live').map((track) => track.kind)"


class HeldDevices:
    """What one page holds. Made before the page is opened."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @classmethod
    async def of(cls, page: Page) -> HeldDevices:
        await page.add_init_script(script=KEEP_TRACKS)
        return cls(page)

    async def are_open(self) -> None:
        await self._become({"video", "audio"})

    async def are_let_go(self) -> None:
        await self._become(set())

    async def _become(self, wanted: set[str]) -> None:
        async def missing() -> str | None:
            held = set(await self._page.evaluate(LIVE_KINDS))
            return None if held == wanted else f"the page holds {sorted(held)}, not {sorted(wanted)}"

        await until(missing)
