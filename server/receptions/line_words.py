"""A verdict on a room's line in plain words: what is, since when, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.receptions.line_quality import Quality, Verdict
from server.web.languages import N_, decimal, local_time

HEADLINES: dict[Quality, str] = {
    Quality.SILENT: N_("Connected, but silent"),
    Quality.BLOCKED: N_("Picture and sound do not get through"),
    Quality.NOT_ARRIVING: N_("Connected, but no picture arrives"),
    Quality.SOUND_ONLY: N_("Sound only: too little for a picture"),
    Quality.WEAK: N_("Weak line"),
    Quality.WEAK_UPSTREAM: N_("What the room sends gets lost"),
    Quality.REDUCED: N_("Reduced picture"),
    Quality.ABSENT: N_("Not connected"),
    Quality.JOINING: N_("Connecting"),
    Quality.IDLE: N_("Connected; nothing is meant for it now"),
    Quality.GOOD: N_("Full picture"),
}
ADVICE: dict[Quality, str] = {
    Quality.SILENT: N_(
        "Wait: it comes back by itself within a minute. If not, phone the room: power, network cable, Wi-Fi."
    ),
    Quality.BLOCKED: N_("A firewall there stops UDP. Ask its technician to open the media port, or use TURN."),
    Quality.NOT_ARRIVING: N_("Have the room's page reloaded. If that does not help, look at the firewall there."),
    Quality.SOUND_ONLY: N_("It can follow and speak. Ask the room to stop other use of its line."),
    Quality.WEAK: N_("Ask the room to stop other use of its line, and to use a cable instead of Wi-Fi."),
    Quality.WEAK_UPSTREAM: N_(
        "Before it gets the floor: ask for a cable instead of Wi-Fi, or take its sound only."
    ),
    Quality.REDUCED: N_("Nothing needs to be done; the picture gets better with the line."),
    Quality.ABSENT: N_("If it is invited: phone the room and have its screen switched on."),
}
_FACTS_OF = frozenset({Quality.WEAK, Quality.SOUND_ONLY, Quality.REDUCED, Quality.NOT_ARRIVING})
_NEEDS_NO_SINCE = frozenset({Quality.GOOD, Quality.IDLE})
_GOOD_LINE = N_("Good line")  # nobody shows a picture now
_LOSS = N_("%(percent)s %% of packets lost")
_ROUND_TRIP = N_("delay %(ms)s ms")
_SINCE = N_("since %(time)s")
Translate = Callable[..., str]


@dataclass(frozen=True, slots=True)
class LineWords:
    """`sentence` says everything in one line; the other parts are for columns. Empty: nothing to say."""

    headline: str
    sentence: str
    advice: str
    loss: str
    round_trip: str
    since: str


def line_words(verdict: Verdict, translate: Translate, language: str) -> LineWords:
    nothing_shown = verdict.quality is Quality.GOOD and verdict.layer == ""
    headline = translate(_GOOD_LINE if nothing_shown else HEADLINES[verdict.quality])
    advice = ADVICE.get(verdict.quality, "")
    loss, round_trip = _percent(verdict.loss_percent, language), _whole(verdict.rtt_ms)
    since = local_time(verdict.since, "HH:mm", language) if verdict.since is not None else ""
    facts = _facts(verdict, translate, language)
    if since and verdict.quality not in _NEEDS_NO_SINCE:
        facts.append(translate(_SINCE, time=since))
    return LineWords(
        headline=headline,
        sentence=": ".join(part for part in (headline, ", ".join(facts)) if part),
        advice=translate(advice) if advice else "",
        loss=f"{loss}\u00a0%" if loss else "",
        round_trip=f"{round_trip}\u00a0ms" if round_trip else "",
        since=since,
    )


def _facts(verdict: Verdict, translate: Translate, language: str) -> list[str]:
    upstream = verdict.quality is Quality.WEAK_UPSTREAM
    if not upstream and verdict.quality not in _FACTS_OF:
        return []
    facts = []
    percent = _percent(verdict.upstream_loss_percent if upstream else verdict.loss_percent, language)
    ms = _whole(verdict.rtt_ms)
    if percent not in ("", "0"):
        facts.append(translate(_LOSS, percent=percent))
    if ms and not upstream:
        facts.append(translate(_ROUND_TRIP, ms=ms))
    return facts


def _percent(value: float | None, language: str) -> str:
    if value is None:
        return ""
    return decimal(value, 1 if 0.05 <= value < 1 else 0, language)


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
