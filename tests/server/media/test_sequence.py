"""RTP numbers made continuous, at every edge where they wrap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media.sequence import Unwrapper


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
