"""Isolated sources beside a recording that `recorded` made: real pictures, each of an even ground of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av

from recordings.manifest import Manifest
from recordings.store import Folder
from signaling.tap import TapTrack
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.test_isolated_strands import Simulated

DESK, FLOOR = 120, 170  # shades of grey
Spans = Sequence[tuple[float, float]]


def isolate(folder: Path, clock_s: float, floor: tuple[float, float]) -> Manifest:
    """The desk was there all the time, a room from one second of the clock to another one."""
    manifest = Folder(folder).load()
    assert manifest is not None
    programme = Programme(speaking={TapTrack.DESK_AUDIO: sounds(440)})
    programme.show_isolated(TapTrack.DESK_VIDEO, pictures(shade=DESK))
    simulated = Simulated(folder, programme, started_us=round(manifest.segments[0].started_epoch * 1e6))
    simulated.play(floor[0])
    programme.show_isolated(TapTrack.FLOOR_VIDEO, pictures(shade=FLOOR))
    simulated.play(floor[1] - floor[0])
    programme.show_isolated(TapTrack.FLOOR_VIDEO, ())
    simulated.play(clock_s - floor[1])
    simulated.recording.end(simulated.now_us, "")
    (folder / "isolated.json").unlink()
    manifest.isolated = [source for source in simulated.journal.sources if source.segments]
    Folder(folder).save(manifest)
    return manifest


def shown(path: Path) -> list[tuple[float, int]]:
    """Of each picture when it begins, and how bright its ground is, in steps of ten."""
    with av.open(str(path)) as opened:
        found = []
        for frame in opened.decode(video=0):
            ground = frame.to_ndarray()[frame.height - 40 : frame.height]
            found.append((float(frame.time or 0), round(float(ground.mean()) / 10) * 10))
        return found
