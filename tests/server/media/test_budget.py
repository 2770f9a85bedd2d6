"""What a line carries, learnt on simulated lines."""

from __future__ import annotations

import random

import pytest

from server.media.allocation import Picture, Step, ladder
from signaling.wire.slots import Layer, SlotName
from tests.server.media.simulated_line import ONE_LAYER, RATES, SOUND_BPS, Line


@pytest.mark.parametrize("remb", [False, True])
def test_a_good_line_has_the_full_picture_after_three_seconds_and_keeps_it(remb: bool) -> None:
    line = Line(20_000_000, remb=remb)
    line.run(3)
    assert line.layer is Layer.HIGH
    settled = line.now_s
    line.run(120)
    assert line.share(Layer.HIGH, settled) == 1.0


def test_a_step_that_did_not_hold_for_a_while_is_no_step_to_fall_back_to() -> None:
    """The middle layer was there for a second, and is too much as well: the line showed that a moment later."""
    rates = ((Layer.HIGH, 2_000_000), (Layer.MEDIUM, 440_000), (Layer.LOW, 150_000))
    line = Line(500_000, steps=ladder([Picture(SlotName.FLOOR_VIDEO, rates)]))
    line.run(6)
    after = [layer for _, layer in line.history]
    assert Layer.MEDIUM not in after[after.index(Layer.HIGH) :]


def test_a_trial_falls_back_to_the_step_that_held() -> None:
    line = Line(1_200_000)
    line.run(25)
    assert line.layer is Layer.MEDIUM
    held = line.now_s
    line.run(120)
    assert line.share(Layer.HIGH, held) > 0
    assert line.share(Layer.LOW, held) == 0


def test_who_has_one_layer_only_gets_it_at_once() -> None:
    line = Line(20_000_000, steps=ONE_LAYER)
    line.run(0.5)
    assert line.layer is Layer.HIGH


@pytest.mark.parametrize("remb", [False, True])
@pytest.mark.parametrize(("rate_bps", "right"), [(1_200_000, Layer.MEDIUM), (500_000, Layer.LOW), (150_000, None)])
def test_a_thin_line_gets_what_it_carries_and_seldom_a_trial(
    rate_bps: int, right: Layer | None, remb: bool
) -> None:
    line = Line(rate_bps, remb=remb)
    line.run(12)
    settled = line.now_s
    line.run(240)
    assert line.share(right, settled) > 0.85, line.history[-80:]
    assert line.overflowing_s < 3, "a trial ends before the queue is full"


@pytest.mark.parametrize("loss", [0.02, 0.05, 0.1])
def test_random_loss_on_a_wide_line_does_not_cost_the_picture(loss: float) -> None:
    line = Line(20_000_000, loss=loss)
    line.run(3)
    settled = line.now_s
    line.run(60)
    assert line.share(Layer.HIGH, settled) > 0.95


@pytest.mark.parametrize("seed", range(5))
def test_losses_that_come_in_bursts_do_not_cost_the_picture(seed: int) -> None:
    """A tenth is lost, but of one second a fifth and of the next nearly nothing."""
    line, chance = Line(20_000_000, loss=0.1), random.Random(seed)
    line.run(5)
    settled = line.now_s
    for _ in range(120):
        line.loss = max(0.0, chance.gauss(0.1, 0.035))
        line.run(1)
    assert line.share(Layer.HIGH, settled) > 0.95


def test_a_long_way_is_not_a_full_queue() -> None:
    line = Line(20_000_000, base_rtt_ms=300)
    line.run(40)
    assert line.share(Layer.HIGH, 102.0) == 1.0


def test_a_line_that_gets_better_gets_the_full_picture_again() -> None:
    line = Line(150_000)
    line.run(30)
    assert line.layer is None
    line.rate_bps = 20_000_000
    line.run(45)
    assert line.layer is Layer.HIGH


