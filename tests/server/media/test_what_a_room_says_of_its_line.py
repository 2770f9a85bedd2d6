"""Single signs of a room's line: what an estimate, NACKs and a round trip say, and what they do not."""

from __future__ import annotations

import pytest

from signaling.wire.slots import Layer
from tests.server.media.simulated_line import ONE_LAYER, Line


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


def test_asking_once_more_for_the_same_packets_does_not_keep_old_losses_in_mind() -> None:
    line = Line(20_000_000, loss=0.1)
    line.run(15)
    line.budget.asked(16, 114, 0, line.now_s)
    for tenth in range(1, 21):
        line.now_s += 0.1
        line.budget.asked(0, 0, 3, line.now_s)
        if tenth % 5 == 0:
            line.budget.choose(line.steps, line.now_s)
    line.budget.estimated(1_400_000, 2_000_000, line.now_s)
    line.budget.estimated(900_000, 2_000_000, line.now_s)
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
    line.nacks_for_a_second(100, 126)
    assert line.budget.bps < 500_000


def test_nacks_that_come_in_a_bunch_do_not_make_the_line_thinner_than_it_is() -> None:
    """Of 300 numbers a third came, and all the others are asked for within a moment."""
    line = Line(20_000_000)
    line.run(15)
    line.nacks_for_a_second(100, 150)
    assert 400_000 < line.budget.bps < 700_000


def test_repeats_take_their_part_of_the_line() -> None:
    """Of 100 new packets 8 came, because 150 repeats were on the way with them: a fifth of 2 Mbit/s passes."""
    line = Line(20_000_000)
    line.run(15)
    assert line.nacks_for_a_second(92, 100, repeats=150).layers == (Layer.LOW,)
    assert 250_000 < line.budget.bps < 400_000


def test_many_repeats_do_not_hide_a_limit() -> None:
    line = Line(20_000_000)
    line.run(15)
    assert line.nacks_for_a_second(70, 140, repeats=400).layers != (Layer.HIGH,)


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
