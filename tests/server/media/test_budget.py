"""What a line carries, learnt on simulated lines: a queue that fills, losses, and reports once a second.

As on a real link what was sent is counted once a second, too, at another time than the reports come.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from server.media.allocation import Picture, Step, ladder
from server.media.budget import PACKET_BITS, LineBudget
from signaling.wire.slots import Layer, SlotName

RATES = ((Layer.HIGH, 2_000_000), (Layer.MEDIUM, 600_000), (Layer.LOW, 150_000))
CAMERA = ladder([Picture(SlotName.FLOOR_VIDEO, RATES)])
ONE_LAYER = ladder([Picture(SlotName.FLOOR_VIDEO, RATES[:1])])
STEP_S = 0.05
SOUND_BPS = 50_000


@dataclass
class Line:
    """A line of `rate_bps` with half a second of queue, and a room at its end that reports every second."""

    rate_bps: float
    steps: tuple[Step, ...] = CAMERA
    loss: float = 0.0
    base_rtt_ms: float = 40.0
    remb: bool = False
    seed: int = 1
    counted_at: int = 0  # of twenty ticks
    budget: LineBudget = field(default_factory=LineBudget)
    now_s: float = 100.0
    queue_bits: float = 0.0
    overflowing_s: float = 0.0  # how long it threw packets away, sound among them
    history: list[tuple[float, Layer | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._step = self.steps[0]
        self._sent = self._lost = self._came = 0.0
        self._ticks = 0
        self._remb = self._asked = self._among = 0.0
        self._pictures = self._sent_bps = 0.0

    @property
    def layer(self) -> Layer | None:
        return self._step.layers[0]

    def run(self, seconds: float) -> None:
        for _ in range(int(seconds / STEP_S)):
            self._ticks += 1
            self.now_s += STEP_S
            if self._ticks % 10 == 0 or self.budget.fallen:
                self._step = self.budget.choose(self.steps, self.now_s)
                self.history.append((self.now_s, self.layer))
            self._carry()
            if self._ticks % 20 == self.counted_at:
                self._sent_bps, self._pictures = self._pictures, 0.0
            if self._ticks % 20 == 0:
                self._report()

    def _carry(self) -> None:
        bits = (self._step.cost_bps + SOUND_BPS) * STEP_S
        dropped = bits * self.loss * self._random.uniform(0.7, 1.3)
        self.queue_bits += bits - dropped
        room = max(self.rate_bps * 0.5, 60_000)
        overflow = max(0.0, self.queue_bits - self.rate_bps * STEP_S - room)
        self.queue_bits -= overflow
        carried = min(self.queue_bits, self.rate_bps * STEP_S)
        self.queue_bits -= carried
        self._sent += bits
        self._pictures += self._step.cost_bps / 1.1 * STEP_S
        self._lost += dropped + overflow
        self.overflowing_s += STEP_S if overflow else 0.0
        self._asked += (dropped + overflow) / PACKET_BITS
        self._among += bits / PACKET_BITS
        if self._asked >= 1:
            self.budget.asked(int(self._asked), int(self._among), 0, self.now_s)
            self._asked, self._among = self._asked % 1, self._among % 1
        self._came += carried

    def _report(self) -> None:
        sent_bps = int(self._sent_bps)
        loss_percent = 100 * self._lost / self._sent if self._sent else 0.0
        rtt_ms = self.base_rtt_ms + 1000 * self.queue_bits / self.rate_bps
        if self.remb:
            full = self.queue_bits > 0.1 * self.rate_bps
            before = self._remb or 1e9
            self._remb = 0.85 * self._came if full else min(1.5 * self._came + 10_000, before * 1.08)
            self.budget.estimated(int(self._remb), sent_bps, self.now_s)
        self.budget.reported(loss_percent, rtt_ms, sent_bps, self.now_s)
        self._sent = self._lost = self._came = 0.0

    def share(self, layer: Layer | None, since_s: float) -> float:
        seen = [each for at, each in self.history if at >= since_s]
        return sum(each is layer for each in seen) / len(seen)


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


def test_a_low_estimate_alone_does_not_take_the_last_picture_away() -> None:
    line = Line(500_000)
    line.run(20)
    assert line.layer is Layer.LOW
    for remb_bps in (100_000, 50_000, 20_000, 10_000):
        line.budget.estimated(remb_bps, 150_000, line.now_s)
        line.run(2)
        assert line.layer is not None


def test_a_low_estimate_leaves_the_only_layer_until_packets_are_lost() -> None:
    line = Line(20_000_000, steps=ONE_LAYER)
    line.run(15)
    line.budget.estimated(3_000_000, 2_000_000, line.now_s)
    line.budget.estimated(100_000, 2_000_000, line.now_s)
    line.run(5)
    assert line.layer is Layer.HIGH
    line.rate_bps = 300_000
    line.run(3)
    assert line.layer is None


def test_an_estimate_that_falls_by_losses_of_chance_takes_no_layer_away() -> None:
    """A room's estimate falls where more than a tenth is lost, and its last second may have been a thin one."""
    line = Line(20_000_000, loss=0.1)
    line.run(15)
    for remb_bps in (3_000_000, 1_400_000, 3_000_000, 1_200_000):
        line.budget.asked(12, 120, 0, line.now_s)
        line.budget.estimated(remb_bps, 2_000_000, line.now_s)
        line.run(2)
    assert line.layer is Layer.HIGH
    assert line.budget.estimate_bps is None
    line.rate_bps = 500_000
    line.run(4)
    assert line.layer is Layer.LOW, "the reports tell of a line that became thin"


