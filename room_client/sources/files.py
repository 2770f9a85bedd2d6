"""`--video FILE` and `--audio FILE`: played over and over; the RTP clock runs on through each end.

H.264 that the stage can take is passed through; anything else is decoded and encoded. Picture and sound of one
file keep together over the rounds, because a round lasts as long as the whole file for both.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from room_client.sources.contract import EncodedFrame, SourceProblem, SourceUnusable
from room_client.sources.ear import Ear
from room_client.sources.encoders import OPUS_FRAME_SAMPLES, OPUS_RATE_HZ, OpusEncoder, VideoEncoder
from room_client.sources.h264_stream import H264Stream
from room_client.sources.opening import file_must_exist, open_container
from signaling.wire.rtp import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, VideoCodec

WIDEST, HIGHEST, BITRATE = 1280, 720, 1_500_000
MOST_PICTURES_A_SECOND = 30


def fitting_size(width: int, height: int) -> tuple[int, int]:
    """The size to encode at: as large as 1280x720 allows, in proportion, even numbers."""
    shrink = min(1.0, WIDEST / width, HIGHEST / height)
    return max(16, int(width * shrink) & ~1), max(16, int(height * shrink) & ~1)


class PictureEncoder:
    """Decoded pictures of any size and rate to encoded frames; owns the wish for a key frame."""

    def __init__(self, codec: str, rate: int) -> None:
        self._codec = codec
        self._rate = max(1, min(MOST_PICTURES_A_SECOND, rate))
        self._encoder: VideoEncoder | None = None
        self._size = (0, 0)
        self.key_wanted = threading.Event()

    def encode(self, picture: VideoFrame, ticks: int) -> EncodedFrame | None:
        size = fitting_size(picture.width, picture.height)
        if self._encoder is None or size != self._size:
            self._encoder, self._size = VideoEncoder(self._codec, *size, self._rate, BITRATE), size
        scaled = picture.reformat(width=size[0], height=size[1], format="yuv420p")
        scaled.pts, scaled.time_base = ticks, Fraction(1, VIDEO_CLOCK_HZ)
        forced = self.key_wanted.is_set()
        self.key_wanted.clear()
        data, key = self._encoder.encode(scaled, forced)
        return EncodedFrame(data, ticks, key) if data else None


class _LoopingFile:
    """One stream of a file, read round after round."""

    clock_hz = 0
    live = False

    def __init__(self, path: str) -> None:
        self._path = path
        self._container: InputContainer | None = None
        self._frames: Iterator[EncodedFrame | None] = iter(())

    def read(self, wanted: bool) -> EncodedFrame | None:
        try:
            return next(self._frames)
        except StopIteration:
            raise SourceUnusable(SourceProblem.ENDED, self._path) from None
        except av.error.FFmpegError as error:
            raise SourceUnusable(SourceProblem.UNREADABLE, self._path) from error

    def close(self) -> None:
        self._frames = iter(())
        if self._container is not None:
            self._container.close()
            self._container = None

    def _open_container(self) -> InputContainer:
        file_must_exist(self._path)
        self._container = open_container(self._path, missing=SourceProblem.NO_SUCH_FILE)
        return self._container

    def _round_ticks(self, container: InputContainer, played: int) -> int:
        """Length of one round in ticks; `played` is how far the stream itself went."""
        whole = container.duration or 0  # in av.time_base: microseconds
        return max(played, whole * self.clock_hz // av.time_base)


class VideoFile(_LoopingFile):
    clock_hz = VIDEO_CLOCK_HZ

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.passed_through = False
        self._encoder: PictureEncoder | None = None

    def open(self, codec: str) -> None:
        container = self._open_container()
        if not container.streams.video:
            self.close()
            raise SourceUnusable(SourceProblem.NO_VIDEO, self._path)
        stream = container.streams.video[0]
        h264 = H264Stream(stream) if codec == VideoCodec.H264 and stream.codec_context.name == "h264" else None
        self.passed_through = h264 is not None and h264.passes
        if h264 is not None and h264.passes:
            self._encoder = None
            self._frames = self._pass(container, stream)
        else:
            self._encoder = PictureEncoder(codec, round(stream.average_rate or 25))
            self._frames = self._encode(container, stream, self._encoder)

    def want_key_frame(self) -> None:
        encoder = self._encoder
        if encoder is not None:
            encoder.key_wanted.set()

    def still(self) -> VideoFrame | None:
        """A picture of its own opening, somewhere in the file: what is being sent is not disturbed."""
        file_must_exist(self._path)
        try:
            with open_container(self._path, missing=SourceProblem.NO_SUCH_FILE) as container:
                if not container.streams.video:
                    raise SourceUnusable(SourceProblem.NO_VIDEO, self._path)
                round_us = container.duration or 0  # in av.time_base: microseconds
                if round_us:
                    container.seek((container.start_time or 0) + int(time.monotonic() * 1e6) % round_us)
                return next(container.decode(container.streams.video[0]), None)
        except av.error.FFmpegError as error:
            raise SourceUnusable(SourceProblem.UNREADABLE, self._path) from error

    def close(self) -> None:
        self._encoder = None
        super().close()

    def _pass(self, container: InputContainer, stream: VideoStream) -> Iterator[EncodedFrame]:
        offset = 0
        while True:
            ticks, found, step = offset, False, VIDEO_CLOCK_HZ // 25
            h264 = H264Stream(stream)  # a filter is used up by the end of its stream
            first: int | None = None
            for packet in container.demux(stream):
                if packet.dts is None:
                    continue
                at = packet.pts if packet.pts is not None else packet.dts
                first = at if first is None else first
                here = offset + _in_ticks(at - first, stream.time_base)
                step = here - ticks if here > ticks else step
                ticks = max(ticks, here)
                for data, key in h264.units(packet):
                    found = True
                    yield EncodedFrame(data, ticks, key)
            if not found:
                return
            offset += self._round_ticks(container, ticks - offset + step)
            container.seek(container.start_time or 0, backward=True)

    def _encode(
        self, container: InputContainer, stream: VideoStream, encoder: PictureEncoder
    ) -> Iterator[EncodedFrame | None]:
        offset = 0
        shortest = VIDEO_CLOCK_HZ // MOST_PICTURES_A_SECOND * 9 // 10
        while True:
            ticks, found = offset - shortest, False
            first: int | None = None
            for picture in container.decode(stream):
                if picture.pts is None:
                    continue
                first = picture.pts if first is None else first
                here = offset + _in_ticks(picture.pts - first, picture.time_base)
                if here - ticks < shortest:  # a file of 60 pictures a second
                    continue
                ticks, found = here, True
                yield encoder.encode(picture, ticks)
            if not found:
                return
            offset += self._round_ticks(container, ticks - offset + VIDEO_CLOCK_HZ // 25)
            container.seek(container.start_time or 0, backward=True)
            stream.codec_context.flush_buffers()


class AudioFile(_LoopingFile):
    clock_hz = AUDIO_CLOCK_HZ

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.ear = Ear()

    def open(self, codec: str) -> None:
        self.ear.begin()
        container = self._open_container()
        if not container.streams.audio:
            self.close()
            raise SourceUnusable(SourceProblem.NO_AUDIO, self._path)
        self._frames = self._play(container, OpusEncoder())

    def want_key_frame(self) -> None:
        """Sound has none."""

    def _play(self, container: InputContainer, encoder: OpusEncoder) -> Iterator[EncodedFrame | None]:
        stream = container.streams.audio[0]
        given = made = offset = 0
        while True:
            resampler = AudioResampler(
                format="s16", layout="mono", rate=OPUS_RATE_HZ, frame_size=OPUS_FRAME_SAMPLES
            )
            before = given
            for decoded in container.decode(stream):
                decoded.pts = None  # the resampler counts samples; gaps in a file are not kept
                for sound in resampler.resample(decoded):
                    if sound.samples != OPUS_FRAME_SAMPLES:
                        continue
                    given += 1
                    for data in encoder.encode(self.ear.hear(sound.to_ndarray()[0]), given - 1):
                        yield EncodedFrame(data, offset + made * OPUS_FRAME_SAMPLES, key=True)
                        made += 1
            if given == before:
                return
            # the next round starts with the picture's: a whole number of frames later than this one ended
            whole = self._round_ticks(container, (given - before) * OPUS_FRAME_SAMPLES)
            offset += (whole - (given - before) * OPUS_FRAME_SAMPLES) // OPUS_FRAME_SAMPLES * OPUS_FRAME_SAMPLES
            container.seek(container.start_time or 0, backward=True)
            stream.codec_context.flush_buffers()


def _in_ticks(span: int, time_base: Fraction | None) -> int:
    return round(span * (time_base or Fraction(1, VIDEO_CLOCK_HZ)) * VIDEO_CLOCK_HZ)
