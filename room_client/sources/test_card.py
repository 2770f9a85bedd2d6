"""`--video test`: a moving test card that says which room it comes from and what time it is there."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from room_client.labels import label_unit
from room_client.packetising import nal_type, split_annex_b
from room_client.sources.contract import EncodedFrame
from room_client.sources.encoders import VideoEncoder
from room_client.sources.glyphs import lettering
from signaling.wire.rtp import NAL_PPS, NAL_SEI, VIDEO_CLOCK_HZ, VideoCodec

WIDTH, HEIGHT, RATE, BITRATE = 640, 360, 15, 400_000
_TICKS = VIDEO_CLOCK_HZ // RATE
_START_CODE = b"\x00\x00\x00\x01"


class TestCard:
    """640x360 at 15 pictures a second: bars, a wandering block, the label, the room's clock."""

    __test__ = False  # not a test, whatever pytest reads out of the name
    clock_hz = VIDEO_CLOCK_HZ
    live = False

    def __init__(self, label: str) -> None:
        """`label`: usually the room's code."""
        self._label = label
        self._card = _background(label)
        self._encoder: VideoEncoder | None = None
        self._codec = ""
        self._count = 0
        self._key_wanted = threading.Event()

    def open(self, codec: str) -> None:
        self._codec = codec
        self._encoder = VideoEncoder(codec, WIDTH, HEIGHT, RATE, BITRATE)
        self._count = 0
        self._key_wanted.set()

    def read(self, wanted: bool) -> EncodedFrame | None:
        encoder, count = self._encoder, self._count
        self._count += 1
        if encoder is None or not wanted:
            return None
        frame = VideoFrame.from_ndarray(self._picture(count), format="yuv420p")
        frame.pts, frame.time_base = count * _TICKS, Fraction(1, VIDEO_CLOCK_HZ)
        forced = self._key_wanted.is_set()
        if forced:
            self._key_wanted.clear()
        data, key = encoder.encode(frame, forced)
        if not data:
            return None
        if key and self._codec == VideoCodec.H264:
            data = self._labelled(data)
        return EncodedFrame(data, count * _TICKS, key)

    def want_key_frame(self) -> None:
        self._key_wanted.set()

    def still(self) -> VideoFrame:
        return VideoFrame.from_ndarray(self._picture(int(time.monotonic() * RATE)), format="yuv420p")

    def close(self) -> None:
        self._encoder = None

    def _picture(self, count: int) -> npt.NDArray[np.uint8]:
        """A 4:2:0 picture as one array: 360 rows of luma, then the two chroma planes."""
        picture = self._card.copy()
        x, y = _bounce(count * 7, WIDTH - 64), _bounce(count * 4, 120)
        picture[110 + y : 158 + y, x : x + 64] = 235
        now = datetime.now().astimezone()
        clock = lettering(f"{now:%H:%M:%S}.{now.microsecond // 100_000}", 6)
        _write(picture, clock, 24, HEIGHT - 66, 235)
        return picture

    def _labelled(self, data: bytes) -> bytes:
        units = list(split_annex_b(data))
        after = max((i + 1 for i, unit in enumerate(units) if nal_type(unit) == NAL_PPS), default=0)
        # behind SPS and PPS: a receiver takes a key frame to begin with its SPS
        units = (
            [u for u in units[:after] if nal_type(u) != NAL_SEI]
            + [label_unit(self._label)]
            + [u for u in units[after:] if nal_type(u) != NAL_SEI]
        )
        return b"".join(_START_CODE + unit for unit in units)


def _bounce(value: int, span: int) -> int:
    folded = value % (2 * span)
    return folded if folded < span else 2 * span - folded


def _write(picture: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_], x: int, y: int, luma: int) -> None:
    mask = mask[: HEIGHT - y, : WIDTH - x]
    area = picture[y : y + mask.shape[0], x : x + mask.shape[1]]
    area[mask] = luma


def _background(label: str) -> npt.NDArray[np.uint8]:
    """Bars whose colours follow from the label, so that two rooms differ at a glance."""
    picture = np.full((HEIGHT * 3 // 2, WIDTH), 128, dtype=np.uint8)
    seed = sum(ord(sign) * 31**index for index, sign in enumerate(label)) or 7
    chroma = np.random.default_rng(seed).integers(70, 186, size=(2, 8), dtype=np.uint8)
    planes = picture[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
    for bar in range(8):
        picture[:HEIGHT, bar * 80 : bar * 80 + 80] = 60 + 12 * bar
        planes[:, :, bar * 40 : bar * 40 + 40] = chroma[:, bar, None, None]
    picture[:90] = 16
    picture[HEIGHT - 84 : HEIGHT] = 16
    planes[:, :45] = 128
    planes[:, HEIGHT // 2 - 42 :] = 128
    scale = max(2, min(8, (WIDTH - 48) // (6 * max(1, len(label)))))
    _write(picture, lettering(label, scale), 24, 18, 235)
    return picture
