"""Somebody pulls the cable, and puts it back."""

from __future__ import annotations

from tests.lines.scene import Scene

DARK_S, BACK_WITHIN_S = 6.0, 2.0


async def test_the_cable_is_out_for_six_seconds(scene: Scene) -> None:
    await scene.the_room_receives()
    scene.the_line_goes_dark_for(DARK_S)
    dark = await scene.over(DARK_S)
    assert dark.lost_by_line > 0
    assert dark.frozen_s > DARK_S - 1
    await scene.sound_is_there(within_s=BACK_WITHIN_S)
    await scene.over(BACK_WITHIN_S)
    after = await scene.over(2)
    assert after.frozen_s == 0
    assert after.missing_sound_s < 0.1
    assert scene.room.seen().joins == 1
