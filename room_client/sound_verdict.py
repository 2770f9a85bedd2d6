"""Whether a microphone gives sound, judged by two seconds of it: as the room's page does (preflight/sound.js)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from room_client.sources.ear import Samples
from room_client.sources.encoders import OPUS_RATE_HZ
from signaling.sound_level import DEAD_DB

CLIPPED = 0.98  # of full scale
CLIPPED_PART = 0.001  # a single click is no fault
HUM_HZ = (50, 100, 150, 200)  # of Viet Nam's mains, and what rectifiers make of it
HUM_PART = 0.5  # of all that is heard
HUM_DB = -60.0  # a hum that nobody hears is none
_TENTH = OPUS_RATE_HZ // 10


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Literal["good", "dead", "clipped", "hum"]
    level_db: float


def judge_sound(heard: Samples) -> Verdict | None:
    """None: less than a second of it."""
    if len(heard) < OPUS_RATE_HZ:
        return None
    scaled = heard / 32_768
    samples = scaled - scaled.mean()
    power = float(np.mean(samples**2))
    level_db = 10 * math.log10(power + 1e-12)
    if level_db < DEAD_DB:
        return Verdict("dead", level_db)
    if float(np.mean(np.abs(scaled) >= CLIPPED)) > CLIPPED_PART:
        return Verdict("clipped", level_db)
    hum = sum(_power_at(samples, hz) for hz in HUM_HZ)
    if hum > HUM_PART * power and 10 * math.log10(hum) > HUM_DB:
        return Verdict("hum", level_db)
    return Verdict("good", level_db)


def _power_at(samples: np.ndarray[tuple[int], np.dtype[np.float64]], hz: int) -> float:
    """The power of the tone of `hz` in it, over whole tenths of a second, so that the mains' own tones fit."""
    length = len(samples) // _TENTH * _TENTH
    turns = np.exp(-2j * np.pi * hz * np.arange(length) / OPUS_RATE_HZ)
    return 2 * abs(complex(samples[:length] @ turns) / length) ** 2