def test_half_a_minute_of_a_thin_line_is_made_good_within_a_quarter() -> None:
    line = Line(20_000_000)
    line.run(15)
    line.rate_bps = 500_000
    line.run(30)
    line.rate_bps = 20_000_000
    line.run(15)
    assert line.layer is Layer.HIGH


@pytest.mark.parametrize("counted_at", range(0, 20, 2))
@pytest.mark.parametrize("good_s", [3.3, 3.6, 3.9, 30.0])
def test_a_line_that_gets_worse_loses_the_picture_within_seconds(good_s: float, counted_at: int) -> None:
    """Also soon after a step, when what was sent is known of the step before it: and only what is too much."""
    line = Line(20_000_000, counted_at=counted_at)
    line.run(good_s)
    line.rate_bps, since = 500_000, line.now_s
    line.run(2)
    assert line.layer is Layer.LOW
    line.run(20)
    assert line.share(None, since) == 0
    assert line.layer is Layer.LOW
    line.run(120)
    assert line.overflowing_s < 3


@pytest.mark.parametrize("rate_bps", [300_000, 1_000_000, 5_000_000])
def test_a_picture_of_one_layer_that_does_not_fit_is_tried_ever_more_seldom(rate_bps: int) -> None:
    line = Line(rate_bps, steps=ONE_LAYER)
    line.run(600)
    fits = rate_bps > RATES[0][1]
    assert line.share(Layer.HIGH if fits else None, 110.0) > 0.9
    assert line.overflowing_s < 12


def test_an_encoder_that_sends_a_little_more_now_and_then_keeps_its_layer() -> None:
    line = Line(1_000_000)
    line.run(18)
    assert line.layer is Layer.MEDIUM
    line.budget._next_trial_s = 1e9
    chance = random.Random(7)
    settled = line.now_s
    for _ in range(100):
        rates = tuple((layer, int(rate * chance.uniform(0.85, 1.15))) for layer, rate in RATES)
        line.steps = ladder([Picture(SlotName.FLOOR_VIDEO, rates)])
        line.run(0.5)
    assert line.share(Layer.MEDIUM, settled) == 1.0


def test_a_second_picture_on_a_good_line_is_there_in_full_at_once() -> None:
    """The floor was given: the face that matters may not begin as the smallest of its layers."""
    line = Line(20_000_000)
    line.run(15)
    line.steps = ladder([Picture(SlotName.FLOOR_VIDEO, RATES), Picture(SlotName.DESK_VIDEO, RATES)])
    line.run(0.5)
    assert line._step.layers == (Layer.HIGH, Layer.HIGH)
    line.run(30)
    assert line._step.layers == (Layer.HIGH, Layer.HIGH)


def test_on_a_thin_line_a_second_picture_takes_from_the_first() -> None:
    line = Line(1_000_000)
    line.run(18)
    assert line.layer is Layer.MEDIUM
    line.steps = ladder([Picture(SlotName.FLOOR_VIDEO, RATES), Picture(SlotName.DESK_VIDEO, RATES)])
    line.run(0.5)
    assert line._step.layers[1] is Layer.LOW
    assert line._step.cost_bps + SOUND_BPS <= line.rate_bps


def test_the_most_important_picture_comes_first_and_sound_is_on_no_step() -> None:
    steps = ladder([Picture(SlotName.FLOOR_VIDEO, RATES), Picture(SlotName.DESK_VIDEO, RATES)])
    assert steps[0].layers == (None, None)
    assert steps[0].cost_bps == 0
    assert [step.layers for step in steps[1:4]] == [
        (Layer.LOW, None),
        (Layer.LOW, Layer.LOW),
        (Layer.MEDIUM, Layer.LOW),
    ]
    assert steps[-1].layers == (Layer.HIGH, Layer.HIGH)
    assert [s.cost_bps for s in steps] == sorted(s.cost_bps for s in steps)


def test_without_a_picture_there_is_one_step() -> None:
    assert ladder([]) == (Step(0, ()),)
