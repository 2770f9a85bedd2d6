"""What the desk films: a moving picture that is hard to compress, so that the desk really sends what it may.

A test card of flat bars takes 400 kbit/s at most, which every line carries, and so does Chromium's fake camera.
This film is Motion JPEG, which a Python room cannot pass on: it is encoded anew at `files.BITRATE` (1.5 Mbit/s),
and answers wishes for a key frame. Chromium takes the same film as its camera when it comes without a container.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

PICTURES_A_SECOND, SECONDS = 15, 4
SMALL, LARGE = (640, 360), (1280, 720)
_STEP_POINTS = 6  # the picture wanders by so much from one to the next
_BLOCK_POINTS = 40  # the scenery stays simple, also in the smallest layer
_GRAIN = 24  # of 255: what does not follow from the picture before; small pictures average it out


def film(file: Path, size: tuple[int, int] = SMALL, seed: int = 1) -> None:
    """Write `file`, `SECONDS` long, to be played over and over: Matroska, or bare pictures (.mjpeg)."""
    width, height = size
    chance = numpy.random.default_rng(seed)
    count = PICTURES_A_SECOND * SECONDS
    blocks = height // _BLOCK_POINTS, (width + count * _STEP_POINTS) // _BLOCK_POINTS + 1
    wide = chance.integers(40, 200, blocks, dtype=numpy.uint8)
    scenery = numpy.kron(wide, numpy.ones((_BLOCK_POINTS, _BLOCK_POINTS), dtype=numpy.uint8))
    with av.open(str(file), "w", format="mjpeg" if file.suffix == ".mjpeg" else "matroska") as container:
        stream = container.add_stream("mjpeg", rate=PICTURES_A_SECOND)
        if not isinstance(stream, VideoStream):
            raise TypeError("mjpeg is not a video codec here")
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        for number in range(count):
            left = number * _STEP_POINTS
            grain = chance.integers(0, _GRAIN, (height, width), dtype=numpy.uint8)
            grey = scenery[:height, left : left + width] + grain
            frame = VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuvj420p")
            frame.pts, frame.time_base = number, Fraction(1, PICTURES_A_SECOND)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
