"""Numbers and days as they come in addresses and forms."""

from __future__ import annotations

from datetime import date

FIRST_DAY = date(1990, 1, 1)
"""A day before it is a slip of the hand: who types 26 into a date field gets the year 26."""


def whole(text: str, digits: int) -> int | None:
    """The whole number that `text` is, of at most so many digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def page_in(text: str) -> int:
    """Which page of a list is asked for; the first where that is not plain."""
    return whole(text, 6) or 1
