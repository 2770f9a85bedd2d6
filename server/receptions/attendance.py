"""When which room was connected, receiving, or on the floor: spans opened and closed as the facts change.

A receiving room is connected too, so its CONNECTED span goes on; spans of one kind never overlap.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from server.receptions.effects import PresenceBegan, PresenceEnded, Row
from server.receptions.programme import RoomFacts
from server.receptions.rules import is_connected
from server.receptions.tables import Presence
from signaling.messages import LinkState, RoomCode


class Attendance:
    """The spans that are open in one reception."""

    def __init__(self, reception: int, open_spans: Mapping[tuple[RoomCode, Presence], datetime]) -> None:
        self._reception = reception
        self._open = dict(open_spans)

    def settle(self, room: RoomFacts, state: LinkState | None, on_floor: bool, now: datetime) -> list[Row]:
        """Open and close spans of `room` so that they agree with its present state."""
        holds = {
            Presence.CONNECTED: is_connected(state),
            Presence.RECEIVING: state is LinkState.RECEIVING,
            Presence.ON_FLOOR: on_floor,
        }
        rows: list[Row] = []
        for presence, now_holds in holds.items():
            since = self._open.get((room.code, presence))
            if now_holds and since is None:
                self._open[room.code, presence] = now
                rows.append(PresenceBegan(self._reception, room.id, presence, now))
            elif not now_holds and since is not None:
                del self._open[room.code, presence]
                rows.append(PresenceEnded(self._reception, room.id, presence, max(now, since)))
        return rows

    def rooms(self) -> frozenset[RoomCode]:
        """Rooms with an open span."""
        return frozenset(code for code, _ in self._open)
