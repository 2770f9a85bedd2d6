"""The desk sends 1.5 Mbit/s, and the line carries less: sound is never given up before the picture."""

from __future__ import annotations

import pytest

from tests.lines.scene import Scene

GIVES_WAY_WITHIN_S = 3  # the server learns of it from reports that come once a second


@pytest.mark.parametrize("preset", ["500-kbit", "150-kbit"])
async def test_sound_stays_whole(scene: Scene, preset: str) -> None:
    await scene.the_room_receives()
    scene.the_line_becomes(preset)
    await scene.over(GIVES_WAY_WITHIN_S)
    seen = await scene.over(6)
    assert seen.missing_sound_s < 0.3
    assert seen.joins == 0
    scene.the_line_becomes("good-line")
