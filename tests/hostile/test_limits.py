"""What a link may send, to the packet: an honest one is never refused, a flood is thinned out, then cut off."""

from __future__ import annotations

import pytest

from server.media.limits import (
    CALM_S,
    CUT_OFF_S,
    KNOWN_CHECKS_PER_S,
    MEDIA,
    REPORTS,
    STRANGERS_CHECKS_PER_S,
    Allowance,
    CheckBudget,
    Limit,
    Verdict,
)

SMALL = Limit(packets_per_s=100, bytes_per_s=10_000)


def send(allowance: Allowance, packets: int, size: int, start_s: float, seconds: float) -> list[Verdict]:
    """`packets` of `size` evenly over `seconds`; each admitted one proves authentic."""
    verdicts = []
    for number in range(packets):
        verdict = allowance.admit(size, start_s + seconds * number / packets)
        if verdict is Verdict.FORWARD:
            allowance.charge(size)
        verdicts.append(verdict)
    return verdicts


@pytest.mark.parametrize("start_s", [0.0, 7e5, 4e9])  # a machine's uptime, however long
def test_a_link_at_its_rate_is_never_refused(start_s: float) -> None:
    for limit in (MEDIA, REPORTS, SMALL):
        allowance = Allowance(limit, start_s)
        size = limit.bytes_per_s // limit.packets_per_s
        assert set(send(allowance, 30 * limit.packets_per_s, size, start_s, 30)) == {Verdict.FORWARD}
        assert allowance.refused == 0


def test_the_key_frames_of_three_layers_and_a_document_come_at_once() -> None:
    allowance = Allowance(MEDIA, 0.0)
    for second in range(10):
        burst = send(allowance, 580, 1200, second, 0.01)
        rest = send(allowance, 300, 1000, second + 0.01, 0.9)
        assert set(burst + rest) == {Verdict.FORWARD}


@pytest.mark.parametrize(("packets_per_s", "size"), [(150, 1), (70, 200)])  # too many, and too large
def test_what_comes_above_the_rate_is_dropped_and_the_rest_goes_on(packets_per_s: int, size: int) -> None:
    allowance = Allowance(SMALL, 0.0)
    send(allowance, 10 * packets_per_s, size, 0, 10)  # the saving is used up
    verdicts = send(allowance, 20 * packets_per_s, size, 10, 20)
    assert Verdict.CUT_OFF not in verdicts
    sent = verdicts.count(Verdict.FORWARD)
    assert 0.98 <= max(sent / 2000, sent * size / 200_000) <= 1.02
    assert allowance.refused >= verdicts.count(Verdict.DROP) > 0


@pytest.mark.parametrize(("packets_per_s", "size"), [(1000, 1), (80, 1000)])
def test_a_flood_is_cut_off_within_three_seconds_of_its_beginning_to_cost(packets_per_s: int, size: int) -> None:
    allowance = Allowance(SMALL, 0.0)
    verdicts = send(allowance, 6 * packets_per_s, size, 0, 6)
    first_drop = verdicts.index(Verdict.DROP) / packets_per_s
    cut_off = verdicts.index(Verdict.CUT_OFF) / packets_per_s
    assert first_drop < 2.0  # two seconds' worth are the most that comes at once
    assert CUT_OFF_S <= cut_off - first_drop < CUT_OFF_S + 0.1


def test_a_second_of_far_too_much_is_forgiven() -> None:
    allowance = Allowance(SMALL, 0.0)
    for again in range(5):
        start_s = again * (1.5 + CALM_S + 1)
        assert Verdict.CUT_OFF not in send(allowance, 3000, 50, start_s, 1.5)


def test_after_a_pause_two_seconds_worth_may_come_and_no_more() -> None:
    allowance = Allowance(SMALL, 0.0)
    verdicts = send(allowance, 1000, 1, 3600.0, 0.0001)
    assert 2 * SMALL.packets_per_s <= verdicts.count(Verdict.FORWARD) <= 2 * SMALL.packets_per_s + 1


def test_nobody_uses_up_an_allowance_in_a_rooms_name() -> None:
    """Packets that fail to decrypt are never charged, so they neither empty it nor cut the link off."""
    allowance = Allowance(SMALL, 0.0)
    assert {allowance.admit(1200, at / 10_000) for at in range(100_000)} == {Verdict.FORWARD}
    allowance.charge(100)
    assert allowance.admit(100, 10.0) is Verdict.FORWARD


def test_a_clock_that_stands_still_gives_nothing() -> None:
    allowance = Allowance(SMALL, 5.0)
    verdicts = send(allowance, 1000, 1, 5.0, 0.0)
    assert verdicts.count(Verdict.FORWARD) == SMALL.packets_per_s


def admitted(budget: CheckBudget, known: bool, checks: int) -> int:
    return sum(budget.admit(known) for _ in range(checks))


def test_strangers_cannot_use_up_the_checks_of_links_that_stand() -> None:
    budget = CheckBudget(0.0)
    strangers = known = 0
    for tick in range(1, 201):
        budget.fill_up(tick * 0.05)
        strangers += admitted(budget, False, 5000)
        known += admitted(budget, True, KNOWN_CHECKS_PER_S // 20)
    assert known == 200 * KNOWN_CHECKS_PER_S // 20
    assert 0.95 < strangers / (10 * STRANGERS_CHECKS_PER_S) <= 1.1
    assert budget.refused == 200 * 5000 - strangers


def test_a_loop_that_was_held_up_gets_no_burst_of_checks() -> None:
    budget = CheckBudget(0.0)
    budget.fill_up(60.0)
    assert admitted(budget, False, 100_000) == STRANGERS_CHECKS_PER_S // 10


def test_checks_are_admitted_again_after_a_flood() -> None:
    budget = CheckBudget(0.0)
    admitted(budget, True, 1_000_000)
    budget.fill_up(0.05)
    assert budget.admit(True)
