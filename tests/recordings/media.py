"""Really encoded test pictures and sound, cut into RTP payloads, and their tap packets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import av
import numpy as np
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder

from signaling.tap import ISOLATED_PICTURES, PICTURES, TapCodec, TapTrack, pack_header
from signaling.wire.rtp import pack_packet

FRAME_RATE = 15
FRAME_US = 1_000_000 // FRAME_RATE
SOUND_US = 20_000


@dataclass(frozen=True)
class Picture:
    payloads: tuple[bytes, ...]
    key: bool


@cache
def pictures(
    codec: str = "h264", width: int = 320, height: int = 180, count: int = 60, key_every: int = 15, shade: int = 60
) -> tuple[Picture, ...]:
    """A moving bar on an even ground; the ground's shade tells clips apart."""
    name = "libx264" if codec == "h264" else "libvpx"
    encoder = av.CodecContext.create(name, "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FRAME_RATE), Fraction(FRAME_RATE, 1)
    encoder.gop_size = key_every
    encoder.bit_rate = 400_000
    if codec == "h264":
        encoder.options = {"tune": "zerolatency", "preset": "ultrafast", "sc_threshold": "0"}
        encoder.profile = "Baseline"
    else:
        encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    packer = H264Encoder() if codec == "h264" else Vp8Encoder()
    made = []
    for index in range(count):
        luma = np.full((height * 3 // 2, width), 128, np.uint8)
        luma[:height] = shade
        left = index * 8 % (width - 16)
        luma[: height // 2, left : left + 16] = 230
        frame = av.VideoFrame.from_ndarray(luma, format="yuv420p")
        frame.pts, frame.time_base = index, encoder.time_base
        for packet in encoder.encode(frame):
            payloads, _ = packer.pack(packet)
            made.append(Picture(tuple(payloads), packet.is_keyframe))
    return tuple(made)


@cache
def sounds(hertz: int = 440, count: int = 400) -> tuple[bytes, ...]:
    """Opus packets of 20 ms, mono."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.time_base, encoder.bit_rate = Fraction(1, 48_000), 32_000
    encoder.options = {"frame_duration": "20"}
    made = []
    for index in range(count):
        at = np.arange(index * 960, (index + 1) * 960)
        wave = (9_000 * np.sin(2 * np.pi * hertz * at / 48_000)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, index * 960, encoder.time_base
        made += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(made)


def rtp(sequence: int, timestamp: int, payload: bytes, *, marker: bool = False) -> bytes:
    return pack_packet(96, marker, sequence, timestamp, 7, payload)


@dataclass
class Numbering:
    """One track as a slot of the media process numbers it."""

    track: TapTrack
    codec: TapCodec
    sequence: int = 65_530  # so that every scenario goes over the edge
    source: int = 1
    skip: int = 0  # packets to lose next

    def datagrams(self, payloads: Sequence[bytes], capture_us: int) -> Iterator[bytes]:
        clock = 48_000 if self.codec is TapCodec.OPUS else 90_000
        timestamp = capture_us * clock // 1_000_000
        header = pack_header(self.track, self.codec, self.source, capture_us)
        for index, payload in enumerate(payloads):
            packet = rtp(self.sequence, timestamp, payload, marker=index == len(payloads) - 1)
            self.sequence += 1
            if self.skip:
                self.skip -= 1
                continue
            yield header + packet


@dataclass
class Programme:
    """What is on the stage: a clip that is repeated, and who speaks. Steps over time as it is asked to."""

    codec: str = "h264"
    clip: tuple[Picture, ...] = ()
    speaking: dict[TapTrack, tuple[bytes, ...]] = field(default_factory=dict)
    isolated: dict[TapTrack, tuple[Picture, ...]] = field(default_factory=dict)
    position: int = 0
    sound_position: int = 0
    _video_due: int | None = None
    _sound_due: int | None = None

    def __post_init__(self) -> None:
        codec = TapCodec.H264 if self.codec == "h264" else TapCodec.VP8
        self.video = Numbering(TapTrack.PROGRAMME_VIDEO, codec)
        self.audio = {track: Numbering(track, TapCodec.OPUS) for track in TapTrack if track not in PICTURES}
        self.pictures = {track: Numbering(track, codec) for track in ISOLATED_PICTURES}
        self.positions = dict.fromkeys(ISOLATED_PICTURES, 0)

    def show(self, clip: tuple[Picture, ...]) -> None:
        """Another source: from its first key frame on."""
        self.clip, self.position = clip, 0
        self.video.source += 1

    def show_isolated(self, track: TapTrack, clip: tuple[Picture, ...]) -> None:
        """Another camera in that slot, or none."""
        self.isolated[track], self.positions[track] = clip, 0
        self.pictures[track].source += 1

    def begin_with_key_frame(self, track: TapTrack = TapTrack.PROGRAMME_VIDEO) -> None:
        if track is TapTrack.PROGRAMME_VIDEO:
            self.position = 0
        else:
            self.positions[track] = 0

    def until(self, now_us: int) -> Iterator[bytes]:
        """Datagrams of everything captured before `now_us`, in the order of capture."""
        if self._video_due is None or self._sound_due is None:
            self._video_due = self._sound_due = now_us
        while min(self._video_due, self._sound_due) <= now_us:
            if self._video_due <= self._sound_due:
                if self.clip:
                    yield from self.video.datagrams(
                        self.clip[self.position % len(self.clip)].payloads, self._video_due
                    )
                    self.position += 1
                for track, clip in self.isolated.items():
                    if clip:
                        payloads = clip[self.positions[track] % len(clip)].payloads
                        yield from self.pictures[track].datagrams(payloads, self._video_due)
                        self.positions[track] += 1
                self._video_due += FRAME_US
            else:
                for track, packets in self.speaking.items():
                    packet = packets[self.sound_position % len(packets)]
                    yield from self.audio[track].datagrams([packet], self._sound_due)
                self.sound_position += 1
                self._sound_due += SOUND_US
