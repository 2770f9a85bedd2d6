"""What a room's line carries of the pictures: learnt from its receiver reports, its NACKs and its REMB.

A room begins with the least of every picture. Each step up is a trial of the next one: what was sent before it
is known to be carried, and that is where a trial falls back to, at its first bad sign. On a line that never
showed a limit trials follow each other as fast as reports come; after a limit they come after a pause, which
doubles with every trial that fails. Signs of a full line: packets lost in number, a round trip that grows by a
queue, a room's own estimate (REMB) far below what is sent. What all lines have in common (a round trip that
grows everywhere at once) is the server's lateness and no line's limit. Sans-IO: time comes in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from server.media.allocation import OVERHEAD, Step
from signaling.wire.slots import Layer

MUCH_LOSS_PERCENT = 15.0  # below, repeats mend it; random loss is not a matter of rate
QUEUE_MS = 250.0  # a round trip this much above its least: a queue is filling
CLEAN_LOSS_PERCENT = 12.0
LOSSY_PERCENT = 4.0  # and more, without a queue,
LOSSY_REPORTS = 3  # so many reports in a row: what is lost is lost by chance
CHANCE_PERCENT = 10.0  # so much more the next report of such a line may tell of
CLEAN_QUEUE_MS = 120.0  # on trial, more than this is a bad sign
HARDLY = 2.0  # a step that costs so much more than came through
HARDLY_PAUSE_S = 15.0  # is not tried sooner: its trial costs a second of sound
MARGIN = 0.75  # of what came through: so the queue can drain, and sound has room
FLUCTUATION = 1.25  # an encoder sends so much more at times than it did; no reason to change the layer
UNTESTED = 2.0  # a line that never showed a limit carries so much more, when a picture comes to those it has
SETTLING_S = 1.5  # after a step down, the old queue is still draining
STALE_S = 3.0  # after a step: what was last said to be sent may still be of the one before
FORGIVEN_S = 2.5  # after the dark; two or three reports still tell of what was lost in it
LEAST_TRIAL_S = 0.45  # a report that comes sooner tells of what was sent before
SURVIVED_S = 4.0  # a trial that held this long has succeeded
SOON_AGAIN_S = 30.0  # a limit found this soon after a trial is that trial's
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 60.0
LEAST_RTT_KEPT_S = 30.0
MUCH_ASKED = 0.25  # of the packets of half a second, or of those among which they were, asked for again
LEAST_ASKED = 10  # fewer say nothing
WINDOW_S = 0.4  # at least so long are NACKs added up
PACKET_BITS = 8 * 1100


class LineBudget:
    """One link's. Feed `reported`, `asked` and `estimated` as they come; ask `choose` about twice a second, and
    as soon as it has `fallen`."""

    __slots__ = (
        "_asked",
        "_asked_among",
        "_asked_since_s",
        "_bad_reports",
        "_bad_windows",
        "_base_bps",
        "_base_layers",
        "_before",
        "_clean_reports",
        "_cost_bps",
        "_fell_s",
        "_layers",
        "_least_rtt_ms",
        "_least_rtt_s",
        "_least_spared",
        "_lossy_reports",
        "_next_trial_s",
        "_on_least",
        "_on_trial",
        "_pause_s",
        "_quiet_until_s",
        "_remb_bps",
        "_repeats",
        "_sent_bps",
        "_stepped_s",
        "_stepped_to",
        "_trial_s",
        "_weak",
        "bps",
        "common_queue_ms",
        "fallen",
        "queue_ms",
    )

    def __init__(self) -> None:
        self.bps = 0.0
        self.fallen = False  # since the last choice
        self.queue_ms = 0.0  # how far the last round trip was above the least of the last half minute
        self.common_queue_ms = 0.0  # the same of all lines of the server together, as their owner found it
        self._weak = False  # it has shown its limit at least once
        self._layers: tuple[Layer | None, ...] | None = None  # of the step it is on; None: to be found by `bps`
        self._cost_bps = self._sent_bps = 0  # of that step; what was really sent, by the last report
        self._stepped_to: tuple[Layer | None, ...] | None = None  # the layers of the last choice
        self._stepped_s = float("-inf")  # since when they are the same
        self._on_least = False  # it shows the least picture, or none
        self._least_spared = False  # that one stays, whatever the budget is
        self._base_bps = 0.0  # to this step, the last one that held for a while, a trial falls back
        self._base_layers: tuple[Layer | None, ...] | None = None
        self._on_trial = False
        self._trial_s = float("-inf")
        self._next_trial_s = 0.0
        self._fell_s = float("-inf")
        self._pause_s = FIRST_PAUSE_S
        self._quiet_until_s = 0.0
        self._clean_reports = self._bad_reports = self._lossy_reports = self._bad_windows = 0  # in a row
        self._asked = self._asked_among = 0  # packets asked for again in the present window, and of how many
        self._repeats = 0  # in the present window
        self._asked_since_s = float("-inf")
        self._before = (0, 0)  # the same two of the window before
        self._remb_bps = 0
        self._least_rtt_ms = math.inf
        self._least_rtt_s = 0.0

    @property
    def estimate_bps(self) -> int | None:
        """What the line is known to carry; None while it never showed a limit."""
        return int(self.bps) if self._weak else None

    # --- what the room says

    def reported(self, loss_percent: float, rtt_ms: float | None, sent_bps: int, now_s: float) -> None:
        """A receiver report of the room: loss since its last one, and the round trip. `sent_bps`: pictures.

        What was lost of pictures that are not shown any more is not to be in it: a tail that was thrown away is
        told of when the next packet comes, and that may be in a trial many seconds later.
        """
        self._sent_bps = sent_bps
        if rtt_ms is not None:
            self._note_rtt(rtt_ms, now_s)
        queue_ms = self.queue_ms - self.common_queue_ms if rtt_ms is not None else 0.0
        chance = CHANCE_PERCENT if self._lossy_reports >= LOSSY_REPORTS else 0.0
        lossy = LOSSY_PERCENT <= loss_percent < MUCH_LOSS_PERCENT and queue_ms < CLEAN_QUEUE_MS
        self._lossy_reports = self._lossy_reports + 1 if lossy else 0
        if now_s - self._trial_s < LEAST_TRIAL_S:
            return
        clean = loss_percent < CLEAN_LOSS_PERCENT + chance and queue_ms < CLEAN_QUEUE_MS
        self._clean_reports = self._clean_reports + 1 if clean else 0
        much = loss_percent >= MUCH_LOSS_PERCENT + chance
        bad = much or queue_ms >= (CLEAN_QUEUE_MS if self._on_trial else QUEUE_MS)
        self._bad_reports = self._bad_reports + 1 if bad else 0
        if self._bad_reports >= (1 if self._on_trial else 2):
            came = 1 - loss_percent / 100 if much else 1.0
            self._fall(self._sending_bps(now_s) * came, now_s)

    def asked(self, packets: int, among: int, repeats: int, now_s: float) -> None:
        """So many packets of pictures were asked for again, each for the first time; the others `among` them came.

        NACKs come in bunches, so what share came is told by the numbers they name, and not by their time. So
        many `repeats` are sent now, of these and others: they take their part of the line, and no NACK tells of
        them.
        """
        if packets and not self._asked:
            self._asked_since_s = now_s
        self._asked += packets
        self._asked_among += max(packets, among)
        self._repeats += repeats
        if self._on_trial and self._much_asked(0.5):
            self._fall(0.0, now_s)
        else:
            self._look_at_window(now_s)

    def estimated(self, remb_bps: int, sent_bps: int, now_s: float) -> None:
        """A REMB. Only one that falls, and far below what is sent, says that the line is full.

        It is the earliest sign; how much came through the NACKs tell better, as the estimate still remembers
        better times. Without any NACK it never takes the last picture away: an estimate starts low and rises
        slowly, whatever the line is. It falls by losses, too: where NACKs say that most came, it is not believed.
        """
        fell = remb_bps < 0.95 * self._remb_bps
        self._remb_bps = remb_bps
        if not fell or remb_bps >= 0.8 * sent_bps or now_s - self._trial_s < LEAST_TRIAL_S:
            return
        asked, among = self._lately
        if asked >= LEAST_ASKED:
            if asked >= MUCH_ASKED * among:
                self._fall(min(remb_bps, self._came_bps(now_s)), now_s)
        elif not self._on_least:
            self._fall(remb_bps, now_s, spare_least=True)

    def was_dark(self, now_s: float) -> None:
        """The room is heard again after seconds of silence: what it says next tells of the dark, not the line."""
        self._quiet_until_s = max(self._quiet_until_s, now_s + FORGIVEN_S)

    # --- what follows

    def choose(self, steps: Sequence[Step], now_s: float) -> Step:
        """The step of the ladder to be on now."""
        self._look_at_window(now_s)
        self._look_at_trial(now_s)
        index = self._present(steps)
        if index + 1 < len(steps) and self._may_try(steps[index + 1], now_s):
            self._base_bps = max(self.bps, steps[index].cost_bps)
            if self._base_layers is None or now_s - self._stepped_s >= SURVIVED_S:
                self._base_layers = steps[index].layers
            index += 1
            self.bps = max(self.bps, steps[index].cost_bps)
            self._on_trial, self._trial_s = True, now_s
            self._forget_signs()
        step = steps[index]
        if not self._weak:
            self.bps = max(self.bps, step.cost_bps)
        if step.layers != self._stepped_to:
            self._stepped_to, self._stepped_s = step.layers, now_s
        self._layers, self._cost_bps = step.layers, step.cost_bps
        self._on_least = index <= 1
        self.fallen = False
        return step

    def _present(self, steps: Sequence[Step]) -> int:
        """The step it is on, or the next lower one that the budget carries."""
        at = next((i for i, step in enumerate(steps) if step.layers == self._layers), None)
        if at is None:  # it fell, or there are other pictures than before
            highest, budget_bps = len(steps) - 1, self.bps * (1 if self._weak else UNTESTED)
        else:
            highest, budget_bps = at, self.bps * FLUCTUATION
        if not self._weak:
            least = min(len(steps) - 1, len(steps[0].layers))
        else:
            least = min(len(steps) - 1, 1) if self._least_spared else 0
        for index in range(highest, least, -1):
            if steps[index].cost_bps <= budget_bps:
                return index
        return least

    def _may_try(self, step: Step, now_s: float) -> bool:
        if self._on_trial or not self._clean_reports or now_s < self._next_trial_s:
            return False
        hardly = self._weak and step.cost_bps > HARDLY * self.bps
        return not hardly or now_s - self._fell_s >= HARDLY_PAUSE_S

    def _look_at_trial(self, now_s: float) -> None:
        """Whether it has succeeded; the next one may follow at once."""
        survived = now_s - self._trial_s > SURVIVED_S or not self._weak
        if self._on_trial and self._clean_reports and survived:
            self._on_trial = False
            self._pause_s = max(FIRST_PAUSE_S, self._pause_s / 2)
            self._next_trial_s = now_s

    def _look_at_window(self, now_s: float) -> None:
        """NACKs tell of a full line before the next report does; a single gap is not yet one."""
        window_s = now_s - self._asked_since_s
        if window_s < WINDOW_S:
            return
        self._bad_windows = self._bad_windows + 1 if self._much_asked(window_s) else 0
        if self._bad_windows >= 2:
            self._fall(self._came_bps(now_s), now_s)
        self._before = self._asked, self._asked_among
        self._asked, self._asked_among, self._repeats, self._asked_since_s = 0, 0, 0, now_s

    def _much_asked(self, window_s: float) -> bool:
        return self._asked >= max(LEAST_ASKED, self._packets(window_s) * MUCH_ASKED)

    @property
    def _lately(self) -> tuple[int, int]:
        """Packets asked for again, and of how many, in this window and the one before; one may have too few."""
        return self._asked + self._before[0], self._asked_among + self._before[1]

    def _came_bps(self, now_s: float) -> float:
        """What came through of pictures in this window, at most all: what nobody asked for again, and of repeats
        as large a part. On a full line they are as many as new packets."""
        among = max(1, self._asked_among)
        came = (1 - self._asked / among) * (1 + self._repeats / among)
        return self._sending_bps(now_s) * min(1.0, came)

    def _sending_bps(self, now_s: float) -> float:
        """Of pictures. Soon after a step the more of what it costs and what was last said to be sent: either may
        be of another step, and a limit that is found too low costs the picture for a quarter of a minute."""
        cost_bps = self._cost_bps / OVERHEAD
        if now_s - self._stepped_s < STALE_S:
            return max(cost_bps, self._sent_bps)
        return min(cost_bps, self._sent_bps)

    def _packets(self, seconds: float) -> float:
        """Of pictures, as the present step sends them; at least one."""
        return max(1.0, self._cost_bps / OVERHEAD / PACKET_BITS * min(seconds, 1.0))

    def _fall(self, came_bps: float, now_s: float, spare_least: bool = False) -> None:
        """A bad sign, while so much of the pictures came through. `spare_least`: the least picture may stay."""
        if now_s < self._quiet_until_s:
            return
        if self._on_trial or now_s - self._trial_s < SOON_AGAIN_S:
            self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2) if self._weak else FIRST_PAUSE_S
        if self._on_trial:
            self.bps, self._layers = self._base_bps, self._base_layers
        else:
            self.bps, self._layers = min(self.bps, came_bps * MARGIN), None
        self._on_trial = False
        self._weak = self.fallen = True
        self._least_spared = spare_least
        self._fell_s = now_s
        self._forget_signs()
        self._quiet_until_s = now_s + SETTLING_S
        self._next_trial_s = now_s + self._pause_s

    def _forget_signs(self) -> None:
        """They were of another step."""
        self._clean_reports = self._bad_reports = self._bad_windows = 0
        self._asked, self._asked_among, self._repeats, self._before = 0, 0, 0, (0, 0)

    def _note_rtt(self, rtt_ms: float, now_s: float) -> None:
        if rtt_ms <= self._least_rtt_ms or now_s - self._least_rtt_s > LEAST_RTT_KEPT_S:
            self._least_rtt_ms, self._least_rtt_s = rtt_ms, now_s
        self.queue_ms = rtt_ms - self._least_rtt_ms
