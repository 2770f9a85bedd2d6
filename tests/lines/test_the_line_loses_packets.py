"""The line loses some of what it carries; what is lost is asked for and sent again."""

from __future__ import annotations

import pytest

from tests.lines.scene import Scene


@pytest.mark.parametrize(("preset", "share"), [("loss-2", 0.02), ("loss-5", 0.05)])
async def test_what_the_line_loses_is_repaired(scene: Scene, preset: str, share: float) -> None:
    await scene.the_room_receives()
    scene.the_line_becomes(preset)
    seen = await scene.over(10)
    assert seen.lost_by_line / seen.offered_to_line == pytest.approx(share, abs=share / 2)
    assert seen.frozen_s < 1
    assert seen.missing_sound_s <= share * seen.seconds + 0.1
    assert seen.joins == 0
