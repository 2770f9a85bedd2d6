"""What is in a file, as another program than the recorder's own code sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np


@dataclass
class Probed:
    video_times: list[float]
    sizes: list[tuple[int, int]]
    shades: list[int]
    sound: np.ndarray
    sound_starts: float
    chapters: list[tuple[float, float, str]]
    seconds: float


def probe(path: Path, sound: int = 0) -> Probed:
    """Decodes everything; raises what PyAV raises for a file that is not whole."""
    times, sizes, shades, samples = [], [], [], []
    starts = 0.0
    with av.open(str(path)) as container:
        chapters = [
            (float(c["start"] * c["time_base"]), float(c["end"] * c["time_base"]), c["metadata"].get("title", ""))
            for c in container.chapters()
        ]
        streams = [*container.streams.video[:1], container.streams.audio[sound]]
        for frame in container.decode(streams):
            if isinstance(frame, av.VideoFrame):
                times.append(float(frame.time))
                sizes.append((frame.width, frame.height))
                shades.append(int(np.median(frame.to_ndarray(format="gray")[-40:])))
            else:
                if not samples:
                    starts = float(frame.time)
                samples.append(
                    frame.to_ndarray().reshape(frame.layout.nb_channels, -1, order="F")[0].astype(float)
                )
        seconds = container.duration / 1e6 if container.duration else 0.0
    sound_samples = np.concatenate(samples) if samples else np.zeros(0)
    return Probed(times, sizes, shades, sound_samples, starts, chapters, seconds)


def tone(samples: np.ndarray, hertz: int) -> float:
    """Share of the loudest other frequency's strength; far above 1 where the tone is in it."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    index = round(hertz * len(samples) / 48_000)
    near = spectrum[index - 3 : index + 4].max()
    return float(near / (np.median(spectrum) + 1e-9))
