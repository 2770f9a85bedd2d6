"""One room's checks, each with what it found and what changed since the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from server.readiness.keeping import findings_of
from server.readiness.rules import Light, Reason, judged
from server.readiness.tables import RoomCheck
from server.readiness.words import PART_WORDS, REASON_WORDS, Translate, figures_of, said_of


@dataclass(frozen=True, slots=True)
class FoundLine:
    part: str
    light: Light
    sentence: str
    advice: str
    figures: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """`worse`, `better`: parts whose light changed since the check before."""

    check: RoomCheck
    reason: str
    found: tuple[FoundLine, ...]
    worse: tuple[str, ...]
    better: tuple[str, ...]

    @property
    def wrong(self) -> tuple[FoundLine, ...]:
        return tuple(line for line in self.found if line.light is not Light.GREEN)


def check_lines(checks: Sequence[RoomCheck], codec: str, translate: Translate, language: str) -> list[CheckLine]:
    """`checks`: the newest first."""
    told = [(check, judged(findings_of(check), codec)) for check in checks]
    made = []
    for (check, reasons), (_, before) in pairwise([*told, (None, ())]):
        if check is None:
            continue
        worse, better = _changes(before, reasons)
        made.append(
            CheckLine(
                check=check,
                reason=translate(REASON_WORDS[check.reason]),
                found=tuple(_line(reason, translate, language) for reason in reasons),
                worse=tuple(translate(PART_WORDS[reason.part]) for reason in worse),
                better=tuple(translate(PART_WORDS[reason.part]) for reason in better),
            )
        )
    return made


def _changes(before: Sequence[Reason], after: Sequence[Reason]) -> tuple[list[Reason], list[Reason]]:
    order = list(Light)
    lights = {reason.part: order.index(reason.light) for reason in before}
    worse = [one for one in after if order.index(one.light) < lights.get(one.part, -1)]
    better = [one for one in after if order.index(one.light) > lights.get(one.part, len(order))]
    return worse, better


def _line(reason: Reason, translate: Translate, language: str) -> FoundLine:
    sentence, advice = said_of(reason, translate, language)
    figures = figures_of(reason, translate, language) if reason.light is Light.GREEN else ""
    return FoundLine(translate(PART_WORDS[reason.part]), reason.light, sentence, advice, figures)
