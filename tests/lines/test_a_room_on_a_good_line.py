"""Nothing is wrong with the line, and nothing is wrong on the screen."""

from __future__ import annotations

from tests.lines.scene import Scene


async def test_on_a_good_lan_nothing_freezes_and_nothing_is_missing(scene: Scene) -> None:
    scene.the_line_becomes("good-lan")
    await scene.the_room_receives()
    seen = await scene.over(5)
    assert seen.lost_by_line == 0
    assert seen.frozen_s == 0
    assert seen.missing_sound_s < 0.1
    assert seen.pictures >= 70


async def test_far_away_everything_comes_later_and_nothing_is_missing(scene: Scene) -> None:
    scene.the_line_becomes("far-away")
    await scene.the_room_receives()
    seen = await scene.over(5)
    assert seen.frozen_s == 0
    assert seen.missing_sound_s < 0.1
    assert seen.pictures >= 70
