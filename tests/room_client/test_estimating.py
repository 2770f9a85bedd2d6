"""What the room takes its line to carry, on simulated lines: thin ones, long ones, lossy ones."""

from __future__ import annotations

import statistics

import pytest

from room_client.estimating import POLL_S, Estimate
from tests.room_client.simulated_line import Line, simulate

SOUND_BPS = 40_000
LAYERS_BPS = (1_900_000, 700_000, 250_000, 80_000, 0)


def follows(estimate: int | None) -> float:
    """A sender that sends what the estimate allows, and starts with much."""
    return (1_000_000 if estimate is None else estimate) - SOUND_BPS


def layers(estimate: int | None) -> float:
    """A sender of layers: the best one that fits; the best of all before there is an estimate."""
    allowed = 3_000_000 if estimate is None else estimate - SOUND_BPS
    return next(bps for bps in LAYERS_BPS if bps <= max(0, allowed))


def settled(estimates: list[tuple[float, int | None]], after_s: float) -> list[int]:
    return [bps for at, bps in estimates if at > after_s and bps is not None]


@pytest.mark.parametrize("rate", [500_000, 150_000])
@pytest.mark.parametrize("seed", range(4))
def test_thin_line_is_found_and_kept_below(rate: int, seed: int) -> None:
    found = settled(simulate(Line(rate), follows, 90.0, seed), 20.0)
    assert 0.6 * rate <= statistics.median(found) <= rate
    assert sum(0.6 * rate <= bps <= rate for bps in found) > 0.9 * len(found), found
    assert max(found) < 1.15 * rate, "a trial of more is a short and cautious one"


@pytest.mark.parametrize("rate", [500_000, 150_000])
@pytest.mark.parametrize("seed", range(4))
def test_sender_of_layers_settles_on_one_that_fits(rate: int, seed: int) -> None:
    found = settled(simulate(Line(rate), layers, 90.0, seed), 20.0)
    sent = [layers(bps) for bps in found]
    assert set(sent) == {80_000 if rate == 150_000 else 250_000}, "another layer than the best that fits"
    assert min(found) >= 0.6 * rate


@pytest.mark.parametrize("rate", [500_000, 150_000])
def test_sender_that_does_not_care_is_told_all_the_same(rate: int) -> None:
    found = settled(simulate(Line(rate), lambda _: 2_000_000, 40.0, 3), 5.0)
    assert all(0.6 * rate <= bps <= rate for bps in found), found


@pytest.mark.parametrize("start_time", [0, 0xFFFF_FFFF - 90_000 * 5, 0x7FFF_FFFF - 90_000 * 5])
def test_long_line_without_a_queue_lowers_nothing(start_time: int) -> None:
    near = simulate(Line(delay_s=0.01), lambda _: 1_500_000, 40.0, 1, start_time)
    far = simulate(Line(delay_s=0.3, jitter_s=0.02), lambda _: 1_500_000, 40.0, 1, start_time)
    for estimates in (near, far):
        found = settled(estimates, 2.0)
        assert min(found) >= 1_500_000
        assert found == sorted(found), "lowered without a queue"


def test_line_that_becomes_longer_for_good_is_forgiven() -> None:
    line = Line(3_000_000, delay_s=0.02)

    def sends(_: int | None) -> float:
        return 1_000_000

    estimates = simulate(line, sends, 10.0, 1)
    line.delay_s = 0.3
    assert settled(estimates, 5.0)
    assert min(settled(simulate(line, sends, 60.0, 1), 30.0)) > 1_000_000


@pytest.mark.parametrize("seed", range(6))
def test_five_percent_random_loss_alone_costs_little(seed: int) -> None:
    found = settled(simulate(Line(3_000_000, loss=0.05), lambda _: 1_000_000, 90.0, seed), 2.0)
    assert min(found) >= 0.7 * 1_000_000
    assert statistics.median(found) >= 1_000_000


@pytest.mark.parametrize("seed", range(3))
def test_much_loss_lowers_below_what_arrives(seed: int) -> None:
    found = settled(simulate(Line(loss=0.25), lambda _: 1_000_000, 30.0, seed), 5.0)
    assert max(found) < 0.8 * 1_040_000


def test_line_that_becomes_wide_again_is_found_out() -> None:
    estimates = simulate(Line(500_000), follows, 30.0, 2)
    assert (estimates[-1][1] or 0) < 600_000
    estimate = Estimate()
    octets = 0
    for poll in range(160):
        now = poll * POLL_S
        rate = 500_000 if poll < 20 else 2_000_000
        octets += int(rate / 8 * POLL_S)
        for piece in range(25):
            estimate.arrived(1, round((now + piece / 50) * 48_000), 48_000, now + piece / 50)
        estimate.poll(octets, poll * 25, poll * 25, now + POLL_S)
    assert (estimate.bps or 0) >= 2_000_000


def test_blackout_says_nothing_of_the_line() -> None:
    estimate = Estimate()
    octets = expected = received = 0
    for poll in range(80):
        now = poll * POLL_S
        dark = 40 <= poll < 60
        expected += 100
        if not dark:
            octets += 60_000
            received += 100
            for piece in range(25):
                estimate.arrived(1, round((now + piece / 50) * 48_000), 48_000, now + piece / 50)
        # numbers lost in the dark are known only once something arrives again
        known = received if dark else expected
        before = estimate.bps
        estimate.poll(octets, known, received, now + POLL_S)
        if poll > 40:
            assert estimate.bps is not None
            assert before is not None
            assert estimate.bps >= 0.99 * before, f"lowered at {poll}"


def test_nothing_is_said_before_anything_arrived() -> None:
    estimate = Estimate()
    for poll in range(50):
        assert estimate.poll(0, 0, 0, poll * POLL_S) is None
    assert len(estimate._counted) <= 24
