"""The desk sends 1.5 Mbit/s, and the line carries less: sound is never given up before the picture."""

from __future__ import annotations

import pytest

from server.bench.line.presets import PRESETS
from tests.lines.scene import Scene

GIVES_WAY_WITHIN_S = 6.0  # the server learns of it from reports that come once a second, and its word waits, too
SOUND_BPS = 60e3


@pytest.mark.parametrize("preset", ["500-kbit", "150-kbit"])
async def test_sound_stays_whole(scene: Scene, preset: str) -> None:
    await scene.the_room_receives()
    scene.the_line_becomes(preset)
    await scene.the_picture_is_given_up(GIVES_WAY_WITHIN_S)
    await scene.over(_until_the_queue_is_empty_s(preset))
    seen = await scene.over(6)
    assert seen.missing_sound_s < 0.3
    assert seen.joins == 0
    scene.the_line_becomes("good-line")


def _until_the_queue_is_empty_s(preset: str) -> float:
    """What waits there when the last of the picture is sent goes out beside sound that still comes in."""
    down = PRESETS[preset].phases[0].down
    assert down.rate_bps is not None
    return down.queue_bytes * 8 / (down.rate_bps - SOUND_BPS)
