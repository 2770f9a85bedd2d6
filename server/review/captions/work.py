"""What the worker of captions is told, and what it leaves."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from recordings.archive.address import Access


class CaptionWork(BaseModel):
    """`source`: the file that is played. `left_out`: what nobody may watch is not recognised either. `target` is
    there when it is whole; what is done until then is kept beside it, and gone on from."""

    source: Path
    target: Path
    model: Path
    seconds: float
    left_out: tuple[tuple[float, float], ...]
    archive: Access | None = None


class Heard(BaseModel):
    """One line of what was done: everything up to `until` is."""

    until: float
    starts_s: float = 0.0
    ends_s: float = 0.0
    words: str = ""
