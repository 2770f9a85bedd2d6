"""Long lists in parts: for a statement, which takes so many parameters and no more, and for people, in pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 500


def in_parts(items: Sequence[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    return (items[first : first + size] for first in range(0, len(items), size))


def paged(total: int, asked: int, size: int) -> tuple[int, int]:
    """Which page is shown, the nearest to the one asked for, and how many there are; at least one."""
    pages = max(1, -(-total // size))
    return min(max(1, asked), pages), pages
