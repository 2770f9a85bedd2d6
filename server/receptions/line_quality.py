"""How each room's line is doing, as one word that does not flicker.

Sans-IO: what is seen of a room comes in with the time, a verdict comes out. A word changes for the worse when
the worse has lasted for WORSE_AFTER, for the better after BETTER_AFTER, and the thresholds for leaving trouble
are lower than those for entering it: a desk that is told "weak, good, weak" every second learns to look away.
Whether a room is there at all is media's word, which is slow by itself, and is believed at once.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from signaling.messages import Carried, LinkState, RoomCode
from signaling.ports import LinkReport

WORSE_AFTER = timedelta(seconds=3)
BETTER_AFTER = timedelta(seconds=10)
SLOW_AFTER = timedelta(seconds=10)  # ICE and DTLS take below 2 s on the worst line that carries anything
WEAK_LOSS_PERCENT, FINE_LOSS_PERCENT = 5.0, 2.0  # what repeats mend without a trace, and what shows
WEAK_RTT_MS, FINE_RTT_MS = 400.0, 300.0  # ITU-T G.114: above 400 ms people fall into each other's words
HISTORY = 300  # changes of one room: a line that changes twice in ten minutes, for 24 h
SMOOTHING = 0.3  # share of the newest report in the figures that are shown


class Quality(StrEnum):
    """In the order of trouble: whoever stands higher is shown first."""

    SILENT = "silent"  # a link, and nothing heard of it
    BLOCKED = "blocked"  # signalling is there, and the link does not come about
    NOT_ARRIVING = "not_arriving"  # a link, and the room's reports say that no media arrives
    SOUND_ONLY = "sound_only"
    WEAK = "weak"
    WEAK_UPSTREAM = "weak_upstream"  # what the room sends gets lost
    REDUCED = "reduced"  # a lower layer
    ABSENT = "absent"
    JOINING = "joining"
    IDLE = "idle"  # connected; nothing is meant for it now
    GOOD = "good"


TROUBLES = frozenset(list(Quality)[: list(Quality).index(Quality.ABSENT)])
_RANK = {quality: rank for rank, quality in enumerate(Quality)}
_NOT_THERE = frozenset({Quality.SILENT, Quality.BLOCKED, Quality.ABSENT, Quality.JOINING})


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one room at a moment. `state`: the best of its links, None without one that is heard."""

    state: LinkState | None
    silent: bool
    joining: bool
    may_receive: bool
    loss_percent: float | None = None
    rtt_ms: float | None = None
    upstream_loss_percent: float | None = None
    layer: Carried = ""

    @classmethod
    def of(
        cls, state: LinkState | None, silent: bool, joining: bool, may_receive: bool, report: LinkReport | None
    ) -> Seen:
        if report is None or state is None:
            return cls(state, silent, joining, may_receive)
        loss, upstream = report.loss_percent, report.upstream_loss_percent
        return cls(state, silent, joining, may_receive, loss, report.rtt_ms, upstream, report.layer)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`quality` since `since` (None: it was never otherwise); the figures are smoothed. `leaning`: what it is
    about to become, since when."""

    quality: Quality = Quality.ABSENT
    since: datetime | None = None
    loss_percent: float | None = None
    rtt_ms: float | None = None
    upstream_loss_percent: float | None = None
    layer: Carried = ""
    leaning: tuple[Quality, datetime] | None = None

    @property
    def rank(self) -> int:
        return _RANK[self.quality]

    @property
    def is_trouble(self) -> bool:
        return self.quality in TROUBLES


def assess(before: Verdict | None, seen: Seen, now: datetime) -> Verdict:
    """The verdict after `before`, which was given about a second ago."""
    before = before or Verdict()
    figures = replace(
        before,
        loss_percent=_smoothed(before.loss_percent, seen.loss_percent),
        rtt_ms=_smoothed(before.rtt_ms, seen.rtt_ms),
        upstream_loss_percent=_smoothed(before.upstream_loss_percent, seen.upstream_loss_percent),
        layer=seen.layer,
    )
    wanted = _instant(figures, seen)
    if wanted is before.quality:
        return replace(figures, leaning=None)
    if before.leaning is None or before.leaning[0] is not wanted:
        leaning = (wanted, now)
    else:
        leaning = before.leaning
    if now - leaning[1] >= _patience(before.quality, wanted):
        return replace(figures, quality=wanted, since=leaning[1], leaning=None)
    return replace(figures, leaning=leaning)


def _instant(figures: Verdict, seen: Seen) -> Quality:
    """What one would say at this moment; `figures.quality` is what was said before."""
    if seen.state is None:
        if seen.silent:
            return Quality.SILENT
        if not seen.joining:
            return Quality.ABSENT
        return Quality.BLOCKED if figures.quality in (Quality.JOINING, Quality.BLOCKED) else Quality.JOINING
    if seen.layer == "none" and seen.may_receive:
        return Quality.SOUND_ONLY
    if _above(
        figures.loss_percent, WEAK_LOSS_PERCENT, FINE_LOSS_PERCENT, figures.quality is Quality.WEAK
    ) or _above(figures.rtt_ms, WEAK_RTT_MS, FINE_RTT_MS, figures.quality is Quality.WEAK):
        return Quality.WEAK
    upstream_is_weak = figures.quality is Quality.WEAK_UPSTREAM
    if _above(figures.upstream_loss_percent, WEAK_LOSS_PERCENT, FINE_LOSS_PERCENT, upstream_is_weak):
        return Quality.WEAK_UPSTREAM
    if not seen.may_receive:
        return Quality.IDLE
    if seen.state is LinkState.CONNECTED:
        return Quality.NOT_ARRIVING
    return Quality.REDUCED if seen.layer in ("m", "l") else Quality.GOOD


def _above(value: float | None, enter: float, leave: float, inside: bool) -> bool:
    return value is not None and value >= (leave if inside else enter)


def _patience(present: Quality, wanted: Quality) -> timedelta:
    if wanted in (Quality.BLOCKED, Quality.NOT_ARRIVING):
        return SLOW_AFTER
    if wanted in _NOT_THERE or present in _NOT_THERE:
        return timedelta(0)
    if Quality.IDLE in (present, wanted):
        return timedelta(0)  # the audience changed, not the line
    return WORSE_AFTER if _RANK[wanted] < _RANK[present] else BETTER_AFTER


def _smoothed(before: float | None, newest: float | None) -> float | None:
    if before is None or newest is None:
        return newest
    return before + SMOOTHING * (newest - before)


class LineQualities:
    """The present verdict on every room that was ever assessed."""

    def __init__(self) -> None:
        self._verdicts: dict[RoomCode, Verdict] = {}
        self._history: dict[RoomCode, deque[tuple[datetime, Quality]]] = {}
        self.changes = 0  # grows whenever a verdict changed: what was made from them is out of date then

    def assess(self, room: RoomCode, seen: Seen, now: datetime) -> None:
        before = self._verdicts.get(room)
        verdict = assess(before, seen, now)
        if before is not None and verdict.quality is not before.quality:
            self._history.setdefault(room, deque(maxlen=HISTORY)).append((now, verdict.quality))
        if verdict != before:
            self._verdicts[room] = verdict
            self.changes += 1

    def of(self, room: RoomCode) -> Verdict:
        return self._verdicts.get(room) or Verdict()

    def history(self, room: RoomCode, since: datetime) -> list[tuple[datetime, Quality]]:
        """When the word changed, and to what, the newest first; nothing of before this process began."""
        return [change for change in reversed(self._history.get(room, ())) if change[0] >= since]

    def debug_snapshot(self) -> dict[str, object]:
        return dict(Counter(verdict.quality.value for verdict in self._verdicts.values()))

    def keep_only(self, rooms: Collection[RoomCode]) -> None:
        """Forget rooms that the registry no longer has."""
        for gone in self._verdicts.keys() - set(rooms):
            del self._verdicts[gone]
            self._history.pop(gone, None)
