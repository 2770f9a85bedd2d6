"""What of a room's kept media may be taken. Pure; default deny.

Taken is what lies within a time in which this very room had the floor, in an item that was heard open then and is
not closed to the rooms now. The floor's and the items' times are the reception's own record; what the room
believed while its line was down counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from signaling.late_messages import LONGEST_S, SHORTEST_S, AskSpans, KeptSpan, NotTaken, RefusedSpan, TakenSpans

Span = tuple[float, float]
OLDEST = timedelta(days=30)  # after the reception: a computer that was repaired meanwhile
MOST_SECONDS = 2 * LONGEST_S  # of one room in one reception
MOST_FILES = 50
MOST_BYTES_S = 1_000_000  # of a second: four times what a camera sends to the stage
ROUND_TRIP_S = 0.5  # the room's idea of our clock lags by the way of a message: its end is cut by so much
_AT_ONCE_S = 4 * LONGEST_S


@dataclass(frozen=True, slots=True)
class Granted:
    """`item` None: between items. `ended` None: it has the floor still."""

    item: int | None
    started: float
    ended: float | None


@dataclass(frozen=True, slots=True)
class HeardSpan:
    item: int
    started: float
    ended: float | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says of one room in one reception. `barred`: items of which nothing is ever taken."""

    recorded: bool
    ended_at: datetime | None  # the reception; None: it is open
    grants: tuple[Granted, ...]
    hearings: tuple[HeardSpan, ...]
    barred: frozenset[int]


@dataclass(frozen=True, slots=True)
class Taken:
    item: int
    started: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.started


def is_too_long(asked: AskSpans) -> bool:
    return asked.ended_at - asked.started_at > _AT_ONCE_S


def decide(asked: AskSpans, facts: Facts, had_s: float, now: datetime) -> TakenSpans:
    """`had_s`: seconds of this reception that this room has handed over already."""
    whole = (asked.started_at, asked.ended_at)
    if not facts.recorded:
        return _none(whole, NotTaken.NOT_RECORDED)
    if facts.ended_at is not None and now - facts.ended_at > OLDEST:
        return _none(whole, NotTaken.TOO_OLD)
    if any(grant.ended is None and grant.started < asked.ended_at for grant in facts.grants):
        return TakenSpans(later=True)
    taken, too_much = [], list[Span]()
    for part in taken_of(whole, facts):
        if had_s + part.seconds > MOST_SECONDS:
            too_much.append((part.started, part.ended))
            continue
        had_s += part.seconds
        taken.append(part)
    rest = _without(whole, [(part.started, part.ended) for part in taken])
    refused = [
        RefusedSpan(started_at=starts, ended_at=ends, reason=_why((starts, ends), facts, too_much))
        for starts, ends in rest
    ]
    spans = tuple(KeptSpan(started_at=part.started, ended_at=part.ended) for part in taken)
    return TakenSpans(taken=spans, refused=tuple(refused))


def taken_of(asked: Span, facts: Facts) -> list[Taken]:
    """In the order of the clock. Empty where the reception is not recorded."""
    if not facts.recorded:
        return []
    found = []
    closed = [_ending(each.started, each.ended) for each in facts.hearings if each.closed]
    for grant in facts.grants:
        if grant.item is None or grant.item in facts.barred or grant.ended is None:
            continue
        floor = _common(asked, (grant.started, grant.ended - ROUND_TRIP_S))
        for heard in facts.hearings:
            if heard.item != grant.item or heard.closed:
                continue
            open_span = _common(floor, _ending(heard.started, heard.ended))
            found += [
                Taken(grant.item, starts, ends)
                for starts, ends in _without(open_span, closed)
                if ends - starts >= SHORTEST_S
            ]
    return sorted(found, key=lambda part: part.started)


def item_of(offered: KeptSpan, facts: Facts) -> int | None:
    """The item in which all of this may be taken; None: not all of it may."""
    span = (offered.started_at, offered.ended_at)
    whole = [part for part in taken_of(span, facts) if (part.started, part.ended) == span]
    return whole[0].item if whole else None


def _none(span: Span, reason: NotTaken) -> TakenSpans:
    return TakenSpans(refused=(RefusedSpan(started_at=span[0], ended_at=span[1], reason=reason),))


def _why(span: Span, facts: Facts, too_much: Sequence[Span]) -> NotTaken:
    if any(_overlap(span, other) for other in too_much):
        return NotTaken.TOO_MUCH
    grants = [each for each in facts.grants if _overlap(span, _ending(each.started, each.ended))]
    closed = [_ending(each.started, each.ended) for each in facts.hearings if each.closed]
    if any(each.item in facts.barred for each in grants) or any(_overlap(span, other) for other in closed):
        return NotTaken.CLOSED
    if any(each.item is None for each in grants):
        return NotTaken.NO_ITEM
    return NotTaken.NOT_ON_FLOOR


def _ending(started: float, ended: float | None) -> Span:
    return (started, float("inf") if ended is None else ended)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _common(one: Span, other: Span) -> Span:
    """Empty (it ends before it begins) where there is nothing."""
    return (max(one[0], other[0]), min(one[1], other[1]))


def _without(span: Span, left_out: Iterable[Span]) -> list[Span]:
    rest = [span] if span[1] > span[0] else []
    for starts, ends in left_out:
        parts = [part for a, b in rest for part in ((a, min(b, starts)), (max(a, ends), b))]
        rest = [(a, b) for a, b in parts if b > a]
    return sorted(rest)
