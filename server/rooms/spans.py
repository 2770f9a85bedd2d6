"""Which room a code means on which day: pure. Petitions keep a code and the day they came in; codes are re-used.

The rooms that ever had a code share out all days among them: each from its first day until the next one's. So a
day on which none of them existed belongs to the one before, as its people would say, and no day to two of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from server.rooms.tables import Room


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which `room` is what its code means; None: from or to the end of all days."""

    room: Room
    since: date | None
    until: date | None

    def holds(self, day: date) -> bool:
        return (self.since or date.min) <= day <= (self.until or date.max)


class Codes:
    """`rooms`: all that ever had the codes in question."""

    def __init__(self, rooms: Iterable[Room]) -> None:
        by_code: dict[str, list[Room]] = defaultdict(list)
        for room in rooms:
            by_code[room.code].append(room)
        self._spans = {code: _shared_out(those) for code, those in by_code.items()}

    def on(self, code: str, day: date) -> Room | None:
        """None: no room ever had this code."""
        return next((span.room for span in self._spans.get(code, ()) if span.holds(day)), None)

    def spans_of(self, rooms: Iterable[Room]) -> list[Span]:
        wanted = {(room.code, room.valid_from) for room in rooms}
        return [
            span
            for spans in self._spans.values()
            for span in spans
            if (span.room.code, span.room.valid_from) in wanted
        ]


def _shared_out(rooms: list[Room]) -> list[Span]:
    ordered = sorted(rooms, key=lambda room: room.valid_from)
    ends = [later.valid_from - timedelta(days=1) for later in ordered[1:]]
    return [
        Span(room, None if number == 0 else room.valid_from, ends[number] if number < len(ends) else None)
        for number, room in enumerate(ordered)
    ]
