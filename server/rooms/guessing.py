"""Slowing down whoever guesses codes, so that nobody is locked out for it.

Each address has some tries, then one in ten seconds; all addresses together have a bucket that fills at one try in
two seconds. So even an attack from everywhere at once tries 130,000 codes in the three days that one lives: with
600 of them open at the same time it finds one with a chance of 0.3 %. A try that was right is given back, so a
province that enrols all its rooms in one morning, from behind one address, waits for nothing but its own
mistypings, ten seconds at the most. An address that hammers pays its own waits before it reaches the bucket, so it
cannot keep others from it.
"""

from __future__ import annotations

from server.people.throttle import LoginThrottle

FREE_TRIES = 30  # of an address in an hour: an office of many rooms may share one
LONGEST_DELAY_S = 10.0
BURST = 60.0
REFILL_PER_S = 0.5
TELL_EVERY_S = 600.0


class CodeThrottle:
    """`now_s` is any clock that does not go back; whoever calls brings it. In memory only, and bounded."""

    def __init__(self) -> None:
        free = {"account": FREE_TRIES, "address": FREE_TRIES}
        self._addresses = LoginThrottle(free_tries=free, longest_delay_s=LONGEST_DELAY_S)
        self._left, self._at_s = BURST, 0.0
        self._told_s = -TELL_EVERY_S

    def take(self, address: str, now_s: float) -> float:
        """Count a try before its code is looked at, so that tries sent all at once count too. Returns 0, or the
        seconds until another try is worth it; also one that the bucket refuses counts for its address."""
        wait_s = self._addresses.wait_s(address, address, now_s)
        if wait_s > 0:
            return wait_s
        self._addresses.failed(address, address, now_s)
        self._left = min(BURST, self._left + (now_s - self._at_s) * REFILL_PER_S)
        self._at_s = now_s
        if self._left < 1.0:
            return max((1.0 - self._left) / REFILL_PER_S, self._addresses.wait_s(address, address, now_s))
        self._left -= 1.0
        return 0.0

    def give_back(self, address: str) -> None:
        """The try was right. The address's others are not forgotten, or one code would free a guesser."""
        self._left = min(BURST, self._left + 1.0)
        self._addresses.succeeded(address, address)

    def is_news(self, now_s: float) -> bool:
        """Whether that somebody has to wait is worth a line of the log: once in ten minutes."""
        if now_s - self._told_s < TELL_EVERY_S:
            return False
        self._told_s = now_s
        return True
