"""A clapper through the recorder in simulated time: sound and picture stay together, memory stays where it is.

Three minutes in a normal run; `make test-hours` plays three hours, and says megabytes and processor time an hour.
Clocks of RTP wrap within the first minute, and sequence numbers many times.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from recordings.segment import MIX_TITLE
from signaling.tap import TapTrack
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.test_long_recording import START_US, STEP_US, Simulated

HOURS = float(os.environ.get("TIEPDAN_HOURS", "0.05"))
SECONDS = HOURS * 3600
CLAPS = 12
CLAP_S = 1.0
DARK, BRIGHT = 60, 220
IN_SYNC_S = 0.08
MAY_GROW = 24_000_000  # bytes: the allocator's slack; a leak of one packet in a hundred would be more
WRAP_AFTER_S = 40


class Clapper(Simulated):
    """Dark and silent but for the claps. `claps`: when picture and sound of each were captured, in seconds."""

    def __init__(self, path: Path) -> None:
        quiet = tuple(sounds(hertz=1))
        programme = Programme(clip=pictures(shade=DARK), speaking={TapTrack.DESK_AUDIO: quiet})
        super().__init__(path, programme, 300 if HOURS >= 1 else 60)
        self._quiet = quiet
        self.claps: list[tuple[float, float]] = []

    def clap(self) -> None:
        self.programme.show(pictures(shade=BRIGHT))
        self.programme.speaking = {TapTrack.DESK_AUDIO: sounds(1_000)}
        assert self.programme._video_due is not None
        assert self.programme._sound_due is not None
        self.claps.append((self.programme._video_due / 1e6, self.programme._sound_due / 1e6))
        self.play(CLAP_S)
        self.programme.show(pictures(shade=DARK))
        self.programme.speaking = {TapTrack.DESK_AUDIO: self._quiet}


def start_before_the_wrap() -> int:
    """RTP's 32 bits of 90 kHz are full `WRAP_AFTER_S` after the first packet."""
    ticks = (1 << 32) - WRAP_AFTER_S * 90_000
    turn_us = (1 << 32) * 100 // 9
    return START_US - START_US % turn_us + ticks * 100 // 9


@pytest.mark.timeout(120 + SECONDS * 2)
def test_sound_and_picture_stay_together_and_memory_where_it_is(tmp_path: Path) -> None:
    simulated = Clapper(tmp_path)
    simulated.now_us = start_before_the_wrap() // STEP_US * STEP_US
    process = psutil.Process()
    cpu_s = time.process_time()
    early = 0
    between = SECONDS / CLAPS - CLAP_S
    for number in range(CLAPS):
        simulated.play(between / 2)
        simulated.clap()
        simulated.programme.video.skip = 1  # a packet lost on the way, each time
        simulated.play(between / 2)
        if number == 1:
            early = process.memory_info().rss
    grown = process.memory_info().rss - early
    cpu_s = time.process_time() - cpu_s
    manifest = simulated.seal()
    assert manifest.playable is not None
    assert manifest.seconds == pytest.approx(SECONDS, abs=2)
    megabytes = sum(segment.bytes for segment in manifest.segments) / 1e6
    print(
        f"{SECONDS:.0f} s: {megabytes / HOURS:.0f} MB an hour, {cpu_s / HOURS:.0f} s of a core an hour"
        f" with the stage's own work, memory {grown / 1e6:+.1f} MB"
    )
    assert grown < MAY_GROW
    begins = manifest.segments[0].started_epoch
    worst = 0.0
    file = simulated.folder.path / manifest.playable.file
    for picture_at, sound_at in simulated.claps:
        seen_at, heard_at = onsets(file, picture_at - begins)
        assert seen_at == pytest.approx(picture_at - begins, abs=IN_SYNC_S)
        apart = (seen_at - heard_at) - (picture_at - sound_at)
        worst = max(worst, abs(apart))
        assert abs(apart) < IN_SYNC_S, f"the clap at {picture_at - begins:.1f} s"
    print(f"sound and picture at most {worst * 1000:.0f} ms apart")


def onsets(file: Path, near_s: float) -> tuple[float, float]:
    """When it gets bright, and when it gets loud: seconds of the file, of the first in two seconds around."""
    seen = heard = None
    with av.open(str(file)) as container:
        container.seek(int(max(0.0, near_s - 2) * 1e6), backward=True)
        for frame in container.decode([container.streams.video[0], container.streams.audio[0]]):
            assert frame.time is not None
            if frame.time < near_s - 0.7:
                continue
            if isinstance(frame, av.VideoFrame):
                if seen is None and np.median(frame.to_ndarray(format="gray")[-40:]) > (DARK + BRIGHT) / 2:
                    seen = frame.time
            else:
                samples = np.abs(frame.to_ndarray().astype(float)).reshape(-1)
                peak = 0.02 if samples.max() <= 1 else 600.0
                if heard is None and samples.max() > peak * 3:
                    loud = int(np.argmax(samples > peak * 3))
                    heard = frame.time + loud / frame.sample_rate
            if seen is not None and heard is not None:
                return seen, heard
    raise AssertionError(f"no clap near {near_s:.1f} s")


def test_the_mix_is_the_track_that_is_measured(tmp_path: Path) -> None:
    """What the test above hears is what a reviewer hears: the one track of sound of the playable file."""
    simulated = Clapper(tmp_path)
    simulated.play(3)
    manifest = simulated.seal()
    assert manifest.playable is not None
    with av.open(str(simulated.folder.path / manifest.segments[0].file)) as segment:
        assert MIX_TITLE in [stream.metadata.get("title") for stream in segment.streams.audio]
    with av.open(str(simulated.folder.path / manifest.playable.file)) as playable:
        assert len(playable.streams.audio) == 1
