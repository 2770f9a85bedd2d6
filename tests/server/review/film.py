"""A short playable file as the recorder makes them: H.264 with a key frame a second, and a tone in mono Opus."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

WIDTH, HEIGHT, PICTURES = 160, 90, 10  # a second


def write_film(path: Path, seconds: int, hertz: Callable[[float], float] = lambda _second: 440.0) -> Path:
    """The picture's brightness rises with time, so that it can be told where a picture is from. `hertz`: of the
    sound at a second; 0 is silence."""
    with av.open(str(path), "w", format="mp4") as out:
        video: Any = out.add_stream("libx264", rate=PICTURES)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.codec_context.time_base = Fraction(1, PICTURES)
        video.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(PICTURES), "bf": "0"}
        audio: Any = out.add_stream("libopus", rate=48_000)
        audio.layout = "mono"
        for number in range(seconds * PICTURES):
            shade = 20 + 200 * number // (seconds * PICTURES)
            frame = av.VideoFrame.from_ndarray(np.full((HEIGHT, WIDTH, 3), shade, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, PICTURES)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        for number in range(seconds * 50):
            phase = 2 * np.pi * hertz(number / 50) * (np.arange(960) + number * 960) / 48_000
            tone = (np.sin(phase) * 8000).astype(np.int16).reshape(1, -1)
            sound = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
            sound.sample_rate, sound.pts, sound.time_base = 48_000, number * 960, Fraction(1, 48_000)
            out.mux(audio.encode(sound))
        out.mux(audio.encode(None))
    return path


def pictures_of(path: Path) -> list[float]:
    """When each picture begins."""
    with av.open(str(path)) as opened:
        return [float(frame.time or 0) for frame in opened.decode(video=0)]


def loudness_of(path: Path) -> list[tuple[float, float]]:
    """When each piece of sound begins, and its highest sample."""
    with av.open(str(path)) as opened:
        return [(float(f.time or 0), float(np.abs(f.to_ndarray()).max())) for f in opened.decode(audio=0)]
