"""What a person in front of a page would see and hear, measured: moving pictures, sound, packets on the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page

from tests.scenarios.patience import until

CHANGED_GREYS = 12  # of 255: above what a codec makes of a picture that stands still
CHANGED_POINTS = 8  # of the thumbnail's 3,600
FLAT_GREYS = 10  # a picture within this range is one colour: black, or a decoder's green
AUDIBLE_RMS = 0.002  # -54 dB; the fake microphone's beep is far above, what is no sound at all is 0
COME_WITHIN_S = 20.0  # for a first picture on a machine of two cores that does everything at once


@dataclass(frozen=True, slots=True)
class Counted:
    """Pictures shown while the page said that its link was lost, and the longest time without one at all."""

    while_lost: int
    longest_gap_ms: float


class Picture:
    """One <video> of a page."""

    def __init__(self, video: Locator, name: str) -> None:
        self.video = video
        self._name = name

    async def moves(self, timeout_s: float = COME_WITHIN_S) -> None:
        """Wait until it is decoded and changes: the pixels are read twice, and differ."""
        before: list[int] | None = None

        async def missing() -> str | None:
            nonlocal before
            seen = await self.video.evaluate("video => window.tiepdanWatch.thumbnail(video)")
            if seen is None:
                return f"{self._name} shows no picture"
            if max(seen) - min(seen) < FLAT_GREYS:
                return f"{self._name} is of one colour"
            if before is None or len(before) != len(seen):
                before = seen
                return f"{self._name} was seen only once"
            return None if _changed(before, seen) else f"{self._name} stands still"

        await until(missing, timeout_s)
        assert await self.video.evaluate("video => video.videoWidth") > 0

    async def next_picture_at_ms(self) -> float:
        """The wall clock at which the next picture from the line is shown."""
        return float(await self.video.evaluate("video => window.tiepdanWatch.nextPicture(video)"))

    async def counts_itself(self) -> None:
        """From now on every picture that is shown is counted; `counted` tells."""
        await self.video.evaluate("video => window.tiepdanWatch.countPictures(video)")

    async def counted(self) -> Counted:
        seen = await self.video.page.evaluate("() => window.tiepdanWatch.pictures")
        return Counted(int(seen["byLink"].get("lost", 0)), float(seen["longestGap_ms"]))

    async def width(self) -> int:
        """Of the picture that is decoded, in pixels; 0 while there is none."""
        return int(await self.video.evaluate("video => video.videoWidth"))

    async def becomes(self, width: int) -> None:
        """Wait until the picture has that width: a room begins with the smallest layer and climbs."""

        async def other() -> str | None:
            seen = await self.width()
            return None if seen == width else f"{self._name} is {seen} wide"

        await until(other)

    async def stays(self) -> None:
        """There is a picture to be seen now, the last one that came if no other."""
        assert await self.video.evaluate("video => video.closest('.tile').dataset.picture !== undefined"), (
            self._name
        )

    async def is_gone(self) -> None:
        """Wait until the element holds neither a stream nor a picture."""

        async def missing() -> str | None:
            held = await self.video.evaluate("video => Boolean(video.srcObject) || video.videoWidth > 0")
            return f"{self._name} still holds a picture" if held else None

        await until(missing)


def _changed(before: Sequence[int], after: Sequence[int]) -> bool:
    points = sum(abs(one - other) > CHANGED_GREYS for one, other in zip(before, after, strict=True))
    return points >= CHANGED_POINTS


class Line:
    """The WebRTC connections of one page."""

    def __init__(self, page: Page, name: str) -> None:
        self._page = page
        self._name = name

    async def received(self) -> dict[str, int]:
        """Packets of each slot, as {"video desk": 812, …}."""
        counts: dict[str, int] = await self._page.evaluate("() => window.tiepdanWatch.received()")
        return counts

    async def received_in_all(self) -> int:
        return int(await self._page.evaluate("() => window.tiepdanWatch.receivedInAll()"))

    async def sent_in_all(self) -> int:
        return int(await self._page.evaluate("() => window.tiepdanWatch.sentInAll()"))

    async def sends_another(self, packets: int) -> None:
        """Wait until this page has sent so many packets more: the clock by which nothing arrives elsewhere."""
        started = await self.sent_in_all()

        async def missing() -> str | None:
            sent = await self.sent_in_all() - started
            return None if sent >= packets else f"{self._name} sent only {sent} of {packets} packets"

        await until(missing)

    async def hears(self, slot: str) -> None:
        """Wait until there is sound in `slot`, as the loudspeaker gets it."""

        async def missing() -> str | None:
            loudness = await self.loudness(slot)
            return None if loudness > AUDIBLE_RMS else f"{self._name} hears only {loudness:.5f} of {slot}"

        await until(missing)

    async def loudness(self, slot: str) -> float:
        return float(await self._page.evaluate("slot => window.tiepdanWatch.loudness(slot)", slot))

    async def codecs(self) -> list[str]:
        found: list[str] = await self._page.evaluate("() => window.tiepdanWatch.codecs()")
        return found

    async def layers(self) -> dict[str, int]:
        """The width of each layer of the camera that this page sends, by its rid ("" where there is only one)."""
        found: list[dict[str, Any]] = await self._page.evaluate("() => window.tiepdanWatch.layers()")
        return {layer["rid"]: layer["width"] for layer in found}

    async def sound_ahead_ms(self, slot: str) -> float | None:
        """By how much the sound of "desk" or "floor" is ahead of its picture; None while that is not known."""
        found: float | None = await self._page.evaluate("slot => window.tiepdanWatch.soundAhead(slot)", slot)
        return found

    async def path(self) -> str:
        """The kind of this end's candidate in use: host, prflx, srflx or relay."""
        return str(await self._page.evaluate("() => window.tiepdanWatch.path()"))

    async def session(self) -> str:
        """The server's name for the present ICE session."""
        return str(await self._page.evaluate("() => window.tiepdanWatch.session()"))

    async def answer(self) -> list[str]:
        """The lines of the server's newest answer."""
        found: list[str] = await self._page.evaluate("() => window.tiepdanWatch.answer()")
        return found

    async def living(self) -> int:
        """How many connections of this page are up."""
        return int(await self._page.evaluate("() => window.tiepdanWatch.living().length"))

    async def is_told_of_the_end(self) -> None:
        """Wait until the other end has said goodbye on the first connection of this page."""

        async def missing() -> str | None:
            state = await self._page.evaluate("() => window.tiepdanWatch.transport()")
            return None if state == "closed" else f"the transport of {self._name} is {state}"

        await until(missing)

    async def offers(self) -> int:
        """How often this page has begun to negotiate since it was loaded."""
        return int(await self._page.evaluate("() => window.tiepdanWatch.offers"))
