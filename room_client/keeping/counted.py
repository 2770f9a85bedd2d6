"""How many seconds of which reception lie in the folder. A film that is not cut yet is read for it, once."""

from __future__ import annotations

from collections import defaultdict

from room_client.keeping.cutting import span_of
from room_client.keeping.shelf import Kept, KeptShelf
from signaling.late_messages import MOST_RECEPTIONS, KeptSeconds


class Counted:
    """Reads here take the disk's time. Raises OSError."""

    def __init__(self, shelf: KeptShelf) -> None:
        self._shelf = shelf
        self._read: dict[str, float] = {}  # by name

    def now(self) -> tuple[KeptSeconds, ...]:
        """The newest receptions, where there are more than can be told."""
        found = self._shelf.all()
        self._read = {kept.name: self._read.get(kept.name) or self._seconds(kept) for kept in found}
        seconds: dict[int, float] = defaultdict(float)
        for kept in found:
            seconds[kept.reception] += self._read[kept.name]
        newest = sorted(seconds, reverse=True)[:MOST_RECEPTIONS]
        return tuple(KeptSeconds(reception=each, seconds=round(seconds[each])) for each in sorted(newest))

    def _seconds(self, kept: Kept) -> float:
        if kept.is_cut:
            return kept.ended_at - kept.started_at
        span = span_of(self._shelf, kept)
        return span.seconds if span is not None else 0.0
