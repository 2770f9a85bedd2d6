"""When which room was connected, receiving, or on the floor: spans opened and closed as the facts change.

A receiving room is connected too, so its CONNECTED span goes on; spans of one kind never overlap.
Media says "receiving" for some seconds after the last packet; a room that may not receive is not receiving,
whatever media still says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from server.receptions.effects import PresenceBegan, PresenceEnded, Row
from server.receptions.programme import RoomFacts
from server.receptions.rules import is_connected, is_receiving
from server.receptions.tables import Presence
from signaling.messages import LinkState, RoomCode


class Attendance:
    """The spans that are open in one reception."""

    def __init__(self, reception: int, open_spans: Mapping[tuple[RoomCode, Presence], datetime]) -> None:
        self._reception = reception
        self._open = dict(open_spans)

    def settle(
        self, room: RoomFacts, state: LinkState | None, may_receive: bool, on_floor: bool, now: datetime
    ) -> list[Row]:
        """Open and close spans of `room` so that they agree with its present state."""
        return [
            *self._settle_one(room, Presence.CONNECTED, is_connected(state), now),
            *self._settle_one(room, Presence.RECEIVING, is_receiving(state, may_receive), now),
            *self._settle_one(room, Presence.ON_FLOOR, on_floor, now),
        ]

    def withdraw(self, room: RoomFacts, may_receive: bool, on_floor: bool, now: datetime) -> list[Row]:
        """Close the spans that the desk ended, where nothing is known of the room's link."""
        rows: list[Row] = []
        if not may_receive:
            rows += self._settle_one(room, Presence.RECEIVING, False, now)
        if not on_floor:
            rows += self._settle_one(room, Presence.ON_FLOOR, False, now)
        return rows

    def _settle_one(self, room: RoomFacts, presence: Presence, holds: bool, now: datetime) -> list[Row]:
        since = self._open.get((room.code, presence))
        if holds and since is None:
            self._open[room.code, presence] = now
            return [PresenceBegan(self._reception, room.id, presence, now)]
        if not holds and since is not None:
            del self._open[room.code, presence]
            return [PresenceEnded(self._reception, room.id, presence, max(now, since))]
        return []

    def rooms(self) -> frozenset[RoomCode]:
        """Rooms with an open span."""
        return frozenset(code for code, _ in self._open)
