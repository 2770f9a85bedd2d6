"""What went wrong in this room lately, for whoever helps it from afar: some lines in memory, without addresses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from room_client.link import LinkEnd
from room_client.observing import RoomObserver, RoomState
from room_client.sources.contract import SourceUnusable
from room_client.wording import Language, problem_sentence, refusal_sentence, word
from signaling.refusals import Refusal
from signaling.wire.slots import Upstream

REMEMBERED = 50  # of each kind
LOOKED_BACK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Outage:
    """The room had no link, or nothing came over it. `seconds` None: it lasts."""

    since: datetime
    seconds: float | None = None


class Diary(RoomObserver):
    """One of the room's observers. What is asked of it are the last 24 hours, the newest first."""

    def __init__(self, language: Language, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._language = language
        self._now = now
        self._errors: deque[tuple[datetime, str]] = deque(maxlen=REMEMBERED)
        self._outages: deque[Outage] = deque(maxlen=REMEMBERED)
        self._was_up = False
        self.problems: dict[Upstream, SourceUnusable] = {}  # of this moment

    def errors(self) -> list[tuple[datetime, str]]:
        """Each with its sentence."""
        return [one for one in reversed(self._errors) if self._now() - one[0] <= LOOKED_BACK]

    def outages(self) -> list[Outage]:
        return [one for one in reversed(self._outages) if self._now() - one.since <= LOOKED_BACK]

    def on_state(self, state: RoomState) -> None:
        if state is RoomState.JOINED:
            if self._outages and self._outages[-1].seconds is None:
                last = self._outages.pop()
                self._outages.append(replace(last, seconds=(self._now() - last.since).total_seconds()))
            self._was_up = True
        elif self._was_up and state in (RoomState.SILENT, RoomState.WAITING):
            self._was_up = False
            self._outages.append(Outage(self._now()))

    def on_link_ended(self, end: LinkEnd | Refusal) -> None:
        if isinstance(end, Refusal):
            self._note(refusal_sentence(end, self._language))
        elif end is not LinkEnd.CLOSED_HERE:
            self._note(word(f"link_{end.value}", self._language))

    def on_source_problem(self, upstream: Upstream, problem: SourceUnusable | None) -> None:
        if problem is None:
            self.problems.pop(upstream, None)
            return
        self.problems[upstream] = problem
        self._note(problem_sentence(told_from_afar(problem), self._language))

    def _note(self, sentence: str) -> None:
        self._errors.append((self._now(), sentence))


def told_from_afar(problem: SourceUnusable) -> SourceUnusable:
    """Without the address of a camera of the network: that stays in the room."""
    scheme, sign, _ = problem.detail.partition("://")
    return SourceUnusable(problem.problem, scheme.upper()) if sign else problem
