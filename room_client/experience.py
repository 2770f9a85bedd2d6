"""How the day was for the people in the room, measured without decoding: frozen pictures, missing sound, layers.

Told of every packet with its time; nothing here touches a socket or a clock. A picture counts as shown when its
frame is complete and so is everything since the last key frame, because only then a decoder shows it. A piece of
sound counts as heard when it comes within `SOUND_WAITS_S` of its due time.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass

from signaling.messages import StageView
from signaling.wire.sequence import Unwrapper
from signaling.wire.slots import STAGE_SLOTS, SlotName

FREEZE_S = 0.5  # no new picture for longer than this is a frozen one
MOST_WAITING = 2048  # packets beyond a hole: 8 s of 2 Mbit/s; then only a key frame helps
PIECE_S = 0.02
SOUND_CLOCK_HZ = 48_000
SOUND_WAITS_S = 0.4
LATE_IN_A_ROW = 25  # a player would have moved its play-out time by then
MOST_LAYERS = 1000


@dataclass(frozen=True, slots=True)
class Gaps:
    """Of one slot, while something was to be seen or heard there."""

    expected_s: float = 0.0
    missing_s: float = 0.0  # frozen picture, or missing sound
    longest_s: float = 0.0  # the longest time without a new picture, or without sound
    pieces: int = 0  # pictures shown, or pieces of sound heard


class SlotClock:
    """Adds up expected and missing time of one slot, over all links."""

    def __init__(self, *, sound: bool) -> None:
        self.pieces = 0
        self._least_s = 1.5 * PIECE_S if sound else FREEZE_S  # a gap up to this is none
        self._own_s = PIECE_S if sound else 0.0  # of a gap between two pieces of sound, the first one's own length
        self._from_first = sound  # time without sound counts from the first piece on
        self._expected_before_s = 0.0
        self._missing_s = self._longest_s = 0.0
        self._expected_since: float | None = None
        self._last_at: float | None = None

    def expect(self, expected: bool, now_s: float) -> None:
        """Whether there is something to be seen or heard."""
        if expected == (self._expected_since is not None):
            return
        if self._expected_since is None:
            self._expected_since = now_s
            self._last_at = None if self._from_first else now_s
        else:
            self._close_gap(now_s)
            self._expected_before_s += now_s - self._expected_since
            self._expected_since = self._last_at = None

    def piece(self, at_s: float) -> None:
        """A picture was shown, or a piece of sound was played."""
        self.pieces += 1
        if self._expected_since is not None:
            self._close_gap(at_s)

    def gaps(self, until_s: float, now_s: float) -> Gaps:
        """With the gap that is open now, as far as `until_s`."""
        if self._expected_since is None:
            return Gaps(self._expected_before_s, self._missing_s, self._longest_s, self.pieces)
        missing_s, longest_s = self._with_gap(until_s)
        return Gaps(self._expected_before_s + now_s - self._expected_since, missing_s, longest_s, self.pieces)

    def _close_gap(self, at_s: float) -> None:
        self._missing_s, self._longest_s = self._with_gap(at_s)
        self._last_at = at_s if self._last_at is None else max(at_s, self._last_at)

    def _with_gap(self, until_s: float) -> tuple[float, float]:
        gap_s = until_s - self._last_at if self._last_at is not None else 0.0
        missing_s = gap_s - self._own_s if gap_s > self._least_s else 0.0
        return self._missing_s + missing_s, max(self._longest_s, gap_s)


class PictureWatch:
    """One video slot of one link."""

    def __init__(self, clock: SlotClock) -> None:
        self._clock = clock
        self._next = -1  # the number that continues what can be decoded; -1: only a key frame helps
        self._waiting: dict[int, tuple[bool, bool]] = {}  # beyond a hole: ends a frame, starts a key frame

    def packet(self, number: int, ends_frame: bool, starts_key: bool, now_s: float) -> None:
        """`number` is the unwrapped sequence number."""
        if number == self._next and not self._waiting:
            self._next = number + 1
            if ends_frame:
                self._clock.piece(now_s)
            return
        if number < self._next:
            return  # came too late, or twice
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self._next = -1
        self._waiting[number] = (ends_frame, starts_key)
        self._go_on(now_s)
        for key in sorted(n for n, (_, starts) in self._waiting.items() if starts):
            if self._complete_from(key):
                for old in [n for n in self._waiting if n < key]:
                    del self._waiting[old]
                self._next = key
                self._go_on(now_s)

    def _complete_from(self, number: int) -> bool:
        while (found := self._waiting.get(number)) is not None:
            if found[0]:
                return True
            number += 1
        return False

    def _go_on(self, now_s: float) -> None:
        while (found := self._waiting.pop(self._next, None)) is not None:
            self._next += 1
            if found[0]:
                self._clock.piece(now_s)


class SoundWatch:
    """One audio slot of one link, in pieces of 20 ms."""

    def __init__(self, clock: SlotClock) -> None:
        self._clock = clock
        self._unwrapper = Unwrapper(32)
        self._offset_s: float | None = None  # due time minus media time
        self._late = 0
        self._due: list[float] = []  # heap of pieces that came in time and are not yet played

    def piece(self, rtp_time: int, now_s: float) -> None:
        media_s = self._unwrapper.unwrap(rtp_time) / SOUND_CLOCK_HZ
        offset_s = now_s - media_s
        if self._offset_s is None or offset_s < self._offset_s:
            self._offset_s = offset_s
        if offset_s - self._offset_s > SOUND_WAITS_S:
            self._late += 1
            if self._late < LATE_IN_A_ROW:
                return
            self._offset_s = offset_s  # the line has become longer for good
        self._late = 0
        heapq.heappush(self._due, media_s + self._offset_s)
        self.play(now_s - SOUND_WAITS_S)

    def play(self, until_s: float) -> None:
        """What was due until then has been heard."""
        while self._due and self._due[0] <= until_s:
            self._clock.piece(heapq.heappop(self._due))


class Experience:
    """Of one room, over all its links."""

    def __init__(self) -> None:
        self.layers: deque[tuple[float, str]] = deque(maxlen=MOST_LAYERS)  # since when which
        self.silences: deque[tuple[float, float]] = deque(maxlen=MOST_LAYERS)  # from, until
        self.silent_since: float | None = None
        self._clocks = {slot: SlotClock(sound=not slot.is_video) for slot in STAGE_SLOTS}
        self._sounds: list[SoundWatch] = []  # of the present link

    def begin_link(self) -> dict[SlotName, PictureWatch | SoundWatch]:
        """Watches for a new link: its numbers begin anew."""
        self._play(float("inf"))
        watches: dict[SlotName, PictureWatch | SoundWatch] = {
            slot: PictureWatch(clock) if slot.is_video else SoundWatch(clock)
            for slot, clock in self._clocks.items()
        }
        self._sounds = [watch for watch in watches.values() if isinstance(watch, SoundWatch)]
        return watches

    def stage(self, view: StageView, now_s: float) -> None:
        """What the stage shows is what is to be seen. A document may stand still: it is never expected."""
        watching = view.reception_state == "open" and view.in_audience
        desk = watching and view.desk_present
        floor = watching and view.floor is not None and not view.has_floor
        self._play(now_s)
        for slot, expected in (
            (SlotName.DESK_VIDEO, desk),
            (SlotName.DESK_AUDIO, desk),
            (SlotName.FLOOR_VIDEO, floor),
            (SlotName.FLOOR_AUDIO, floor),
        ):
            self._clocks[slot].expect(expected, now_s)

    def layer(self, layer: str, now_s: float) -> None:
        if not self.layers or self.layers[-1][1] != layer:
            self.layers.append((now_s, layer))

    def silence(self, silent: bool, now_s: float) -> None:
        """The line fell silent, or came back."""
        if silent and self.silent_since is None:
            self.silent_since = now_s
        elif not silent and self.silent_since is not None:
            self.silences.append((self.silent_since, now_s))
            self.silent_since = None

    def gaps(self, now_s: float) -> dict[SlotName, Gaps]:
        self._play(now_s - SOUND_WAITS_S)
        return {
            slot: clock.gaps(now_s if slot.is_video else now_s - SOUND_WAITS_S, now_s)
            for slot, clock in self._clocks.items()
        }

    def _play(self, until_s: float) -> None:
        for watch in self._sounds:
            watch.play(until_s)
