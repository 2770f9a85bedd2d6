"""When a room keeps what it would have sent. Sans-IO: time comes in (monotonic), a film takes the frames.

    the room has the floor, line up      the last seconds are held in memory, nothing is written
    the line goes down                   a film begins with these seconds: they may not have arrived
    the line is up again for 3 s         the film ends; what overlaps is no harm
    the floor is gone, or another one's  the film ends at once, and what is held is forgotten
    down for 30 minutes                  the film ends: by then the floor may be anybody's

A room that does not know that it has the floor (it was started anew meanwhile) keeps nothing. A line that carries
signalling but no media still tells of the floor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from room_client.sources.contract import EncodedFrame
from signaling.late_messages import LONGEST_S
from signaling.messages import StageView
from signaling.wire.slots import Upstream

HELD_S = 12.0  # a dead line is noticed within 5 s, and pictures begin with a key frame
HELD_BYTES = 8_000_000
DOWN_S = 1.5  # a link that is joined anew in a moment is no line that is down
OVERLAP_S = 3.0  # the new link begins with its next key frame
KEPT_SOURCES = frozenset({Upstream.CAMERA, Upstream.MICROPHONE})


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame, at a moment of the monotonic clock."""

    upstream: Upstream
    codec: str
    frame: EncodedFrame
    at_s: float

    @property
    def begins_a_picture(self) -> bool:
        return self.upstream.is_video and self.frame.key


class Film(Protocol):
    def add(self, shot: Shot, at: float) -> None:
        """`at`: epoch, by the server's clock."""

    def finish(self) -> None: ...


class ServerClock:
    """The server's clock, by what it says and a clock that nobody sets. Lags by the shortest way of a message."""

    def __init__(self) -> None:
        self._ahead_s: float | None = None  # of the monotonic clock

    def told(self, server_time: str, now_s: float) -> None:
        try:
            moment = datetime.fromisoformat(server_time)
        except ValueError:
            return
        if moment.tzinfo is None:
            return
        ahead_s = moment.timestamp() - now_s
        if self._ahead_s is None or ahead_s > self._ahead_s or self._ahead_s - ahead_s > 1.0:
            self._ahead_s = ahead_s  # the quickest message is the truest; a second less: their clock was set back

    def epoch(self, at_s: float) -> float | None:
        return None if self._ahead_s is None else at_s + self._ahead_s


class Keeper:
    def __init__(self, begin: Callable[[int], Film | None], limit_reached: Callable[[], None]) -> None:
        """`begin(reception)` gives a film, or None where there is no room for one."""
        self._begin = begin
        self._limit_reached = limit_reached
        self._clock = ServerClock()
        self._reception: int | None = None  # in which this room has the floor
        self._held: deque[Shot] = deque()
        self._held_bytes = 0
        self._film: Film | None = None
        self._down_since: float | None = None
        self._up_since: float | None = None
        self._given_up = False  # until the line is back

    @property
    def keeping(self) -> bool:
        return self._film is not None

    def stage(self, stage: StageView, now_s: float) -> None:
        self._clock.told(stage.server_time, now_s)
        has_floor = stage.has_floor and stage.reception_state == "open"
        reception = stage.reception_id if has_floor else None
        if reception != self._reception:
            self._finish()
            self._reception = reception

    def add(self, shot: Shot) -> None:
        if self._reception is None or shot.upstream not in KEPT_SOURCES:
            return
        if self._film is not None:
            self._write(self._film, shot)
            return
        self._held.append(shot)
        self._held_bytes += len(shot.frame.data)
        while self._held and (self._held_bytes > HELD_BYTES or shot.at_s - self._held[0].at_s > HELD_S):
            self._held_bytes -= len(self._held.popleft().frame.data)

    def handle_timeout(self, now_s: float, line_up: bool) -> None:
        """Several times a second."""
        if line_up:
            self._down_since, self._given_up = None, False
            self._up_since = now_s if self._up_since is None else self._up_since
            if self._film is not None and now_s - self._up_since >= OVERLAP_S:
                self._finish()
            return
        self._up_since = None
        self._down_since = now_s if self._down_since is None else self._down_since
        down_s = now_s - self._down_since
        if self._film is not None and down_s >= LONGEST_S:
            self._finish()
            self._given_up = True
            self._limit_reached()
        elif self._film is None and self._reception is not None and not self._given_up and down_s >= DOWN_S:
            self._start(self._reception)

    def film_ended(self, film: Film, broke: bool) -> None:
        """`broke`: it took no more, so nothing is kept until the line was up again."""
        if film is self._film and broke:
            self._film, self._given_up = None, True

    def close(self) -> None:
        self._finish()

    def _start(self, reception: int) -> None:
        self._film = self._begin(reception)
        if self._film is None:
            self._given_up = True
            return
        held = list(self._held)
        self._forget()
        first = next((index for index, shot in enumerate(held) if shot.begins_a_picture), 0)
        for shot in held[first:]:
            self._write(self._film, shot)

    def _write(self, film: Film, shot: Shot) -> None:
        at = self._clock.epoch(shot.at_s)
        if at is not None:
            film.add(shot, at)

    def _finish(self) -> None:
        film, self._film = self._film, None
        self._forget()
        if film is not None:
            film.finish()

    def _forget(self) -> None:
        self._held.clear()
        self._held_bytes = 0
