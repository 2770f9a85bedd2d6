"""Keeping and handing over, as one thing that a room has. `run` it as a task, then `close`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from room_client.keeping.counted import Counted
from room_client.keeping.events import KeptEvent
from room_client.keeping.film import FilmWriter
from room_client.keeping.handing_over import HandingOver, Way
from room_client.keeping.keeper import Film, Keeper, Shot
from room_client.keeping.late_http import LateHttp
from room_client.keeping.shelf import KeptShelf
from room_client.sources.contract import EncodedFrame
from signaling.late_messages import LONGEST_S, Keeps
from signaling.messages import StageView
from signaling.wire.rtp import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ
from signaling.wire.slots import Upstream

LOOK_EVERY_S = 0.25
LEAST_BYTES = 5_000_000  # with less room than this nothing is begun


@dataclass(frozen=True, slots=True)
class KeepOptions:
    directory: Path
    megabytes: int  # all of it together


class Keeping:
    def __init__(
        self,
        options: KeepOptions,
        http: Callable[[], LateHttp],
        line_up: Callable[[], bool],
        way: Callable[[], Way],
        told: Callable[[KeptEvent, str], None],
    ) -> None:
        """`line_up`: whether media reaches the server; `way`: whether there is one for what was kept."""
        self._shelf = KeptShelf(options.directory, options.megabytes * 1_000_000)
        self._keeper = Keeper(self._begin, lambda: told(KeptEvent.LIMIT, f"{LONGEST_S / 60:.0f}"))
        self._line_up, self._way, self._told = line_up, way, told
        self._handing_over = HandingOver(self._shelf, http, self._way_now, told)
        self._loop = asyncio.get_running_loop()
        self._films: list[FilmWriter] = []
        self._counted = Counted(self._shelf)

    @property
    def keeping(self) -> bool:
        return self._keeper.keeping

    async def standing(self) -> Keeps:
        """What the server is told of it. Raises OSError."""
        kept = await asyncio.to_thread(self._counted.now)
        return Keeps(keeping=self.keeping, kept=kept, percent=self._handing_over.percent)

    def stage(self, stage: StageView) -> None:
        self._keeper.stage(stage, time.monotonic())

    def add(self, upstream: Upstream, codec: str, frame: EncodedFrame, opened_at: float) -> None:
        """A frame as it is sent; `opened_at`: as a feed has it."""
        clock_hz = VIDEO_CLOCK_HZ if upstream.is_video else AUDIO_CLOCK_HZ
        self._keeper.add(Shot(upstream, codec, frame, opened_at + frame.ticks / clock_hz))

    async def run(self) -> None:
        handing_over = asyncio.create_task(self._handing_over.run(), name="room hands over")
        try:
            while not handing_over.done():
                self._keeper.handle_timeout(time.monotonic(), self._line_up())
                await asyncio.sleep(LOOK_EVERY_S)
            handing_over.result()
        finally:
            handing_over.cancel()
            await asyncio.gather(handing_over, return_exceptions=True)

    async def close(self) -> None:
        """What is being kept is whole on the disk afterwards."""
        self._keeper.close()
        for film in self._films:
            await asyncio.to_thread(film.thread.join)

    def _way_now(self) -> Way:
        return Way.SHUT if self._keeper.keeping else self._way()

    def _begin(self, reception: int) -> Film | None:
        self._films = [film for film in self._films if film.thread.is_alive()]
        try:
            left = self._shelf.left()
        except OSError:
            left = 0
        if left < LEAST_BYTES:
            self._told(KeptEvent.FULL, "")
            return None

        def ended(seconds: float, broke: bool) -> None:
            self._loop.call_soon_threadsafe(self._ended, film, seconds, broke)

        film = FilmWriter(self._shelf, reception, left, ended)
        self._films.append(film)
        self._told(KeptEvent.KEEPING, "")
        return film

    def _ended(self, film: FilmWriter, seconds: float, broke: bool) -> None:
        self._keeper.film_ended(film, broke)
        if broke:
            self._told(KeptEvent.FULL, "")
        if seconds:
            self._told(KeptEvent.KEPT, f"{seconds:.0f}")
