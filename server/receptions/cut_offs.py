"""How often a place was cut off for sending too much, and when it may come back.

A fault in an encoder passes with a new link, so the place may come back; one that floods again and again is
left out for a while, and the person there has to do something. Time comes in.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from math import ceil

from signaling.refusals import RefusalCode, Refused

PATIENCE = 2  # cut-offs within WITHIN after which a place comes back by itself
WITHIN = timedelta(minutes=10)
LEFT_OUT = timedelta(minutes=10)


class CutOffs:
    """By place: a room and the purpose of its link, or the token of an encoder or player."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[datetime]] = {}

    def note(self, place: str, now: datetime) -> bool:
        """It was cut off. False: once too often; it is refused from now on."""
        recent = self._recent.setdefault(place, deque(maxlen=PATIENCE + 1))
        recent.append(now)
        return not self._left_out(recent, now)

    def check(self, place: str, now: datetime) -> None:
        """Raises Refused(TOO_MUCH_MEDIA) while the place is left out."""
        recent = self._recent.get(place)
        if recent is not None and self._left_out(recent, now):
            minutes = ceil((recent[-1] + LEFT_OUT - now) / timedelta(minutes=1))
            raise Refused(RefusalCode.TOO_MUCH_MEDIA, allowed=f"{minutes} minutes from now")

    @staticmethod
    def _left_out(recent: deque[datetime], now: datetime) -> bool:
        often = len(recent) > PATIENCE and recent[-1] - recent[0] <= WITHIN
        return often and now < recent[-1] + LEFT_OUT

    def forget_old(self, now: datetime) -> None:
        """Called now and then, so that nothing is kept of what no longer matters."""
        old = [place for place, recent in self._recent.items() if now - recent[-1] > WITHIN]
        for place in old:
            del self._recent[place]

    def __len__(self) -> int:
        return len(self._recent)
