"""What a change of units asks of the receptions, as a port, because rooms stand below receptions.

`server.receptions.moved_rooms` is the implementation; the composition root puts it under `PLANNED`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from aiohttp import web
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An agenda item of a planned reception whose audience names rooms that do not exist on its day; `rooms`:
    their ids and names. Nothing of the matter: who keeps the rooms need not read petitions."""

    reception_id: int
    reception_title: str
    planned_at: datetime
    item_id: int
    position: int
    rooms: tuple[tuple[int, str], ...]


class PlannedAudiences(Protocol):
    def naming(self, session: Session, room_ids: Collection[int], since: date) -> list[PlannedItem]:
        """Items not heard yet, of planned receptions from `since` on, that name any of these rooms."""
        ...

    def outlived(self, session: Session) -> list[PlannedItem]:
        """Items whose rooms are gone on the reception's day: somebody has to decide who takes their place."""
        ...

    def move(self, session: Session, successors: Mapping[int, int], since: date) -> list[int]:
        """Put the successor in each room's place from `since` on; the ids of the receptions that were changed."""
        ...


class NoReceptions:
    """Where nothing is planned: the registry alone."""

    def naming(self, session: Session, room_ids: Collection[int], since: date) -> list[PlannedItem]:
        return []

    def outlived(self, session: Session) -> list[PlannedItem]:
        return []

    def move(self, session: Session, successors: Mapping[int, int], since: date) -> list[int]:
        return []


PLANNED: web.AppKey[PlannedAudiences] = web.AppKey("planned_audiences", PlannedAudiences)
