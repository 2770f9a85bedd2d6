"""The links by name and by room, and what they say of a room."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from server.receptions.link_entry import LinkEntry, best_state, is_joining, leading_report, silence
from signaling.messages import LinkState, RoomCode
from signaling.ports import LinkReport


class LinkStore:
    """Its heir decides what comes in and goes."""

    def __init__(self) -> None:
        self._links: dict[str, LinkEntry] = {}
        self._by_room: dict[RoomCode, dict[str, LinkEntry]] = {}
        self._touched: set[RoomCode] = set()

    def _put(self, link: LinkEntry) -> None:
        self._links[link.name] = link
        self._by_room.setdefault(link.room, {})[link.name] = link
        self._touched.add(link.room)

    def _take(self, name: str) -> LinkEntry | None:
        link = self._links.pop(name, None)
        if link is not None:
            del self._by_room[link.room][name]
            self._touched.add(link.room)
        return link

    def _of_room(self, room: RoomCode) -> dict[str, LinkEntry]:
        return self._by_room.get(room, {})

    def state_of(self, room: RoomCode, *, speaking: bool = False) -> LinkState | None:
        """The best state of the room's links; with `speaking` only of links that can bring the room on air."""
        return best_state(self._of_room(room).values(), speaking=speaking)

    def silent_since(self, room: RoomCode) -> datetime | None:
        return silence(self._of_room(room).values())

    def is_joining(self, room: RoomCode) -> bool:
        return is_joining(self._of_room(room).values())

    def report_of(self, room: RoomCode) -> LinkReport | None:
        return leading_report(self._of_room(room).values())

    def holds(self, link: str) -> bool:
        return link in self._links

    def states(self) -> Counter[LinkState]:
        """How many links are in each state."""
        return Counter(link.state for link in self._links.values() if link.state is not None)

    def drain_touched(self) -> set[RoomCode]:
        """Rooms whose links changed since the last call."""
        touched, self._touched = self._touched, set()
        return touched
