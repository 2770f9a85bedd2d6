"""Slowing down whoever guesses passwords: after some failures each further try has to wait, longer each time.

Counted per account and per address, in memory only, and bounded: the oldest entry leaves when it is full, so
that an attacker with many names fills our memory no further. A reception room's whole office may share one
address, which therefore has more tries.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

FREE_TRIES = {"account": 5, "address": 20}
FIRST_DELAY_S = 5.0
LONGEST_DELAY_S = 300.0
FORGET_AFTER_S = 3600.0
CAPACITY = 10_000


@dataclass
class _Failures:
    count: int = 0
    last_s: float = 0.0


class LoginThrottle:
    """`now_s` is any clock that does not go back; whoever calls brings it."""

    def __init__(
        self,
        capacity: int = CAPACITY,
        free_tries: Mapping[str, int] = FREE_TRIES,
        longest_delay_s: float = LONGEST_DELAY_S,
    ) -> None:
        self._capacity = capacity
        self._free_tries = free_tries
        self._longest_delay_s = longest_delay_s
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def wait_s(self, account: str, address: str, now_s: float) -> float:
        """Seconds until a try is allowed; 0: now."""
        return max(self._wait("account", account, now_s), self._wait("address", address, now_s))

    def failed(self, account: str, address: str, now_s: float) -> None:
        """Note a failure; before the password is checked, so that tries sent all at once count too."""
        for kind, name in (("account", account), ("address", address)):
            failures = self._failures.setdefault((kind, name), _Failures())
            if now_s - failures.last_s > FORGET_AFTER_S:
                failures.count = 0
            failures.count += 1
            failures.last_s = now_s
            self._failures.move_to_end((kind, name))
        while len(self._failures) > self._capacity:
            self._failures.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        """Take back the failure noted before the check. The account's others are forgotten; the address's are
        not, or one account of one's own would free a guesser."""
        self._failures.pop(("account", account), None)
        failures = self._failures.get(("address", address))
        if failures is not None:
            failures.count = max(0, failures.count - 1)

    def __len__(self) -> int:
        return len(self._failures)

    def _wait(self, kind: str, name: str, now_s: float) -> float:
        failures = self._failures.get((kind, name))
        if failures is None or now_s - failures.last_s > FORGET_AFTER_S:
            return 0.0
        over = failures.count - self._free_tries[kind]
        if over < 0:
            return 0.0
        delay_s = min(FIRST_DELAY_S * 2.0 ** min(over, 30), self._longest_delay_s)
        return max(0.0, failures.last_s + delay_s - now_s)
