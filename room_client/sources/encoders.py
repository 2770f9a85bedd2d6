"""H.264, VP8 and Opus encoders as the stage wants them (PROTOCOL.md, "Codecs")."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from numpy.typing import NDArray

from room_client.sources.contract import SourceProblem, SourceUnusable
from signaling.wire.rtp import VideoCodec

KEY_FRAME_SECONDS = 3  # who joins late waits at most this long; a PLI brings one sooner
OPUS_FRAME_SAMPLES = 960  # 20 ms
OPUS_RATE_HZ = 48_000
OPUS_BITRATE = 32_000  # speech, mono


class VideoEncoder:
    """No reordering, no look-ahead: each picture comes out as soon as it went in."""

    def __init__(self, codec: str, width: int, height: int, rate: int, bitrate: int) -> None:
        """`rate` in pictures a second, `bitrate` in bits a second. Raises SourceUnusable."""
        name = "libx264" if codec == VideoCodec.H264 else "libvpx"
        try:
            context = av.CodecContext.create(name, "w")
        except (av.error.FFmpegError, ValueError) as error:
            raise SourceUnusable(SourceProblem.NO_ENCODER, codec) from error
        if not isinstance(context, VideoCodecContext):
            raise SourceUnusable(SourceProblem.NO_ENCODER, codec)
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.framerate = Fraction(rate, 1)
        context.time_base = Fraction(1, 90_000)
        context.bit_rate = bitrate
        context.gop_size = rate * KEY_FRAME_SECONDS
        context.thread_count = 1
        if codec == VideoCodec.H264:
            context.profile = "Baseline"  # x264 writes constrained baseline: 42c0
            context.options = {
                "preset": "ultrafast",
                "tune": "zerolatency",
                "level": "3.1",
                "maxrate": str(bitrate),
                "bufsize": str(bitrate),
                "sc_threshold": "0",
                "forced-idr": "1",
                "threads": "1",
            }
        else:
            context.options = {
                "deadline": "realtime",
                "cpu-used": "8",
                "lag-in-frames": "0",
                "error-resilient": "1",
                "auto-alt-ref": "0",
            }
        self._context = context

    def encode(self, frame: VideoFrame, force_key: bool) -> tuple[bytes, bool]:
        """The encoded picture (empty if the encoder dropped it) and whether it is a key frame."""
        frame.pict_type = PictureType.I if force_key else PictureType.NONE
        packets = self._context.encode(frame)
        return b"".join(bytes(p) for p in packets), any(p.is_keyframe for p in packets)


class OpusEncoder:
    """Takes 20 ms of mono 16-bit sound at 48 kHz at a time."""

    def __init__(self) -> None:
        try:
            context = av.CodecContext.create("libopus", "w")
        except (av.error.FFmpegError, ValueError) as error:
            raise SourceUnusable(SourceProblem.NO_ENCODER, "opus") from error
        if not isinstance(context, AudioCodecContext):
            raise SourceUnusable(SourceProblem.NO_ENCODER, "opus")
        context.sample_rate = OPUS_RATE_HZ
        context.layout = "mono"
        context.format = "s16"
        context.bit_rate = OPUS_BITRATE
        context.time_base = Fraction(1, OPUS_RATE_HZ)
        context.options = {"application": "voip", "frame_duration": "20", "fec": "1", "packet_loss": "5"}
        self._context = context

    def encode(self, samples: NDArray[np.int16], count: int) -> list[bytes]:
        """`count`: how many pieces came before this one."""
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.time_base = OPUS_RATE_HZ, Fraction(1, OPUS_RATE_HZ)
        frame.pts = count * OPUS_FRAME_SAMPLES
        return [bytes(packet) for packet in self._context.encode(frame)]
