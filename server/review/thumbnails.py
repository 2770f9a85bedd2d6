"""Small pictures along the time line, all in one file: a grid of key frames, row by row, in the order of time.

Of seconds that are left out there is none; their places stay dark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from server.review.copying import Progress
from server.review.withholding import Span, is_withheld
from server.review.work import COLUMNS, HEIGHT, WIDTH, count_of, step_of

_DARK = 34  # of 255: the page's neutral card


def write_thumbnails(
    source: Path, target: Path, seconds: float, left_out: Sequence[Span], progress: Progress
) -> None:
    """A JPEG. Raises OSError, av.error.FFmpegError; of a file without a picture all places are dark."""
    count, step = count_of(seconds), step_of(seconds)
    rows = math.ceil(count / COLUMNS)
    grid = np.full((rows * HEIGHT, COLUMNS * WIDTH, 3), _DARK, dtype=np.uint8)
    with av.open(str(source)) as opened:
        for number in range(count) if opened.streams.video else ():
            picture = _picture_at(opened, number * step, left_out)
            if picture is not None:
                top, left = number // COLUMNS * HEIGHT, number % COLUMNS * WIDTH
                grid[top : top + HEIGHT, left : left + WIDTH] = picture
            progress((number + 1) / count)
    target.write_bytes(_jpeg(grid))


def _picture_at(opened: Any, second: float, left_out: Sequence[Span]) -> Any:
    """The key frame at or before `second`; None where that, or what the viewer would see there, is left out."""
    if is_withheld(second, left_out):
        return None
    video = opened.streams.video[0]
    opened.seek(int(second / video.time_base), stream=video)
    for frame in opened.decode(video):
        if frame.time is not None and is_withheld(frame.time, left_out):
            return None
        return _fitted(frame)
    return None


def _fitted(frame: Any) -> Any:
    """Into the place, with bars where the picture has another shape."""
    scale = min(WIDTH / frame.width, HEIGHT / frame.height)
    width, height = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    small = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
    placed = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    top, left = (HEIGHT - height) // 2, (WIDTH - width) // 2
    placed[top : top + height, left : left + width] = small
    return placed


def _jpeg(grid: Any) -> bytes:
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.height, encoder.width = grid.shape[0], grid.shape[1]
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(grid, format="rgb24").reformat(format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
