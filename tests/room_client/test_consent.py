"""When a path is checked, called silent, left for another one and given up: a simulated minute in no time."""

from __future__ import annotations

import itertools
import random

import pytest

from room_client import consent
from room_client.consent import Consent, Step


def walk(
    consent_: Consent, start: float, seconds: float, answered: bool = False, rtt_s: float = 0.05
) -> list[tuple[float, Step]]:
    """Everything that is to be done in so many seconds; with `answered` each check is."""
    now, seen = start, []
    while (now := max(now, consent_.poll_timeout())) < start + seconds:
        for step in consent_.handle_timeout(now):
            seen.append((now, step))
            if step in (Step.GIVE_UP_SILENT, Step.GIVE_UP_REFUSED):
                return seen
            if step is Step.CHECK and answered:
                consent_.handle_answer(now, now + rtt_s)
    return seen


def times(steps: list[tuple[float, Step]], wanted: Step) -> list[float]:
    return [at for at, step in steps if step is wanted]


@pytest.mark.parametrize("seed", range(5))
def test_answered_path_is_checked_about_once_a_second_for_hours(seed: int) -> None:
    chance = random.Random(seed)
    held = Consent(0.0, lambda: chance.uniform(0.8, 1.2))
    steps = walk(held, 0.0, 3600.0, answered=True)
    assert {step for _, step in steps} == {Step.CHECK}
    assert 3000 < len(steps) < 4500
    assert not held.silent


def test_silence_in_its_order() -> None:
    held = Consent(0.0, lambda: 1.0)
    walk(held, 0.0, 10.0, answered=True)
    steps = walk(held, 10.0, 120.0)
    checks = times(steps, Step.CHECK)
    (silent,) = times(steps, Step.FALL_SILENT)
    assert silent - 10.0 <= 5.0
    assert checks[1] - checks[0] == pytest.approx(consent.CHECK_AGAIN_S)
    assert max(b - a for a, b in itertools.pairwise(checks)) <= consent.SLOWEST_CHECK_S + 0.001
    looks = times(steps, Step.LOOK_ELSEWHERE)
    assert looks[0] - checks[0] < 2.1
    assert looks[0] < silent
    restarts = times(steps, Step.WANT_RESTART)
    assert 4.5 < restarts[0] - checks[0] < 7.0
    (given_up,) = times(steps, Step.GIVE_UP_SILENT)[:1]
    assert 74 < given_up - checks[0] < 78


def test_a_minute_without_a_cable_ends_nothing() -> None:
    held = Consent(0.0, lambda: 1.0)
    steps = walk(held, 0.0, 62.0)
    assert not times(steps, Step.GIVE_UP_SILENT)
    sent = times(steps, Step.CHECK)[-1]
    assert held.handle_answer(sent, 62.0)
    assert not held.silent
    assert not held.handle_answer(sent, 62.1), "came back twice"
    assert {step for _, step in walk(held, 62.1, 60.0, answered=True)} == {Step.CHECK}


def test_long_round_trip_is_no_silence() -> None:
    held = Consent(0.0, lambda: 1.0)
    sent: list[float] = []
    now = 0.0
    while (now := max(now, held.poll_timeout())) < 60.0:
        steps = held.handle_timeout(now)
        assert Step.FALL_SILENT not in steps
        sent += [now] if Step.CHECK in steps else []
        while sent and now - sent[0] >= 1.2:
            held.handle_answer(sent.pop(0), now)


def test_refused_for_a_second_is_the_end_and_a_single_refusal_is_not() -> None:
    held = Consent(0.0, lambda: 1.0)
    held.handle_refusal(5.0)
    steps = walk(held, 5.0, 3.0)
    assert Step.GIVE_UP_REFUSED not in {step for _, step in steps}, "one refusal long ago"
    held = Consent(0.0, lambda: 1.0)
    now, ended = 5.0, 0.0
    while not ended and now < 10.0:
        held.handle_refusal(now)
        now = max(now, held.poll_timeout())
        if Step.GIVE_UP_REFUSED in held.handle_timeout(now):
            ended = now
    assert 6.0 < ended < 6.5


def test_socket_that_gives_errors_is_left_at_once() -> None:
    held = Consent(0.0, lambda: 1.0)
    held.handle_failure(0.3)
    assert Step.LOOK_ELSEWHERE in held.handle_timeout(0.3)
    for at in range(100):
        held.handle_failure(0.3 + at / 100)
    looks = times(walk(held, 0.4, 5.0), Step.LOOK_ELSEWHERE)
    assert len(looks) <= 3, "a new socket for every packet"


def test_memory_of_a_long_silence_is_bounded() -> None:
    held = Consent(0.0, lambda: 1.0)
    for at in range(5000):
        held.handle_refusal(at / 10)
        held.handle_timeout(at / 10)
    assert len(held._unanswered) <= consent.MOST_UNANSWERED
