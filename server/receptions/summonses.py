"""The summonses that rooms are to see now, as they were read last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from server.receptions.programme import SummonsFacts
from server.receptions.summons_tables import SummonsAnswered
from signaling.messages import RoomCode

SummonsWord = Literal["", "asked", "seen", "coming", "cannot"]


class Summonses:
    def __init__(self) -> None:
        self._of: dict[RoomCode, tuple[SummonsFacts, ...]] = {}

    def take(self, read: Mapping[RoomCode, tuple[SummonsFacts, ...]]) -> frozenset[RoomCode]:
        """Returns the rooms for which something changed."""
        before, self._of = self._of, dict(read)
        rooms = before.keys() | self._of.keys()
        return frozenset(code for code in rooms if before.get(code) != self._of.get(code))

    def of(self, room: RoomCode) -> tuple[SummonsFacts, ...]:
        """The next one first."""
        return self._of.get(room, ())

    def see(self, room: RoomCode, summons: int, version: int) -> bool:
        """The room's screen shows it. False: it did before, or there is no such summons."""
        known = self.of(room)
        seen = tuple(
            replace(one, seen=True) if (one.id, one.version) == (summons, version) else one for one in known
        )
        if seen == known:
            return False
        self._of[room] = seen
        return True

    def coming(self, room: RoomCode, reception: int) -> tuple[str, ...]:
        """The offices that the room said would be there."""
        of_it = [one for one in self.of(room) if one.reception == reception and not one.withdrawn]
        return of_it[0].offices if of_it else ()

    def word(self, room: RoomCode, reception: int) -> SummonsWord:
        """How the room stands to this reception."""
        one = next((each for each in self.of(room) if each.reception == reception and not each.withdrawn), None)
        if one is None:
            return ""
        if one.answer is SummonsAnswered.COMING:
            return "coming"
        if one.answer is SummonsAnswered.CANNOT:
            return "cannot"
        return "seen" if one.seen else "asked"
