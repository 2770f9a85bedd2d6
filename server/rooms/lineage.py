"""Which units of another day make up a unit: pure, across several changes.

A figure of today's unit is compared with the same period of last year by counting what its predecessors had.
That is exact only if each of them became part of it as a whole (`Kin.exact`); of a unit that was split nobody can
say which part of its old figures belongs where.

    kin = Lineage(rooms, successions).before([an_sinh], on=date(2026, 6, 14), earlier=date(2025, 6, 14))
    kin.whole     # these units of that day, all of each
    kin.part      # these only in part

Several units may be asked about at once: two that shared a third between them are, together, exactly it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from server.rooms.tables import Extent, Room, RoomSuccession


@dataclass(frozen=True, slots=True)
class Kin:
    """Ids of rooms of the other day. `complete` is False where the line broke off: a unit that began without a
    predecessor on record, or ended without a successor."""

    whole: frozenset[int]
    part: frozenset[int]
    complete: bool

    @property
    def exact(self) -> bool:
        """They are the units that were asked about: nothing more, nothing less."""
        return self.complete and not self.part

    @property
    def rooms(self) -> frozenset[int]:
        return self.whole | self.part


@dataclass(frozen=True, slots=True)
class _Link:
    source: int
    target: int
    full: bool


class Lineage:
    """`rooms` and `successions`: all there are. Rooms are asked about by their id."""

    def __init__(self, rooms: Iterable[Room], successions: Iterable[RoomSuccession]) -> None:
        self._rooms: Mapping[int, Room] = {room.id: room for room in rooms if room.id is not None}
        self._changes: dict[date, list[_Link]] = defaultdict(list)
        for row in successions:
            self._changes[row.day].append(_Link(row.predecessor_id, row.successor_id, row.extent is Extent.FULL))

    def before(self, rooms: Iterable[int], *, on: date, earlier: date) -> Kin:
        """What `rooms`, which exist on `on`, were on the day `earlier`."""
        whole, part = set(rooms), set[int]()
        for day in sorted((day for day in self._changes if earlier < day <= on), reverse=True):
            links = self._changes[day]
            into_whole = {link.source for link in links if link.target in whole}
            into_part = {link.source for link in links if link.target in part}
            stayed = {room for room in whole if self._existed_before(room, day)}
            stayed_part = {room for room in part if self._existed_before(room, day)}
            sources = into_whole | stayed
            entire = {room for room in sources if self._went_into(room, whole, day)}
            part = (sources - entire) | into_part | stayed_part
            whole = entire
            part -= whole
        return self._of_day(whole, part, earlier, self._began_from_nothing(rooms, on, earlier))

    def after(self, rooms: Iterable[int], *, on: date, later: date) -> Kin:
        """What became, until the day `later`, of `rooms`, which exist on `on`."""
        whole, part = set(rooms), set[int]()
        ended = False
        for day in sorted(day for day in self._changes if on < day <= later):
            links = self._changes[day]
            everything = whole | part
            reached = {link.target for link in links if link.source in everything}
            reached |= {room for room in everything if self._exists(room, day)}
            entire = {room for room in reached if self._came_from(room, whole, day)}
            ended |= any(not self._accounted_for(room, day) for room in everything)
            whole, part = entire, reached - entire
        return self._of_day(whole, part, later, ended)

    def _went_into(self, room: int, targets: set[int], day: date) -> bool:
        """Whether all of `room` is in `targets` on `day`."""
        reached = {link.target for link in self._changes[day] if link.source == room}
        if self._exists(room, day):
            reached.add(room)
        return reached <= targets and self._accounted_for(room, day)

    def _accounted_for(self, room: int, day: date) -> bool:
        """Whether it is on record where all of `room` is on `day`: of one part alone the rest is missing."""
        links = [link for link in self._changes[day] if link.source == room]
        return self._exists(room, day) or len(links) > 1 or any(link.full for link in links)

    def _came_from(self, room: int, sources: set[int], day: date) -> bool:
        """Whether nothing but `sources` made up `room` on `day`."""
        if self._existed_before(room, day) and room not in sources:
            return False
        return all(link.source in sources for link in self._changes[day] if link.target == room)

    def _of_day(self, whole: set[int], part: set[int], day: date, broken: bool) -> Kin:
        there = {room for room in whole | part if self._exists(room, day)}
        return Kin(frozenset(whole & there), frozenset(part & there), not broken and there == whole | part)

    def _began_from_nothing(self, rooms: Iterable[int], on: date, earlier: date) -> bool:
        """Whether any of the line back to `earlier` began after it without a predecessor."""
        open_, seen = list(rooms), set[int]()
        while open_:
            room = open_.pop()
            if room in seen:
                continue
            seen.add(room)
            sources = [
                link.source
                for day, links in self._changes.items()
                if earlier < day <= on
                for link in links
                if link.target == room
            ]
            if not sources and room in self._rooms and self._rooms[room].valid_from > earlier:
                return True
            open_ += sources
        return False

    def _exists(self, room: int, day: date) -> bool:
        kept = self._rooms.get(room)
        return kept is not None and kept.valid_from <= day <= (kept.valid_to or date.max)

    def _existed_before(self, room: int, day: date) -> bool:
        kept = self._rooms.get(room)
        return kept is not None and kept.valid_from < day
