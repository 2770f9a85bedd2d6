"""Numbers in addresses, pages of a list, and words that LIKE takes as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.data.folding import literally
from server.data.parts import in_parts, paged
from server.web.asked import page_in, whole


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("7", 7), ("007", 7), ("999", 999), ("1000", None), ("", None), ("-1", None), ("1.0", None),
     ("\u0663", None), ("\u00b2", None), (" 1", None)],
)  # fmt: skip
def test_a_whole_number_of_so_many_digits_and_nothing_else(text: str, number: int | None) -> None:
    assert whole(text, 3) == number


def test_where_no_page_is_asked_for_it_is_the_first() -> None:
    assert [page_in(text) for text in ("", "x", "0", "3", "1234567")] == [1, 1, 1, 3, 1]


@pytest.mark.parametrize(
    ("total", "asked", "shown"),
    [(0, 1, (1, 1)), (0, 9, (1, 1)), (50, 2, (1, 1)), (51, 2, (2, 2)), (51, 99, (2, 2)), (51, -3, (1, 2))],
)
def test_a_page_beyond_the_last_is_the_last(total: int, asked: int, shown: tuple[int, int]) -> None:
    assert paged(total, asked, 50) == shown


@given(st.lists(st.integers()), st.integers(1, 7))
def test_parts_are_the_whole_in_its_order(items: list[int], size: int) -> None:
    parts = list(in_parts(items, size))
    assert [each for part in parts for each in part] == items
    assert all(0 < len(part) <= size for part in parts)


def test_signs_of_a_pattern_mean_themselves() -> None:
    assert literally("50%_a\\b") == "50\\%\\_a\\\\b"
