"""What the register asks of the receptions, as a port, because petitions stand below receptions.

`server.receptions.pages.add_routes` puts the implementation under `HEARINGS`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from aiohttp import web
from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar


class Recorded(StrEnum):
    """What there is to see of one hearing."""

    READY = "ready"
    PREPARED = "being_prepared"  # the recording ended and is not sealed yet
    RUNNING = "being_recorded"
    CLOSED = "closed"  # heard closed: nothing was recorded
    DESTROYED = "destroyed"  # the recording was deleted when its term was over
    NONE = "none"  # heard, and no recording holds it
    AHEAD = "ahead"  # on the agenda, not called yet


@dataclass(frozen=True, slots=True)
class Heard:
    """One time a petition was heard, or will be. `at_second` is a second of the playable file."""

    reception_id: int
    reception_title: str
    planned_at: datetime
    position: int  # of the agenda item, 1 = first
    started_at: datetime | None
    seconds: float | None  # length in the recording, else by the clock
    recorded: Recorded
    at_second: float | None = None
    destroyed_at: datetime | None = None
    certificate: str = ""  # its number


class Hearings(Protocol):
    def of_petition(self, session: Session, petition_id: int) -> list[Heard]:
        """Newest reception first; inside one reception in the order of the day."""
        ...

    def counts(self, session: Session, petition_ids: Iterable[int]) -> dict[int, int]:
        """How often each petition was called; one that never was is missing."""
        ...

    def days(
        self, session: Session, petition_ids: Iterable[int] | SelectOfScalar[int | None]
    ) -> dict[int, tuple[date, ...]]:
        """On which days of the province's calendar each was heard to the end of a call, oldest first; one that
        never was is missing. Many petitions are better asked for by a query than by their ids."""
        ...

    def petition_changed(self, session: Session, petition_id: int) -> None:
        """Bring every agenda item of the petition in line with its kind and confidentiality.

        Raises `BeingHeard` while an open item would have to lose its audience: the desk closes it first,
        which stops the picture.
        """
        ...


class BeingHeard(Exception):
    """The petition is on the stage at this moment."""


HEARINGS: web.AppKey[Hearings] = web.AppKey("petition_hearings", Hearings)