@pytest.mark.parametrize("asked", [3, 25])
def test_an_estimate_is_not_believed_while_this_window_and_the_last_one_tell_of_chance(asked: int) -> None:
    """In one of them alone there may be too few packets that were lost, or a bunch of them."""
    line = Line(20_000_000, loss=0.1)
    line.run(15)
    line.budget.asked(16, 114, 0, line.now_s)
    line.now_s += 0.5
    line.budget.choose(line.steps, line.now_s)
    line.budget.asked(asked, 75, 0, line.now_s)
    line.budget.estimated(1_400_000, 2_000_000, line.now_s)
    line.budget.estimated(900_000, 2_000_000, line.now_s)
    assert line.budget.choose(line.steps, line.now_s).layers == (Layer.HIGH,)
    for _ in range(2):  # half a second later that is long ago
        line.now_s += 0.5
        line.budget.choose(line.steps, line.now_s)
    line.budget.estimated(700_000, 2_000_000, line.now_s)
    assert line.budget.choose(line.steps, line.now_s).layers != (Layer.HIGH,)


def test_a_low_estimate_leaves_the_least_of_several_layers() -> None:
    line = Line(20_000_000)
    line.run(15)
    line.budget.estimated(3_000_000, 2_000_000, line.now_s)
    line.budget.estimated(20_000, 2_000_000, line.now_s)
    line.run(3)
    assert line.layer is Layer.LOW


def test_what_came_through_is_measured_by_what_was_sent_and_not_by_what_was_assumed() -> None:
    """A picture that has not been measured yet is assumed to cost 2 Mbit/s; it may be sent with far less."""
    line = Line(20_000_000, steps=ONE_LAYER)
    line.run(15)
    line.budget.reported(0.0, 40.0, 500_000, line.now_s)
    for _ in range(2):
        line.budget.asked(100, 126, 0, line.now_s)
        line.now_s += 0.5
        line.budget.choose(line.steps, line.now_s)
    assert line.budget.bps < 500_000


def test_nacks_that_come_in_a_bunch_do_not_make_the_line_thinner_than_it_is() -> None:
    """Of 300 numbers a third came, and all the others are asked for within a moment."""
    line = Line(20_000_000)
    line.run(15)
    for _ in range(2):
        line.budget.asked(100, 150, 0, line.now_s)
        line.now_s += 0.5
        line.budget.choose(line.steps, line.now_s)
    assert 400_000 < line.budget.bps < 700_000


def test_repeats_take_their_part_of_the_line() -> None:
    """Of 100 new packets 8 came, because 150 repeats were on the way with them: a fifth of 2 Mbit/s passes."""
    line = Line(20_000_000)
    line.run(15)
    for _ in range(2):
        line.budget.asked(92, 100, 150, line.now_s)
        line.now_s += 0.5
        step = line.budget.choose(line.steps, line.now_s)
    assert step.layers == (Layer.LOW,)
    assert 250_000 < line.budget.bps < 400_000


def test_many_repeats_do_not_hide_a_limit() -> None:
    line = Line(20_000_000)
    line.run(15)
    for _ in range(2):
        line.budget.asked(70, 140, 400, line.now_s)
        line.now_s += 0.5
        step = line.budget.choose(line.steps, line.now_s)
    assert step.layers != (Layer.HIGH,)


def test_a_gap_of_a_moment_is_no_thin_line() -> None:
    """Everything of half a second is asked for at once, and one report tells of it."""
    line = Line(20_000_000)
    line.run(15)
    line.budget.asked(126, 126, 0, line.now_s)
    line.budget.reported(55.0, 40.0, 2_000_000, line.now_s)
    settled = line.now_s
    line.run(5)
    assert line.share(Layer.HIGH, settled) == 1.0


def test_what_was_lost_in_the_dark_is_no_thin_line() -> None:
    """Two reports in a row tell of it: one came while the other was still under way."""
    line = Line(20e6)
    line.run(5)
    line.budget.was_dark(line.now_s)
    for loss in (82.0, 40.0):
        line.budget.reported(loss, 40.0, 2_000_000, line.now_s)
    line.run(3)
    assert line.layer is Layer.HIGH
    assert line.budget.estimate_bps is None


def test_a_line_that_is_thin_after_the_dark_is_noticed_soon() -> None:
    line = Line(20e6)
    line.run(5)
    line.budget.was_dark(line.now_s)
    line.rate_bps = 700_000
    line.run(6)
    assert line.layer is not Layer.HIGH


def test_a_round_trip_that_grows_everywhere_is_not_this_lines_limit() -> None:
    line = Line(20_000_000)
    line.run(15)
    settled = line.now_s
    line.base_rtt_ms = 900
    line.budget.common_queue_ms = 800
    line.run(10)
    assert line.share(Layer.HIGH, settled) == 1.0
    line.budget.common_queue_ms = 0
    line.run(10)
    assert line.layer is not Layer.HIGH


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
