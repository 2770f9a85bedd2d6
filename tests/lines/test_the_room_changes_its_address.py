"""The room's packets come from elsewhere in the middle of it: another binding of its router, or another Wi-Fi."""

from __future__ import annotations

from tests.lines.scene import Scene

NOTICED_WITHIN_S = 4.0  # by the checks of consent that the room sends, and by its own silence
PICTURE_WITHIN_S = 8.0  # what was lost meanwhile looks like a thin line at first: sound only, then the picture


async def test_its_router_binds_it_anew_and_it_notices_nothing(scene: Scene) -> None:
    await scene.the_room_receives()
    scene.the_router_binds_the_room_anew()
    try:
        await it_goes_on(scene)
    finally:
        scene.joined.router_forgets()


async def test_it_goes_on_from_another_address(scene: Scene) -> None:
    await scene.the_room_receives()
    scene.the_room_gets_another_address()
    try:
        await it_goes_on(scene)
    finally:
        scene.the_room_gets_its_address_back()


async def it_goes_on(scene: Scene) -> None:
    await scene.over(NOTICED_WITHIN_S)
    after = await scene.over(2)
    assert after.missing_sound_s < 0.1
    await scene.the_picture_is_whole_again(within_s=PICTURE_WITHIN_S)
    assert scene.room.seen().joins == 1
