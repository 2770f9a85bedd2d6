"""What a file that a room handed over holds. A process of its own, because FFmpeg reads what somebody else wrote:

python -m server.late.inspecting        the path as JSON on stdin, what was found as JSON on stdout
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import av

from server.late.work import Inspected, ToInspect
from server.review.aside import NICENESS
from signaling.wire.rtp import VideoCodec


def inspect(path: Path) -> Inspected:
    try:
        with av.open(str(path), format="matroska") as container:
            return _inspect(container)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        return Inspected(fault=f"it cannot be read ({type(error).__name__})")


def _inspect(container: av.container.InputContainer) -> Inspected:
    streams = container.streams
    codecs = [(stream.type, stream.codec_context.name) for stream in (*streams.video, *streams.audio)]
    allowed = {("video", codec.value) for codec in VideoCodec} | {("audio", "opus"), ("audio", "libopus")}
    one_each = len(streams.video) <= 1 and len(streams.audio) <= 1
    if not codecs or not one_each or len(streams) != len(codecs) or not set(codecs) <= allowed:
        return Inspected(fault="allowed are one picture of H.264 or VP8, one sound of Opus, and nothing else")
    last_s, frames = 0.0, 0
    for packet in container.demux():
        if packet.pts is None or packet.time_base is None:
            continue
        at_s = float(packet.pts * packet.time_base)
        if at_s < 0:
            return Inspected(fault="it begins before its beginning")
        last_s = max(last_s, at_s)
        frames += packet.stream.type == "video"
    codec = VideoCodec(streams.video[0].codec_context.name) if streams.video else ""
    return Inspected(seconds=round(last_s, 6), codec=codec, video_frames=frames)


def main() -> int:
    os.nice(NICENESS)
    work = ToInspect.model_validate_json(sys.stdin.buffer.read())
    print(inspect(work.path).model_dump_json(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
