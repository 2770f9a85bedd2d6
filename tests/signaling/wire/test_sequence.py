"""RTP numbers made continuous, at every edge where they wrap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.wire.sequence import Unwrapper, sequence_step


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("start_from_end", [0, 1, 2, 3, 100])
def test_numbers_go_on_over_the_wrap(bits: int, start_from_end: int) -> None:
    modulus = 1 << bits
    unwrapper = Unwrapper(bits)
    first = unwrapper.unwrap((modulus - start_from_end) % modulus)
    for step in range(1, 300):
        assert unwrapper.unwrap((modulus - start_from_end + step) % modulus) == first + step


@given(st.integers(0, 65535), st.lists(st.integers(-200, 200), max_size=200))
def test_order_of_arrival_does_not_change_a_number(start: int, offsets: list[int]) -> None:
    unwrapper = Unwrapper(16)
    base = unwrapper.unwrap(start)
    for offset in offsets:
        assert unwrapper.unwrap((start + offset) % 65536) == base + offset


def test_a_packet_from_before_the_first_has_a_positive_number() -> None:
    unwrapper = Unwrapper(16)
    first = unwrapper.unwrap(0)
    assert unwrapper.unwrap(65535) == first - 1 > 0


@given(st.integers(0, 65535), st.integers(-0x7FFF, 0x8000))
def test_a_step_is_what_was_added(older: int, step: int) -> None:
    assert sequence_step((older + step) & 0xFFFF, older) == step
    assert sequence_step((older + step) & 0xFFFF, older + 3 * 65536) == step


@pytest.mark.parametrize("older", [0, 1, 0x7FFF, 0x8000, 0xFFFF])
@pytest.mark.parametrize("step", [-0x7FFF, -1, 0, 1, 0x7FFF, 0x8000])
def test_both_ways_of_counting_agree(older: int, step: int) -> None:
    unwrapper = Unwrapper(16)
    first = unwrapper.unwrap(older)
    newer = (older + step) & 0xFFFF
    assert unwrapper.unwrap(newer) - first == sequence_step(newer, older)
