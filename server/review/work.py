"""What the worker is told, and where in a sheet of thumbnails a second is: for pages, which decode nothing.

Kept apart from `worker` because the control process would import FFmpeg with it, and is back later after a kill.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

WIDTH, HEIGHT = 160, 90
COLUMNS = 16
MOST = 240
SHORTEST_STEP_S = 10.0


class Work(BaseModel):
    """`source`: the file that is played; of an isolated source the manifest, beside which its files lie."""

    kind: Literal["copy", "thumbnails", "isolated"]
    source: Path
    target: Path
    seconds: float
    left_out: tuple[tuple[float, float], ...]
    isolated: str = ""  # which source


def step_of(seconds: float) -> float:
    """Seconds from one picture to the next."""
    return max(SHORTEST_STEP_S, math.ceil(seconds / MOST))


def count_of(seconds: float) -> int:
    return max(1, math.ceil(seconds / step_of(seconds)))
