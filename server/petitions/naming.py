"""Whether words name somebody: what is read by people who read no names may not carry one."""

from __future__ import annotations

from collections.abc import Iterable

from server.data.folding import fold


def names_one(words: str, names: Iterable[str]) -> bool:
    """However it is accented or spaced."""
    folded = fold(words)
    return any(fold(name) in folded for name in names if name)
