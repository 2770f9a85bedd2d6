"""What the bench's camera shows: 720p at 25 pictures and 2 Mbit/s, encoded once and played by whole GOPs.

A camera answers a wish for a key frame at once. So does this one: it goes on with the next GOP of its
material, every one of which begins with a key frame and can be decoded by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

from room_client.packetising import h264_payloads, split_annex_b
from room_client.sources.tone import Tone

WIDTH, HEIGHT, RATE, BITRATE_BPS = 1280, 720, 25, 2_000_000
GOP_PICTURES, GOPS = 50, 5
SOUND_PACKETS = 250  # 5 s
SEED = 20

Picture = list[bytes]
"""The RTP payloads of one picture, in order."""


@dataclass(frozen=True, slots=True)
class Material:
    gops: Sequence[Sequence[Picture]]
    sound: Sequence[bytes]

    @property
    def packets_per_s(self) -> float:
        pictures = [picture for gop in self.gops for picture in gop]
        return sum(len(picture) for picture in pictures) * RATE / len(pictures)


def make_material() -> Material:
    """Takes some seconds; the same every time."""
    return Material(_pictures(), _sound())


def _pictures() -> list[list[Picture]]:
    encoder = av.CodecContext.create("libx264", "w")
    if not isinstance(encoder, VideoCodecContext):
        raise TypeError("libx264 is no video encoder here")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(RATE, 1), Fraction(1, RATE)
    encoder.bit_rate, encoder.gop_size, encoder.thread_count = BITRATE_BPS, GOP_PICTURES, 1
    encoder.profile = "Baseline"
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "level": "3.1",
        "x264-params": f"keyint={GOP_PICTURES}:min-keyint={GOP_PICTURES}:scenecut=0:nal-hrd=cbr:force-cfr=1"
        f":vbv-maxrate={BITRATE_BPS // 1000}:vbv-bufsize={BITRATE_BPS // 5000}",
    }
    chance = np.random.default_rng(SEED)
    texture = chance.integers(60, 190, (HEIGHT, WIDTH), dtype=np.uint8)
    texture[: HEIGHT // 2] = (texture[: HEIGHT // 2] // 40) * 40
    gops: list[list[Picture]] = []
    for count in range(GOP_PICTURES * GOPS):
        picture = np.full((HEIGHT * 3 // 2, WIDTH), 128, dtype=np.uint8)
        picture[:HEIGHT] = np.roll(texture, (count * 2, count * 5), axis=(0, 1))
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = count, Fraction(1, RATE)
        for packet in encoder.encode(frame):
            payloads = h264_payloads(list(split_annex_b(bytes(packet))))
            if packet.is_keyframe:
                gops.append([])
            gops[-1].append(payloads)
    return gops


def _sound() -> list[bytes]:
    tone = Tone("22")
    tone.open("opus")
    try:
        sound: list[bytes] = []
        while len(sound) < SOUND_PACKETS:
            frame = tone.read(True)
            if frame is not None:
                sound.append(frame.data)
        return sound
    finally:
        tone.close()
