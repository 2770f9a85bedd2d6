"""When the picture stood still: a screen of 15 pictures a second, looked at every 10 ms."""

from __future__ import annotations

import pytest

from room_client.experience import FREEZE_S
from server.bench.line.seeing import Seeing

PICTURE_S = 1 / 15


class Screen:
    def __init__(self) -> None:
        self.seeing = Seeing()
        self.now_s = 100.0
        self._pictures = 0
        self._next_s = self.now_s

    def runs(self, seconds: float, *, moving: bool = True) -> None:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            while self._next_s <= self.now_s:
                self._next_s += PICTURE_S
                self._pictures += moving
            self.seeing.look(self._pictures, self._pictures, self.now_s)
            self.now_s += 0.01


def test_a_steady_picture_is_never_frozen() -> None:
    screen = Screen()
    screen.runs(10)
    assert screen.seeing.freezes == []
    assert screen.seeing.pictures == pytest.approx(150, abs=1)


def test_a_short_stop_is_no_freeze() -> None:
    screen = Screen()
    screen.runs(2)
    screen.runs(FREEZE_S - 2 * PICTURE_S, moving=False)
    screen.runs(2)
    assert screen.seeing.freezes == []


def test_a_long_one_lasts_from_the_last_picture_to_the_next() -> None:
    screen = Screen()
    screen.runs(5)
    screen.runs(6, moving=False)
    assert screen.seeing.frozen
    assert screen.now_s - (screen.seeing.last_sound_s or 0) == pytest.approx(6, abs=0.1)
    screen.runs(5)
    (freeze,) = screen.seeing.freezes
    assert not screen.seeing.frozen
    assert (freeze.ended_s or 0) - freeze.began_s == pytest.approx(6, abs=2 * PICTURE_S)


def test_before_the_first_picture_nothing_is_frozen() -> None:
    screen = Screen()
    screen.runs(5, moving=False)
    assert screen.seeing.freezes == []
