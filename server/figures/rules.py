"""What is said of a figure beside the figure of the year before: pure.

A row is compared only where it can be: a unit of today with what it was made of whole. Where units were split in
parts, or came and went within the period, there is no figure of last year for the row; the province's is exact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from server.web.languages import N_


class NoBase(StrEnum):
    """Why a row has no figure of the year before."""

    SPLIT = "split"
    WITHIN = "within"
    UNKNOWN = "unknown"


NO_BASE_WORDS: dict[NoBase, str] = {
    NoBase.SPLIT: N_("Made of parts of former units: no exact base, compare at the level of the province"),
    NoBase.WITHIN: N_("Did not exist all through the period: compare at the level of the province"),
    NoBase.UNKNOWN: N_("What it was made of is not on the record: compare at the level of the province"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """The rooms of another day that a room comes from. `exact`: it is all of them, and they are all of it."""

    rooms: frozenset[int]
    exact: bool


class Lineage(Protocol):
    """What the rooms of `day` come from, of the rooms of `other`. A room that is not told of is unknown."""

    def __call__(self, rooms: Collection[int], day: date, other: date, /) -> Mapping[int, Origin]: ...


@dataclass(frozen=True, slots=True)
class Compared:
    """`base` None: there is none to compare with."""

    value: int
    base: int | None

    @property
    def difference(self) -> int | None:
        return None if self.base is None else self.value - self.base

    @property
    def per_cent(self) -> float | None:
        """Of the base; None where that is 0, and nothing is said."""
        return None if not self.base else 100 * (self.value - self.base) / self.base


@dataclass(frozen=True, slots=True)
class Existence:
    """From when to when a room exists; `last` None: still."""

    first: date
    last: date | None

    def throughout(self, first: date, last: date) -> bool:
        return self.first <= first and (self.last is None or last <= self.last)


def bases_of_places(
    rooms: Mapping[int, Existence], lineage: Lineage, now: tuple[date, date], base: tuple[date, date]
) -> dict[int, frozenset[int] | NoBase]:
    """By each room of the present period: whose figures of the base period together are its own.

    `rooms`: all of the registry. Where rooms changed within the base period, the predecessors of each of its parts
    are asked for; every room's figures are those of its own time, so that none is counted twice.
    """
    changes = {each.first for each in rooms.values() if base[0] < each.first <= base[1]}
    days = [base[0], *sorted(changes)]
    wanted = [number for number, each in rooms.items() if each.throughout(*now)]
    found: dict[int, frozenset[int] | NoBase] = {
        number: NoBase.WITHIN for number, each in rooms.items() if number not in wanted
    }
    told = [lineage(wanted, now[0], day) for day in days]
    for number in wanted:
        origins = [each.get(number) for each in told]
        known = [each for each in origins if each is not None]
        if len(known) < len(days):
            found[number] = NoBase.UNKNOWN
        elif not all(each.exact for each in known):
            found[number] = NoBase.SPLIT
        else:
            found[number] = frozenset().union(*(each.rooms for each in known))
    return found


def same_rooms(rooms: Mapping[int, Existence]) -> Lineage:
    """Where no successions are on the record: a room that existed on both days comes from itself."""

    def lineage(asked: Collection[int], day: date, other: date) -> Mapping[int, Origin]:
        first, last = min(day, other), max(day, other)
        return {
            number: Origin(frozenset({number}), exact=True)
            for number in asked
            if number in rooms and rooms[number].throughout(first, last)
        }

    return lineage
