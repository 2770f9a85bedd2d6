"""The small JPEG of a picture for the province's wall (PROTOCOL.md, `picture`): scaled, on black, small enough."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from room_client.sources.contract import SourceProblem, SourceUnusable
from signaling.wall_messages import PICTURE_BYTES, PICTURE_HEIGHT, PICTURE_WIDTH

_STEPS = (4, 8, 16, 31)  # of the quantiser; almost every picture of a room fits with the first
_BLACK = 16  # of the luma of video


def small_jpeg(picture: VideoFrame) -> bytes:
    """At most 5,000 bytes; a few milliseconds. Raises SourceUnusable."""
    fitted = _fitted(picture)
    try:
        for step in _STEPS:
            data = _encode(fitted, step)
            if len(data) <= PICTURE_BYTES:
                return data
    except (av.error.FFmpegError, ValueError) as error:
        raise SourceUnusable(SourceProblem.NO_ENCODER, "jpeg") from error
    raise SourceUnusable(SourceProblem.NO_ENCODER, f"jpeg of {PICTURE_BYTES} bytes")


def _fitted(picture: VideoFrame) -> VideoFrame:
    """The whole picture in its proportions; what is left beside it is black."""
    scale = min(PICTURE_WIDTH / picture.width, PICTURE_HEIGHT / picture.height)
    width, height = max(2, int(picture.width * scale) & ~1), max(2, int(picture.height * scale) & ~1)
    small = picture.reformat(width=width, height=height, format="yuv420p")
    if (width, height) == (PICTURE_WIDTH, PICTURE_HEIGHT):
        return small
    luma = np.full((PICTURE_HEIGHT, PICTURE_WIDTH), _BLACK, np.uint8)
    chroma = np.full((2, PICTURE_HEIGHT // 2, PICTURE_WIDTH // 2), 128, np.uint8)
    planes = small.to_ndarray()
    x, y = (PICTURE_WIDTH - width) // 4 * 2, (PICTURE_HEIGHT - height) // 4 * 2
    luma[y : y + height, x : x + width] = planes[:height]
    halves = planes[height:].reshape(2, height // 2, width // 2)
    chroma[:, y // 2 : (y + height) // 2, x // 2 : (x + width) // 2] = halves
    whole = np.concatenate((luma, chroma.reshape(-1, PICTURE_WIDTH)))
    return VideoFrame.from_ndarray(whole, format="yuv420p")


def _encode(picture: VideoFrame, step: int) -> bytes:
    context = av.CodecContext.create("mjpeg", "w")
    if not isinstance(context, VideoCodecContext):
        raise SourceUnusable(SourceProblem.NO_ENCODER, "jpeg")
    context.width, context.height, context.pix_fmt = PICTURE_WIDTH, PICTURE_HEIGHT, "yuvj420p"
    context.time_base = Fraction(1, 1)
    context.thread_count = 1
    context.options = {"qmin": str(step), "qmax": str(step)}
    frame = picture.reformat(format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*context.encode(frame), *context.encode(None)))
