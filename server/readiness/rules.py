"""How good a room is that checked itself: green, amber or red, and which of its findings say so. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from signaling.check_messages import Finding, Part

STALE_AFTER = timedelta(hours=26)  # a morning's check holds until the next morning's, and two hours more
WEAK_LOSS_PERCENT, BAD_LOSS_PERCENT = 3.0, 10.0  # repeats mend the first without a trace, and not the second
WEAK_RTT_MS, BAD_RTT_MS = 400.0, 1500.0  # ITU-T G.114; five round trips make a join, which takes 8 s at most
WEAK_JITTER_MS = 60.0  # browsers hold back as much without anybody noticing
FULL_DOWN_KBPS, LEAST_DOWN_KBPS = 2200.0, 250.0  # the best layer with sound; the lowest with sound
FULL_UP_KBPS, LEAST_UP_KBPS = 800.0, 220.0  # the middle layer of a camera with sound; the lowest
AHEAD_S = 120.0  # the page shows the server's time; what the computer itself writes down would be wrong
LEAST_FREE_GB, WANTED_FREE_GB = 0.5, 2.0


class Light(StrEnum):
    """In the order of trouble."""

    RED = "bad"
    AMBER = "needs"
    GREEN = "good"


_WORST = {light: rank for rank, light in enumerate(Light)}
_OUTCOMES: dict[tuple[Part, str], Light] = {
    (Part.PICTURE, "black"): Light.RED,
    (Part.PICTURE, "frozen"): Light.RED,
    (Part.PICTURE, "none"): Light.RED,
    (Part.PICTURE, "flat"): Light.AMBER,
    (Part.SOUND, "dead"): Light.RED,
    (Part.SOUND, "none"): Light.RED,
    (Part.SOUND, "clipped"): Light.AMBER,
    (Part.SOUND, "hum"): Light.AMBER,
    (Part.SPEAKER, "unheard"): Light.AMBER,
    (Part.UDP, "blocked"): Light.AMBER,
    (Part.LINE, "failed"): Light.RED,
}
"""What is not here is green: `untried` and `unmeasured` say nothing against a room."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a room is not green. `outcome` "weak" and "thin" are the server's words for a measured line."""

    light: Light
    part: Part
    outcome: str
    figures: Mapping[str, float]

    @property
    def name(self) -> str:
        return f"{self.part}.{self.outcome}"


def judge(finding: Finding, codec: str) -> Reason:
    """`codec`: of the stage, "h264" or "vp8"; that the other one is missing says nothing against a room."""
    figures, part = finding.figures, finding.what
    if part is Part.LINE and finding.outcome == "measured":
        return _line(figures)
    if part is Part.CLOCK and abs(figures.get("ahead_s", 0.0)) >= AHEAD_S:
        return Reason(Light.AMBER, part, "wrong", figures)
    if part is Part.DISK and figures.get("free_gb", WANTED_FREE_GB) < WANTED_FREE_GB:
        light = Light.RED if figures["free_gb"] < LEAST_FREE_GB else Light.AMBER
        return Reason(light, part, "full", figures)
    if finding.outcome == "missing" and part == codec:
        return Reason(Light.RED, part, "missing", figures)
    return Reason(_OUTCOMES.get((part, finding.outcome), Light.GREEN), part, finding.outcome, figures)


def _line(figures: Mapping[str, float]) -> Reason:
    """Too little comes through, or what comes through is not good enough; the worse of both."""
    down, up = figures.get("down_kbps", FULL_DOWN_KBPS), figures.get("up_kbps", FULL_UP_KBPS)
    thin = _light(down >= FULL_DOWN_KBPS and up >= FULL_UP_KBPS, down < LEAST_DOWN_KBPS or up < LEAST_UP_KBPS)
    loss = max(figures.get("loss_down_percent", 0.0), figures.get("loss_up_percent", 0.0))
    rtt = figures.get("rtt_ms", 0.0)
    jitter = max(figures.get("jitter_down_ms", 0.0), figures.get("jitter_up_ms", 0.0))
    fine = loss < WEAK_LOSS_PERCENT and rtt < WEAK_RTT_MS and jitter < WEAK_JITTER_MS
    weak = _light(fine, loss >= BAD_LOSS_PERCENT or rtt >= BAD_RTT_MS)
    if thin is Light.GREEN and weak is Light.GREEN:
        return Reason(Light.GREEN, Part.LINE, "measured", figures)
    outcome = "weak" if _WORST[weak] <= _WORST[thin] else "thin"
    return Reason(worst((thin, weak)), Part.LINE, outcome, figures)


def _light(good: bool, bad: bool) -> Light:
    return Light.GREEN if good else Light.RED if bad else Light.AMBER


def worst(lights: Iterable[Light]) -> Light:
    return min(lights, key=lambda light: _WORST[light], default=Light.GREEN)


def judged(findings: Iterable[Finding], codec: str) -> tuple[Reason, ...]:
    """All of them, the worst first."""
    return tuple(sorted((judge(one, codec) for one in findings), key=lambda reason: _WORST[reason.light]))


def troubles(reasons: Iterable[Reason]) -> frozenset[str]:
    """What is wrong, by name: the same troubles are the same since when, whatever their figures."""
    return frozenset(reason.name for reason in reasons if reason.light is not Light.GREEN)


@dataclass(frozen=True, slots=True)
class Now:
    """What is known of a room at this moment, beside its last check."""

    in_touch: bool
    out_since: datetime | None  # since when its page is gone; None: since before this server started, or never
    outdated: bool  # its software
    checked_at: datetime | None
    line_trouble: bool


class Trouble(StrEnum):
    """Why a room is not green, besides what it found itself."""

    OUT = "out"  # its page is not open
    UNCHECKED = "unchecked"
    STALE = "stale"
    SOFTWARE = "software"
    LINE_NOW = "line_now"


_OF_NOW: dict[Trouble, Light] = {Trouble.OUT: Light.RED}


def troubles_now(now: Now, at: datetime) -> tuple[tuple[Light, Trouble], ...]:
    """Of a room whose page is not open nothing else is asked."""
    if not now.in_touch:
        return ((Light.RED, Trouble.OUT),)
    found = [
        (Trouble.UNCHECKED, now.checked_at is None),
        (Trouble.STALE, now.checked_at is not None and at - now.checked_at > STALE_AFTER),
        (Trouble.LINE_NOW, now.line_trouble),
        (Trouble.SOFTWARE, now.outdated),
    ]
    return tuple((_OF_NOW.get(trouble, Light.AMBER), trouble) for trouble, holds in found if holds)
