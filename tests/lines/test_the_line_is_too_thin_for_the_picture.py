"""The desk sends 1.5 Mbit/s, and the line carries less: sound is never given up before the picture.

A film has one layer, so a trial of it is many times what the line carries: each costs a second or two of sound
until it is given up. The first one comes after five seconds, the next ones ever more seldom.
"""

from __future__ import annotations

import pytest

from tests.lines.scene import Scene

ONE_TRIAL_S = 2.5  # until it is noticed, and until the queue of the line is empty again
GIVES_WAY_WITHIN_S = 3  # the server learns of it from reports that come once a second


@pytest.mark.parametrize("preset", ["500-kbit", "150-kbit"])
async def test_sound_stays_whole(scene: Scene, preset: str) -> None:
    await scene.the_room_receives()
    scene.the_line_becomes(preset)
    await scene.over(GIVES_WAY_WITHIN_S)
    seen = await scene.over(6)
    assert seen.missing_sound_s < ONE_TRIAL_S
    assert seen.joins == 0
    scene.the_line_becomes("good-line")
