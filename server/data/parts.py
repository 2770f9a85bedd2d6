"""Long lists in parts: a database takes so many parameters in one statement and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 500


def in_parts(items: Sequence[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    return (items[first : first + size] for first in range(0, len(items), size))
