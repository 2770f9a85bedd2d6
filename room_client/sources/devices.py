"""Live sources: a network camera (`rtsp://…`), a camera of the computer (`/dev/video0`), a microphone.

They stay open while the room runs, because opening takes seconds and the floor must not wait; off the floor
what they give is read and thrown away, and nothing is encoded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.video.frame import VideoFrame

from room_client.sources.contract import EncodedFrame, SourceProblem, SourceUnusable
from room_client.sources.encoders import OPUS_FRAME_SAMPLES, OPUS_RATE_HZ, OpusEncoder
from room_client.sources.files import PictureEncoder
from room_client.sources.h264_stream import H264Stream, decoded_key_frame
from room_client.sources.opening import open_container, speakable
from signaling.wire.rtp import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, VideoCodec

LARGEST_DRIFT_S = 0.5  # between the camera's clock and ours, before the count is set right
CAMERA_RATE = 15
SOUND_SYSTEMS = ("alsa", "pulse")


def sound_systems() -> tuple[str, ...]:
    """Those of `SOUND_SYSTEMS` that this build of FFmpeg's libraries can open."""
    available = av.formats_available
    return tuple(name for name in SOUND_SYSTEMS if name in available)


class _LiveClock:
    """The camera's timestamps on our monotonic clock: their own spacing, set right when they drift."""

    def __init__(self, clock_hz: int) -> None:
        self._clock_hz = clock_hz
        self._opened_at = time.monotonic()
        self._offset: int | None = None
        self._last = -1

    def ticks(self, stamp: int | None, time_base: Fraction | None) -> int:
        now = int((time.monotonic() - self._opened_at) * self._clock_hz)
        if stamp is None or time_base is None:
            ticks = now
        else:
            own = round(stamp * time_base * self._clock_hz)
            if self._offset is None or abs(own + self._offset - now) > LARGEST_DRIFT_S * self._clock_hz:
                self._offset = now - own
            ticks = own + self._offset
        self._last = max(self._last + 1, ticks)
        return self._last


class _LiveSource:
    live = True
    clock_hz = VIDEO_CLOCK_HZ

    def __init__(self, place: str) -> None:
        self._place = place
        self._container: InputContainer | None = None
        self._frames: Iterator[EncodedFrame | None] = iter(())
        self._wanted = False

    def read(self, wanted: bool) -> EncodedFrame | None:
        self._wanted = wanted
        try:
            return next(self._frames)
        except StopIteration:
            raise SourceUnusable(SourceProblem.ENDED, speakable(self._place)) from None
        except (av.error.FFmpegError, OSError) as error:
            raise SourceUnusable(SourceProblem.ENDED, speakable(self._place)) from error

    def close(self) -> None:
        self._frames = iter(())
        if self._container is not None:
            self._container.close()
            self._container = None


class _LivePictures(_LiveSource):
    """Passes H.264 through where the stage can take it, else decodes and encodes."""

    _format: str | None = None
    _options: dict[str, str]
    _missing = SourceProblem.UNREACHABLE

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self._encoder: PictureEncoder | None = None
        self._newest: VideoFrame | bytes | None = None  # as it came, or the last key frame that was passed
        self.passed_through = False

    def open(self, codec: str) -> None:
        container = self._container = open_container(
            self._place, format=self._format, options=self._options, missing=self._missing
        )
        if not container.streams.video:
            self.close()
            raise SourceUnusable(SourceProblem.NO_VIDEO, speakable(self._place))
        stream = container.streams.video[0]
        h264 = H264Stream(stream) if codec == VideoCodec.H264 and stream.codec_context.name == "h264" else None
        self.passed_through = h264 is not None and h264.passes
        if h264 is not None and h264.passes:
            self._frames = self._pass(container, h264)
        else:
            self._encoder = PictureEncoder(codec, min(CAMERA_RATE * 2, round(stream.average_rate or CAMERA_RATE)))
            self._frames = self._encode(container, self._encoder)

    def want_key_frame(self) -> None:
        """A camera that is passed through cannot be asked: its own next key frame has to do."""
        encoder = self._encoder
        if encoder is not None:
            encoder.key_wanted.set()

    def still(self) -> VideoFrame | None:
        newest = self._newest
        return decoded_key_frame(newest) if isinstance(newest, bytes) else newest

    def close(self) -> None:
        self._encoder = self._newest = None
        super().close()

    def _pass(self, container: InputContainer, h264: H264Stream) -> Iterator[EncodedFrame | None]:
        clock = _LiveClock(VIDEO_CLOCK_HZ)
        for packet in container.demux(container.streams.video[0]):
            if packet.size == 0:  # the flush packet at the end
                return
            stamp, time_base = packet.pts, packet.time_base  # the filter empties the packet
            for data, key in h264.units(packet):
                if key:
                    self._newest = data
                yield EncodedFrame(data, clock.ticks(stamp, time_base), key)

    def _encode(self, container: InputContainer, encoder: PictureEncoder) -> Iterator[EncodedFrame | None]:
        clock = _LiveClock(VIDEO_CLOCK_HZ)
        for picture in container.decode(container.streams.video[0]):
            ticks = clock.ticks(picture.pts, picture.time_base)
            self._newest = picture
            yield encoder.encode(picture, ticks) if self._wanted else None


class NetworkCamera(_LivePictures):
    """RTSP over TCP: a hall's switch loses UDP under load, and a lost packet is a broken picture."""

    _options = {"rtsp_transport": "tcp", "fflags": "nobuffer", "allowed_media_types": "video"}  # noqa: RUF012


class CameraDevice(_LivePictures):
    """A Video4Linux camera."""

    _format = "v4l2"
    _options = {"video_size": "640x360", "framerate": str(CAMERA_RATE)}  # noqa: RUF012
    _missing = SourceProblem.NO_SUCH_DEVICE


class MicrophoneDevice(_LiveSource):
    """A microphone by the name its sound system gives it, for instance `default` or `hw:1`."""

    clock_hz = AUDIO_CLOCK_HZ

    def __init__(self, place: str) -> None:
        """`place`: SYSTEM:NAME, for instance "alsa:default"."""
        super().__init__(place)

    def open(self, codec: str) -> None:
        system, _, name = self._place.partition(":")
        if system not in sound_systems():
            raise SourceUnusable(SourceProblem.UNSUPPORTED, self._place)
        container = self._container = open_container(
            name or "default", format=system, missing=SourceProblem.NO_SUCH_DEVICE
        )
        if not container.streams.audio:
            self.close()
            raise SourceUnusable(SourceProblem.NO_AUDIO, self._place)
        self._frames = self._capture(container)

    def want_key_frame(self) -> None:
        """Sound has none."""

    def _capture(self, container: InputContainer) -> Iterator[EncodedFrame | None]:
        resampler = AudioResampler(format="s16", layout="mono", rate=OPUS_RATE_HZ, frame_size=OPUS_FRAME_SAMPLES)
        encoder: OpusEncoder | None = None
        clock = _LiveClock(AUDIO_CLOCK_HZ)
        count = 0
        for decoded in container.decode(container.streams.audio[0]):
            decoded.pts = None  # the resampler counts samples
            for sound in resampler.resample(decoded):
                sound.pts, sound.time_base = count * OPUS_FRAME_SAMPLES, Fraction(1, OPUS_RATE_HZ)
                count += 1
                ticks = clock.ticks(sound.pts, sound.time_base)
                if not self._wanted:
                    encoder = None  # the next words start with a fresh one
                    yield None
                    continue
                encoder = encoder or OpusEncoder()
                for data in encoder.encode(sound):
                    yield EncodedFrame(data, ticks, key=True)
