"""Seconds of a recording as people write them: "1:02:33", "12:05", with tenths where they matter."""

from __future__ import annotations

import re

_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:[.,](\d))?", re.ASCII)


def clock(second: float) -> str:
    """To the tenth; a whole second without one."""
    tenths = round(second * 10)
    whole, tenth = divmod(tenths, 10)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    said = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{said}.{tenth}" if tenth else said


def second_in(text: str) -> float | None:
    """None for what is no time."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, tenths = (int(part or 0) for part in match.groups())
    if seconds > 59 or (match[1] and minutes > 59):
        return None
    return hours * 3600 + minutes * 60 + seconds + tenths / 10
