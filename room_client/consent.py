"""When a path is checked, when it counts as silent, when another one is looked for, when it is given up.

Decisions only (RFC 7675, RFC 8445 section 9): who calls it owns the sockets and the clock. Silence alone never
ends a link before `GIVE_UP_S`, which is as long as the server keeps it: a cable may be out for a minute.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum, auto

CHECK_S = 1.0  # while checks are answered; spread by a fifth (RFC 7675, section 5.1)
CHECK_AGAIN_S = 0.5  # while one is unanswered
SLOWEST_CHECK_S = 1.5  # what that grows to in a long silence: coming back shall take seconds, not a minute
CHECK_REFUSED_S = 0.2
LOOK_ELSEWHERE_S = 1.5  # then a new socket: the address of this machine may have changed
LOOK_AGAIN_S = 2.0
FALLS_SILENT_S = 3.5  # with the check before it, noticed within 5 s
WANTS_RESTART_S = 5.0
WANTS_RESTART_AGAIN_S = 10.0
REFUSED_S = 1.0  # nobody listens there for so long: the media process is gone, not only being started
GIVE_UP_S = 75.0
MOST_UNANSWERED = 256


class Step(Enum):
    """What is to be done now."""

    CHECK = auto()
    LOOK_ELSEWHERE = auto()  # open a new socket and check from it, too
    FALL_SILENT = auto()
    WANT_RESTART = auto()  # ICE restart, if signalling works
    GIVE_UP_REFUSED = auto()
    GIVE_UP_SILENT = auto()


class Consent:
    """Of a path that was answered once. Feed it answers and refusals; ask it at `poll_timeout` what to do."""

    def __init__(self, now_s: float, spread: Callable[[], float]) -> None:
        """`spread` gives a factor around 1, so that a province does not check in one moment."""
        self._spread = spread
        self.silent = False
        self._unanswered: deque[float] = deque()
        self._check_at = now_s + CHECK_S * spread()
        self._check_pause_s = CHECK_AGAIN_S
        self._look_at = 0.0
        self._restart_at = 0.0
        self._refused_since: float | None = None
        self._refused_at = 0.0

    def silence_s(self, now_s: float) -> float:
        """How long the oldest unanswered check has been waiting."""
        return now_s - self._unanswered[0] if self._unanswered else 0.0

    def handle_answer(self, sent_s: float, now_s: float) -> bool:
        """A check sent at `sent_s` was answered. True: that ends a silence."""
        while self._unanswered and self._unanswered[0] <= sent_s:
            self._unanswered.popleft()
        self._refused_since = None
        self._check_pause_s = CHECK_AGAIN_S
        self._look_at = self._restart_at = 0.0
        self._check_at = now_s + CHECK_S * self._spread()
        was_silent, self.silent = self.silent, False
        return was_silent

    def handle_refusal(self, now_s: float) -> None:
        """Nobody listens at the server's address (ECONNREFUSED)."""
        if self._refused_since is None:
            self._refused_since = now_s
        self._refused_at = now_s
        self._check_at = min(self._check_at, now_s + CHECK_REFUSED_S)

    def handle_failure(self, now_s: float) -> None:
        """The socket gives errors: look for another one without waiting for silence."""
        if not self._look_at:
            self._unanswered.append(now_s)
            self._look_at = self._check_at = now_s

    def handle_restart(self) -> None:
        """New credentials hold: what was asked with the old ones will not be answered; ask at once."""
        self._check_at = 0.0

    def poll_timeout(self) -> float:
        return self._check_at

    def handle_timeout(self, now_s: float) -> list[Step]:
        if now_s < self._check_at:
            return []
        silence_s = self.silence_s(now_s)
        if silence_s > GIVE_UP_S:
            return [Step.GIVE_UP_SILENT]
        if self._refused_since is not None:
            if now_s - self._refused_at > REFUSED_S:
                self._refused_since = None  # other errors, or none: that is silence
            elif now_s - self._refused_since > REFUSED_S:
                return [Step.GIVE_UP_REFUSED]
        steps = []
        if not self.silent and silence_s > FALLS_SILENT_S:
            self.silent = True
            steps.append(Step.FALL_SILENT)
        if (self._look_at and now_s >= self._look_at) or (not self._look_at and silence_s > LOOK_ELSEWHERE_S):
            self._look_at = now_s + LOOK_AGAIN_S
            steps.append(Step.LOOK_ELSEWHERE)
        if silence_s > WANTS_RESTART_S and now_s >= self._restart_at:
            self._restart_at = now_s + WANTS_RESTART_AGAIN_S
            steps.append(Step.WANT_RESTART)
        steps.append(Step.CHECK)
        if len(self._unanswered) < MOST_UNANSWERED:
            self._unanswered.append(now_s)
        if self.silent:
            self._check_pause_s = min(SLOWEST_CHECK_S, self._check_pause_s * 1.2)
        pause_s = CHECK_REFUSED_S if self._refused_since is not None else self._check_pause_s
        self._check_at = now_s + pause_s
        return steps
