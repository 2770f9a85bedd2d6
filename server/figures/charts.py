"""Charts as lines and boxes with their places, drawn as SVG by a template: pure.

Numbers stand beside each bar, so that nobody has to guess from an axis; lengths are in units of the drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 960
_BAR, _GAP, _LABEL, _ROOM = 26, 14, 300, 90
_HEIGHT, _TOP, _FOOT = 300, 30, 34


@dataclass(frozen=True, slots=True)
class Bar:
    """Lying. `y`: its upper edge."""

    label: str
    value: int
    y: int
    length: float
    share: str  # of all, "12 %"; empty where nothing is


@dataclass(frozen=True, slots=True)
class Bars:
    bars: tuple[Bar, ...]
    height: int
    start: int = _LABEL
    thick: int = _BAR
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Column:
    """Standing, with that of the year before beside it; heights are from the ground up."""

    label: str
    x: float
    value: int
    height: float
    base: int
    base_height: float


@dataclass(frozen=True, slots=True)
class Trend:
    columns: tuple[Column, ...]
    thick: float
    ground: int = _HEIGHT - _FOOT
    height: int = _HEIGHT
    width: int = WIDTH


def bars(values: Sequence[tuple[str, int]]) -> Bars:
    largest, total = max((value for _, value in values), default=0), sum(value for _, value in values)
    longest = WIDTH - _LABEL - _ROOM
    drawn = tuple(
        Bar(
            label,
            value,
            number * (_BAR + _GAP),
            round(longest * value / largest, 1) if largest else 0.0,
            f"{round(100 * value / total)} %" if total else "",
        )
        for number, (label, value) in enumerate(values)
    )
    return Bars(drawn, len(values) * (_BAR + _GAP))


def trend(values: Sequence[tuple[str, int, int]]) -> Trend:
    """Of each month its label, its value, and that of the same month a year before."""
    largest = max((max(value, base) for _, value, base in values), default=0)
    step = WIDTH / max(1, len(values))
    thick = round(step * 0.38, 1)
    tallest = _HEIGHT - _FOOT - _TOP

    def height(value: int) -> float:
        return round(tallest * value / largest, 1) if largest else 0.0

    drawn = tuple(
        Column(label, round(number * step + step * 0.1, 1), value, height(value), base, height(base))
        for number, (label, value, base) in enumerate(values)
    )
    return Trend(drawn, thick)
