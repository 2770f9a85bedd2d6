"""The room's small picture for the province (PROTOCOL.md, `wall` and `picture`), and how loud it is: only while
the province looks.

A picture costs a few milliseconds in a thread, once in ten seconds. The level is the loudest that the microphone
heard since the last one; a source that is not open has none.
"""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Callable

from room_client.kept_signalling import KeptSignalling
from room_client.sources.contract import ShowsStill, SourceUnusable
from room_client.sources.ear import Ear
from room_client.sources.small_picture import small_jpeg
from signaling.wall_messages import PICTURE_EVERY_ON_AIR_S, PICTURE_EVERY_S, Picture, WallView

FIRST_WITHIN_S = 2.0  # all rooms are looked at in one moment, and need not answer in one
SHORTEST_S = 1.0  # between two pictures, whatever changes; the server takes one a second


class OnTheWall:
    """`run` it as a task."""

    def __init__(
        self,
        signalling: KeptSignalling,
        source: Callable[[], ShowsStill | None],
        ear: Callable[[], Ear | None],
        told: Callable[[bool], None],
    ) -> None:
        """`source`: what the room would show now, and `ear`, what hears it; None: there is none.

        `told(seen)` hears of every change.
        """
        self._signalling = signalling
        self._source = source
        self._ear = ear
        self._told = told
        self._seen = asyncio.Event()
        self._changed = asyncio.Event()
        self._on_air = False

    def take(self, view: WallView) -> None:
        if view.seen == self._seen.is_set():
            return
        if view.seen:
            self._level()  # what was heard before is not told
            self._seen.set()
        else:
            self._seen.clear()
        self._changed.set()
        self._told(view.seen)

    def changed(self, *, on_air: bool) -> None:
        """Something about the room changed: its next picture is due."""
        self._on_air = on_air
        self._changed.set()

    async def run(self) -> None:
        while True:
            await self._seen.wait()
            await asyncio.sleep(random.uniform(0, FIRST_WITHIN_S))
            while self._seen.is_set():
                self._changed.clear()
                await self._send()
                await asyncio.sleep(SHORTEST_S)
                try:
                    async with asyncio.timeout(PICTURE_EVERY_ON_AIR_S if self._on_air else PICTURE_EVERY_S):
                        await self._changed.wait()
                except TimeoutError:
                    pass

    def _level(self) -> int | None:
        ear = self._ear()
        return ear.take_loudest() if ear is not None else None

    async def _send(self) -> None:
        source = self._source()
        if source is None and self._ear() is None:
            return
        jpeg = await asyncio.to_thread(_picture_of, source) if source is not None else b""
        if self._seen.is_set():  # it may have been closed meanwhile
            await self._signalling.send(Picture(jpeg=base64.b64encode(jpeg).decode(), level=self._level()))


def _picture_of(source: ShowsStill) -> bytes:
    """Empty where there is none; why the room's camera gives nothing is said by its feed."""
    try:
        still = source.still()
        return small_jpeg(still) if still is not None else b""
    except SourceUnusable:
        return b""
