"""Only what the room said while it had the floor in an open item; the reception's record decides, not the room."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.late.rules import MOST_SECONDS, OLDEST, ROUND_TRIP_S, Facts, Granted, HeardSpan, decide, item_of
from signaling.late_messages import AskSpans, KeptSpan, NotTaken

T = 1_000_000.0
ENDED = datetime.fromtimestamp(T + 1000, UTC)
FACTS = Facts(
    recorded=True,
    ended_at=ENDED,
    grants=(Granted(7, T + 100, T + 200),),
    hearings=(HeardSpan(7, T + 50, T + 300, closed=False),),
    barred=frozenset(),
)


def asked(starts: float, ends: float) -> AskSpans:
    return AskSpans(reception=1, started_at=T + starts, ended_at=T + ends)


def told(
    facts: Facts, starts: float, ends: float, had_s: float = 0.0
) -> tuple[list[tuple[float, float]], set[str]]:
    answer = decide(asked(starts, ends), facts, had_s, ENDED)
    return [(each.started_at - T, each.ended_at - T) for each in answer.taken], {
        each.reason for each in answer.refused
    }


def test_what_lies_outside_of_the_floor_is_cut_away() -> None:
    assert told(FACTS, 120, 150) == ([(120, 150)], set())
    assert told(FACTS, 90, 260) == ([(100, 200 - ROUND_TRIP_S)], {NotTaken.NOT_ON_FLOOR})
    assert told(FACTS, 210, 260) == ([], {NotTaken.NOT_ON_FLOOR})


def test_two_times_on_the_floor_are_two_spans() -> None:
    twice = replace(FACTS, grants=(*FACTS.grants, Granted(7, T + 220, T + 240)))
    assert told(twice, 150, 230) == ([(150, 199.5), (220, 230)], {NotTaken.NOT_ON_FLOOR})


def test_nothing_of_what_was_closed() -> None:
    closed = replace(
        FACTS,
        hearings=(
            HeardSpan(7, T + 50, T + 150, closed=False),
            HeardSpan(7, T + 150, T + 170, closed=True),
            HeardSpan(7, T + 170, T + 300, closed=False),
        ),
    )
    assert told(closed, 120, 190) == ([(120, 150), (170, 190)], {NotTaken.CLOSED})
    whole = replace(FACTS, hearings=(HeardSpan(7, T + 50, T + 300, closed=True),))
    assert told(whole, 120, 190) == ([], {NotTaken.CLOSED})


def test_nothing_of_an_item_that_is_closed_for_good() -> None:
    """For instance because it turned out a denunciation."""
    assert told(replace(FACTS, barred=frozenset({7})), 120, 150) == ([], {NotTaken.CLOSED})


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(FACTS, grants=()), NotTaken.NOT_ON_FLOOR),
        (replace(FACTS, grants=(Granted(None, T, T + 900),)), NotTaken.NO_ITEM),
        (replace(FACTS, hearings=()), NotTaken.NOT_ON_FLOOR),  # of an item that nobody heard
        (replace(FACTS, recorded=False), NotTaken.NOT_RECORDED),
        (replace(FACTS, ended_at=ENDED - OLDEST - timedelta(seconds=1)), NotTaken.TOO_OLD),
    ],
)
def test_what_nobody_knows_of_is_denied(facts: Facts, reason: NotTaken) -> None:
    assert told(facts, 120, 150) == ([], {reason})


def test_while_the_floor_goes_on_nothing_is_said() -> None:
    going_on = replace(FACTS, ended_at=None, grants=(Granted(7, T + 100, None),))
    assert decide(asked(120, 150), going_on, 0.0, ENDED).later


def test_a_room_hands_over_so_much_of_one_reception() -> None:
    assert told(FACTS, 120, 150, MOST_SECONDS - 31) == ([(120, 150)], set())
    assert told(FACTS, 120, 150, MOST_SECONDS - 29) == ([], {NotTaken.TOO_MUCH})


def test_a_file_is_taken_whole_or_not() -> None:
    def item(starts: float, ends: float) -> int | None:
        return item_of(KeptSpan(started_at=T + starts, ended_at=T + ends), FACTS)

    assert item(100, 199) == 7
    assert item(99.9, 150) is None
    assert item(150, 199.9) is None
