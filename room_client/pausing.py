"""How long to wait before something is tried again: growing, and spread, for a province must not come at once."""

from __future__ import annotations

import random


class Pause:
    def __init__(self, first_s: tuple[float, float], longest_s: float) -> None:
        """`first_s`: from, to. Later ones double from their middle up to `longest_s`, spread by a third."""
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = 0.0

    def reset(self) -> None:
        self._next_s = 0.0

    def next_s(self) -> float:
        """The pause to make now."""
        if not self._next_s:
            self._next_s = min(self._longest_s, sum(self._first_s))
            return random.uniform(*self._first_s)
        pause_s = self._next_s * random.uniform(0.67, 1.33)
        self._next_s = min(self._longest_s, self._next_s * 2)
        return pause_s
