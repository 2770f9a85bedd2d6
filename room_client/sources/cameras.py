"""Cameras: of the network (`rtsp://…`) and of the computer (`/dev/video0`).

They stay open while the room runs, because opening takes seconds and the floor must not wait; off the floor
what they give is read and thrown away, and nothing is encoded.

H.264 that every browser decodes is passed through. Nobody can ask a camera over RTSP for a key frame, so its own
have to come often enough: one that was asked for and lets itself be waited for longer than `LONGEST_WAIT_S` is
encoded here from its next key frame on, until it is opened anew. That costs this computer half a core, and who
joins a picture, or loses a packet of it, is not left without for the length of a camera's habit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av
from av import Packet
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from room_client.sources.contract import EncodedFrame, SourceProblem, SourceUnusable
from room_client.sources.files import PictureEncoder
from room_client.sources.h264_stream import H264Stream, decoded_key_frame
from room_client.sources.live_clock import LiveClock
from room_client.sources.opening import open_container, speakable
from signaling.wire.rtp import VIDEO_CLOCK_HZ, VideoCodec

CAMERA_RATE = 15
LONGEST_WAIT_S = 3.0  # as long as our own encoder lets who joins wait
FIRST_THERE_IS = "default"
_DEVICES = Path("/dev")


class LiveSource:
    """What cameras and microphones of FFmpeg's libraries share."""

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


class _LivePictures(LiveSource):
    """Passes H.264 through where the stage can take it, else decodes and encodes."""

    _format: str | None = None
    _options: dict[str, str]
    _missing = SourceProblem.UNREACHABLE

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self._encoder: PictureEncoder | None = None
        self._asked = threading.Event()
        self._newest: VideoFrame | bytes | None = None  # as it came, or the last key frame that was passed
        self.passed_through = False

    def open(self, codec: str) -> None:
        container = self._container = open_container(
            self._where(), format=self._format, options=self._options, missing=self._missing
        )
        if not container.streams.video:
            self.close()
            raise SourceUnusable(SourceProblem.NO_VIDEO, speakable(self._place))
        stream = container.streams.video[0]
        h264 = H264Stream(stream) if codec == VideoCodec.H264 and stream.codec_context.name == "h264" else None
        self.passed_through = h264 is not None and h264.passes
        if h264 is not None and h264.passes:
            self._frames = self._pass(container, stream, h264)
        else:
            self._encoder = self._new_encoder(codec, stream)
            self._frames = self._encode(container, stream, self._encoder, LiveClock(VIDEO_CLOCK_HZ))

    def want_key_frame(self) -> None:
        encoder = self._encoder
        if encoder is not None:
            encoder.key_wanted.set()
        self._asked.set()

    def still(self) -> VideoFrame | None:
        newest = self._newest
        return decoded_key_frame(newest) if isinstance(newest, bytes) else newest

    def close(self) -> None:
        self._encoder = self._newest = None
        super().close()

    def _where(self) -> str:
        return self._place

    def _new_encoder(self, codec: str, stream: VideoStream) -> PictureEncoder:
        return PictureEncoder(codec, min(CAMERA_RATE * 2, round(stream.average_rate or CAMERA_RATE)))

    def _pass(
        self, container: InputContainer, stream: VideoStream, h264: H264Stream
    ) -> Iterator[EncodedFrame | None]:
        clock = LiveClock(VIDEO_CLOCK_HZ)
        asked_s: float | None = None
        self._asked.clear()
        for packet in container.demux(stream):
            if packet.size == 0:  # the flush packet at the end
                return
            if self._asked.is_set():
                self._asked.clear()
                asked_s = asked_s or time.monotonic()
            stamp, time_base = packet.pts, packet.time_base  # the filter empties the packet
            for data, key in h264.units(packet):
                if key and asked_s is not None and time.monotonic() - asked_s > LONGEST_WAIT_S:
                    self.passed_through = False
                    self._encoder = self._new_encoder(VideoCodec.H264, stream)
                    yield from self._encode(container, stream, self._encoder, clock, Packet(data))
                    return
                if key:
                    self._newest, asked_s = data, None
                yield EncodedFrame(data, clock.ticks(stamp, time_base), key)

    def _encode(
        self,
        container: InputContainer,
        stream: VideoStream,
        encoder: PictureEncoder,
        clock: LiveClock,
        first: Packet[Stream] | None = None,
    ) -> Iterator[EncodedFrame | None]:
        """`first`: a key frame that was read already. The decoder needs it; its picture comes with the next."""
        if first is not None:
            stream.codec_context.decode(first)
        for picture in container.decode(stream):
            ticks = clock.ticks(picture.pts, picture.time_base)
            self._newest = picture
            yield encoder.encode(picture, ticks) if self._wanted else None


class NetworkCamera(_LivePictures):
    """RTSP over TCP: a hall's switch loses UDP under load, and a lost packet is a broken picture."""

    _options = {"rtsp_transport": "tcp", "fflags": "nobuffer", "allowed_media_types": "video"}  # noqa: RUF012


class CameraDevice(_LivePictures):
    """A Video4Linux camera by its device file; `default`: the first there is each time it is opened, so that one
    that was plugged into another socket, or changed for another, is found again."""

    _format = "v4l2"
    _options = {"video_size": "640x360", "framerate": str(CAMERA_RATE)}  # noqa: RUF012
    _missing = SourceProblem.NO_SUCH_DEVICE

    def _where(self) -> str:
        if self._place != FIRST_THERE_IS:
            return self._place
        by_name = sorted(_DEVICES.glob("v4l/by-id/*-index0"))  # the second index of a camera gives no picture
        found = by_name or sorted(_DEVICES.glob("video[0-9]*"))
        if not found:
            raise SourceUnusable(SourceProblem.NO_SUCH_DEVICE, str(_DEVICES / "video0"))
        return str(found[0])
