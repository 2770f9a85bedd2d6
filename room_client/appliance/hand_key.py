"""The hand of a room without a screen: one key raises and lowers it, as on the page, and does nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from room_client.appliance.input_keys import InputKeys, Keys
from room_client.observing import RoomObserver
from signaling.messages import Hand, Message, StageView

WAITS_S = 4.0  # as the page: until the server has shown what became of it, another press is none


class Teller(Protocol):
    """A room, as its hand knows it."""

    async def tell(self, message: Message) -> bool: ...


class HandKey(RoomObserver):
    """An observer of the room; `keep` it as a task."""

    def __init__(self, keys: Keys, there: Callable[[bool], None]) -> None:
        """`there`: as in `InputKeys`."""
        self._input = InputKeys(keys, self._pressed, there)
        self._stage: StageView | None = None
        self._waits_until_s = 0.0
        self._wanted = asyncio.Event()

    def on_stage(self, stage: StageView) -> None:
        if self._stage is not None and stage.hand_raised is not self._stage.hand_raised:
            self._waits_until_s = 0.0
        self._stage = stage

    async def keep(self, room: Teller) -> None:
        """Until cancelled."""
        reading = asyncio.create_task(self._input.keep(), name="room reads a key")
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                stage = self._stage
                if stage is not None and _may_raise(stage) and time.monotonic() >= self._waits_until_s:
                    self._waits_until_s = time.monotonic() + WAITS_S
                    if not await room.tell(Hand(raised=not stage.hand_raised)):
                        self._waits_until_s = 0.0
                    self._wanted.clear()  # pressed again out of impatience
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    def _pressed(self) -> None:
        self._wanted.set()


def _may_raise(stage: StageView) -> bool:
    """Where raising a hand can lead to something (the page's `mayRaiseHand`)."""
    return stage.reception_state == "open" and stage.in_audience and not stage.has_floor
