from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.media.runs import RUN_PACKETS, padded, runs_of


@given(st.lists(st.integers(13, 1500), max_size=200))
def test_runs_cover_a_burst_once_and_only_their_last_packet_is_shorter(sizes: list[int]) -> None:
    runs = runs_of(sizes)
    assert [i for run in runs for i in range(run.start, run.start + run.count)] == list(range(len(sizes)))
    for run in runs:
        inside = sizes[run.start : run.start + run.count]
        assert all(size == run.size for size in inside[:-1])
        assert inside[-1] <= run.size
        assert run.count <= RUN_PACKETS
        assert sum(inside) + 16 * run.count < 65_000


@given(st.lists(st.integers(30, 1216), max_size=64))
def test_padding_makes_no_packet_shorter_and_none_much_longer(sizes: list[int]) -> None:
    for size, wide in zip(sizes, padded(sizes), strict=True):
        assert 0 <= wide - size <= 255
        assert wide <= max(sizes)
