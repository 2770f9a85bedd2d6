from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.reorder import HOLD_US, LATE_RUN, ReorderBuffer

WRAP_EDGES = [0, 1, 2, 32_766, 32_767, 32_768, 32_769, 65_533, 65_534, 65_535]


def drained(buffer: ReorderBuffer[int]) -> list[tuple[int, int]]:
    out = []
    while (ordered := buffer.poll_output()) is not None:
        out.append((ordered.item, ordered.lost))
    return out


@pytest.mark.parametrize("start", WRAP_EDGES)
def test_order_is_restored_over_the_edge(start: int) -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    for index in (0, 2, 1, 4, 3, 3, 5, 0):
        buffer.handle_input((start + index) % 65_536, index, 0)
    assert drained(buffer) == [(index, 0) for index in range(6)]
    assert buffer.poll_timeout() is None


@pytest.mark.parametrize("start", WRAP_EDGES)
def test_a_hole_is_given_up_after_its_time(start: int) -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    buffer.handle_input(start, 0, 0)
    buffer.handle_input((start + 3) % 65_536, 3, 1_000)
    buffer.handle_input((start + 6) % 65_536, 6, 50_000)
    assert drained(buffer) == [(0, 0)]
    assert buffer.poll_timeout() == 1_000 + HOLD_US
    buffer.handle_timeout(1_000 + HOLD_US - 1)
    assert drained(buffer) == []
    buffer.handle_timeout(1_000 + HOLD_US)
    assert drained(buffer) == [(3, 2)]
    buffer.handle_input((start + 1) % 65_536, 1, 301_000)  # too late
    buffer.handle_timeout(50_000 + HOLD_US)
    assert drained(buffer) == [(6, 2)]


def test_a_long_row_behind_a_hole_is_let_go_early() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer(limit=8)
    buffer.handle_input(10, 10, 0)
    for number in range(12, 21):
        buffer.handle_input(number, number, 0)
    assert drained(buffer) == [(10, 0), (12, 1), *((number, 0) for number in range(13, 21))]


@pytest.mark.parametrize("start_again", [5, 30_000, 59_000])
def test_numbering_that_starts_anew_is_followed(start_again: int) -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    buffer.handle_input(60_000, -1, 0)
    assert drained(buffer) == [(-1, 0)]
    for index in range(2 * LATE_RUN):
        buffer.handle_input(start_again + index, index, 0)
    out = drained(buffer)
    assert out[-1] == (2 * LATE_RUN - 1, 0)
    assert out[0][1] >= 1  # the join is a hole


@given(st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, 1_000_000)), max_size=200))
def test_nothing_comes_out_twice_and_nothing_stays_for_ever(packets: list[tuple[int, int]]) -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer(limit=16)
    out = []
    now_us = 0
    for item, (sequence, step_us) in enumerate(packets):
        now_us += step_us
        buffer.handle_input(sequence, item, now_us)
        buffer.handle_timeout(now_us)
        out += drained(buffer)
    buffer.handle_timeout(now_us + HOLD_US)
    out += drained(buffer)
    assert len({item for item, _ in out}) == len(out)
    assert buffer.poll_timeout() is None
