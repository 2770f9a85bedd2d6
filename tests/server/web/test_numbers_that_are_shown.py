"""Sizes and decimals as each language writes them."""

from __future__ import annotations

import pytest

from server.web.languages import decimal, size_words


@pytest.mark.parametrize(
    ("count", "vietnamese", "english"),
    [
        (0, "0 kB", "0 kB"),
        (12, "1 kB", "1 kB"),
        (999_400, "999 kB", "999 kB"),
        (3_000_029, "3,0 MB", "3.0 MB"),
        (1_940_000_000, "1,9 GB", "1.9 GB"),
        (2_500_000_000_000, "2,5 TB", "2.5 TB"),
    ],
)
def test_a_size_is_written_as_the_language_does(count: int, vietnamese: str, english: str) -> None:
    assert (size_words(count, "vi"), size_words(count, "en")) == (vietnamese, english)


def test_a_decimal_has_a_comma_in_vietnamese() -> None:
    assert (decimal(20.42, 1, "vi"), decimal(20.42, 1, "en"), decimal(7, 0, "vi")) == ("20,4", "20.4", "7")
