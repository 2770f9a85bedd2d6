"""Who is present now, by office, in each room of one reception; and the rows that each roll-call makes.

A roll-call says everything every time: who it does not name has left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from server.receptions.effects import OfficeCame, OfficeLeft, OfficesLeft, RollCalled, Row
from server.receptions.programme import RoomFacts
from signaling.messages import RoomCode
from signaling.summons_messages import PresentOffice

Offices = Mapping[str, bool]  # code of the office to whether a deputy sits there for it


class Rolls:
    def __init__(self) -> None:
        self.reception: int | None = None
        self._present: dict[RoomCode, tuple[PresentOffice, ...]] = {}

    def take(self, reception: int, present: Mapping[RoomCode, Offices]) -> None:
        """As the database has them."""
        self.reception = reception
        self._present = {
            code: tuple(PresentOffice(office=office, deputy=deputy) for office, deputy in of_room.items())
            for code, of_room in present.items()
        }

    def call(
        self, reception: int, room: RoomFacts, present: Iterable[PresentOffice], actor: str, now: datetime
    ) -> list[Row]:
        if self.reception != reception:
            self.take(reception, {})
        before = {each.office: each.deputy for each in self.of(room.code)}
        self._present[room.code] = tuple(present)
        after = {each.office: each.deputy for each in self.of(room.code)}
        if before == after:
            return []
        left = [office for office in before if after.get(office) != before[office]]
        came = [office for office in after if before.get(office) != after[office]]
        return [
            *(OfficeLeft(reception, room.id, office, now) for office in left),
            *(OfficeCame(reception, room.id, office, after[office], now, actor) for office in came),
            RollCalled(
                reception, room.code, tuple(after), tuple(code for code in after if after[code]), now, actor
            ),
        ]

    def end(self, now: datetime) -> list[Row]:
        reception, self.reception, self._present = self.reception, None, {}
        return [] if reception is None else [OfficesLeft(reception, now)]

    def of(self, room: RoomCode) -> tuple[PresentOffice, ...]:
        return self._present.get(room, ())

    def was_called(self, room: RoomCode) -> bool:
        return room in self._present
