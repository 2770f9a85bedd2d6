"""What a room's line carries of the pictures: learnt from its receiver reports and its REMB.

A line is trusted until it shows otherwise: packets are lost in number, the round trip grows, or the room's own
estimate (REMB) falls below what is sent. Then the budget falls to what came through. A browser's REMB hardly
rises above what it receives, so the way back up is a cautious trial of the next step after a pause, and the
pause doubles with every trial that fails. Sans-IO: time comes in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from server.media.allocation import Step

START_BPS = 900_000
RAMP_S = 0.5  # between steps up on a line that never showed a weakness
MUCH_LOSS_PERCENT = 15.0  # below, repeats mend it; random loss is not a matter of rate
QUEUE_MS = 250.0  # a round trip this much above its least: a queue is filling
CLEAN_LOSS_PERCENT = 6.0
CLEAN_QUEUE_MS = 120.0
SETTLING_S = 2.5  # after a step down, the old queue is still draining
SURVIVED_S = 8.0  # a trial that held this long has succeeded
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 60.0
LEAST_RTT_KEPT_S = 30.0


class LineBudget:
    """One link's. Feed `reported` and `estimated` as they come; ask `choose` about twice a second."""

    __slots__ = (
        "_bad_reports",
        "_clean",
        "_least_rtt_ms",
        "_least_rtt_s",
        "_next_trial_s",
        "_pause_s",
        "_quiet_until_s",
        "_remb_bps",
        "_trial_s",
        "_trial_stands",
        "_weak",
        "bps",
    )

    def __init__(self) -> None:
        self.bps: float = START_BPS
        self._weak = False  # it has shown its limit at least once
        self._remb_bps = 0
        self._least_rtt_ms = math.inf
        self._least_rtt_s = 0.0
        self._bad_reports = 0
        self._clean = True
        self._next_trial_s = 0.0
        self._trial_s = float("-inf")
        self._trial_stands = False  # nothing has spoken against the last step up
        self._pause_s = FIRST_PAUSE_S
        self._quiet_until_s = 0.0

    @property
    def estimate_bps(self) -> int | None:
        """What the line is known to carry; None while it never showed a limit."""
        return int(self.bps) if self._weak else None

    def reported(self, loss_percent: float, rtt_ms: float | None, sent_bps: int, now_s: float) -> None:
        """A receiver report of the room: loss since its last one, and the round trip. `sent_bps`: pictures."""
        queue_ms = self._queue_ms(rtt_ms, now_s) if rtt_ms is not None else 0.0
        bad = loss_percent >= MUCH_LOSS_PERCENT or queue_ms >= QUEUE_MS
        self._bad_reports = self._bad_reports + 1 if bad else 0
        self._clean = loss_percent < CLEAN_LOSS_PERCENT and queue_ms < CLEAN_QUEUE_MS
        on_trial = self._weak and now_s - self._trial_s < SURVIVED_S
        if self._bad_reports >= (1 if on_trial else 2):
            carried = 1 - loss_percent / 100 if loss_percent >= MUCH_LOSS_PERCENT else 0.8
            self._fall(sent_bps * carried, now_s)

    def estimated(self, remb_bps: int, sent_bps: int, now_s: float) -> None:
        """A REMB. Only one that falls, and to less than is sent, says that the line is full."""
        fell = remb_bps < 0.95 * self._remb_bps
        self._remb_bps = remb_bps
        if fell and remb_bps < sent_bps:
            self._fall(remb_bps, now_s)

    def choose(self, steps: Sequence[Step], now_s: float) -> Step:
        """The step of the ladder to be on now."""
        index = self._fitting(steps)
        if index + 1 < len(steps) and self._may_try(now_s):
            self._trial_s, self._trial_stands = now_s, self._weak
            self._next_trial_s = now_s + (max(self._pause_s / 2, 2.0) if self._weak else RAMP_S)
            self.bps = max(self.bps, steps[index + 1].cost_bps * 1.02)
            if not self._weak:
                self.bps *= 2
            index = self._fitting(steps)
        return steps[index]

    def _fitting(self, steps: Sequence[Step]) -> int:
        least = 0 if self._weak else min(len(steps) - 1, len(steps[0].layers))
        return max([least, *(i for i, step in enumerate(steps) if step.cost_bps <= self.bps)])

    def _may_try(self, now_s: float) -> bool:
        if now_s < self._next_trial_s or not self._clean:
            return False
        if self._trial_stands and now_s - self._trial_s > SURVIVED_S:
            self._pause_s = max(FIRST_PAUSE_S, self._pause_s / 2)
        return True

    def _fall(self, bps: float, now_s: float) -> None:
        if now_s < self._quiet_until_s:
            return
        failed = self._trial_stands and now_s - self._trial_s < SURVIVED_S
        if failed:
            self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2)
        self._trial_stands = False
        self._weak = True
        self.bps = min(self.bps, bps)
        self._bad_reports = 0
        self._quiet_until_s = now_s + SETTLING_S
        self._next_trial_s = now_s + self._pause_s

    def _queue_ms(self, rtt_ms: float, now_s: float) -> float:
        """How far the round trip is above the least of the last half minute."""
        if rtt_ms <= self._least_rtt_ms or now_s - self._least_rtt_s > LEAST_RTT_KEPT_S:
            self._least_rtt_ms, self._least_rtt_s = rtt_ms, now_s
        return rtt_ms - self._least_rtt_ms
