"""When a recording leaves, and in which pieces."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.archive.troubles import Trouble
from server.archive.rules import IN_USE, Facts, Standing, standing_of
from server.archive.words import STANDING_WORDS, TROUBLE_WORDS
from server.archive.work import AT_ONCE, ToMove, pieces

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
FACTS = Facts(
    recording=1, reception=1, title="", folder="r1", began_at=NOW - timedelta(days=90), bytes=1,
    held=False, quarantined=False, proposed=False, used_at=None,
)  # fmt: skip


def test_it_leaves_on_its_day_and_not_a_second_before() -> None:
    assert standing_of(FACTS, NOW, 90) is Standing.DUE
    assert standing_of(FACTS, NOW - timedelta(seconds=1), 90) is Standing.YOUNG
    assert standing_of(replace(FACTS, began_at=NOW), NOW, 0) is Standing.DUE


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        (replace(FACTS, held=True), Standing.HELD),
        (replace(FACTS, quarantined=True), Standing.QUARANTINED),
        (replace(FACTS, proposed=True), Standing.PROPOSED),
        (replace(FACTS, used_at=NOW - IN_USE + timedelta(seconds=1)), Standing.WATCHED),
        (replace(FACTS, used_at=NOW - IN_USE), Standing.DUE),
        (replace(FACTS, held=True, began_at=NOW), Standing.YOUNG),
    ],
)
def test_what_speaks_against_it(facts: Facts, standing: Standing) -> None:
    assert standing_of(facts, NOW, 90) is standing


def test_everything_that_a_page_may_say_has_words() -> None:
    assert set(STANDING_WORDS) == set(Standing)
    assert set(TROUBLE_WORDS) == set(Trouble)


@given(st.lists(st.integers(0, 2 * AT_ONCE)))
def test_pieces_keep_all_files_in_order_and_none_is_larger_than_it_has_to_be(sizes: list[int]) -> None:
    files = [ToMove(name=str(n), bytes=size, sealed=None) for n, size in enumerate(sizes)]
    found = list(pieces(files))
    assert [file for piece in found for file in piece] == files
    assert all(len(piece) == 1 or sum(file.bytes for file in piece) <= AT_ONCE for piece in found)
    assert all(piece for piece in found)
