"""Numbers as they come in addresses and forms."""

from __future__ import annotations


def whole(text: str, digits: int) -> int | None:
    """The whole number that `text` is, of at most so many digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def page_in(text: str) -> int:
    """Which page of a list is asked for; the first where that is not plain."""
    return whole(text, 6) or 1
