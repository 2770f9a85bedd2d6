"""What one rehearsed room saw, and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from room_client.room import RoomObserver, RoomState
from signaling.messages import StageView
from signaling.wire.slots import SlotName


class Eye(RoomObserver):
    """One room's observations. `changed` is shared by all eyes of a rehearsal and set on each of them."""

    def __init__(self, code: str, changed: asyncio.Event, codec: str) -> None:
        self.code = code
        self.stage: StageView | None = None
        self.first_picture_ms: float | None = None  # from the room's start to the first key frame of the desk
        self._started_at: float | None = None
        self.floor_shows = ""  # the room whose test card is in the floor slot
        self.floor_shown_at = 0.0
        self._changed = changed
        self._labels = codec == "h264"  # only there test cards carry a label that can be read undecoded

    def on_state(self, state: RoomState) -> None:
        if self._started_at is None:
            self._started_at = time.monotonic()

    def on_stage(self, stage: StageView) -> None:
        self.stage = stage
        self._changed.set()

    def on_key_frame(self, slot: SlotName, at: float) -> None:
        if slot is SlotName.DESK_VIDEO and self.first_picture_ms is None and self._started_at is not None:
            self.first_picture_ms = (at - self._started_at) * 1000
        elif slot is SlotName.FLOOR_VIDEO and not self._labels and self.stage is not None and self.stage.floor:
            self._floor(self.stage.floor.code, at)
        self._changed.set()

    def on_test_card(self, slot: SlotName, at: float, label: str) -> None:
        if slot is SlotName.FLOOR_VIDEO:
            self._floor(label, at)
        self._changed.set()

    def floor_went(self) -> None:
        """The floor is empty: the next picture in its slot counts, also if it is the same room's."""
        self.floor_shows = ""

    def _floor(self, code: str, at: float) -> None:
        if code != self.floor_shows:
            self.floor_shows, self.floor_shown_at = code, at


def all_see_floor(eyes: Iterable[Eye], code: str) -> bool:
    """Whether every room but the one itself shows `code` in its floor slot."""
    return all(eye.floor_shows == code for eye in eyes if eye.code != code)
