"""Who may speak: given, taken back, lost with the item, kept while a room reconnects; hands in their order."""

from __future__ import annotations

import pytest

from server.receptions import effects
from server.receptions.events import HandMoved
from server.receptions.views import room_entries, stage_view
from signaling.desk_messages import CommandName, RoomPresence
from signaling.messages import LinkState
from signaling.refusals import Refused
from tests.server.receptions_live.province import (
    BAI_CHAY,
    CAI_CHIEN,
    DENUNCIATION,
    FOR_HA_TU,
    HA_TU,
    OPEN_TO_ALL,
    Scene,
)


def positions(scene: Scene) -> dict[str, int | None]:
    rooms = scene.live.around.rooms
    views = {code: stage_view(scene.live, rooms[code], scene.now) for code in (HA_TU, BAI_CHAY, CAI_CHIEN)}
    return {code: view.queue_position for code, view in views.items()}


def presence(scene: Scene, code: str) -> RoomPresence:
    return room_entries(scene.live, [code])[0].presence


@pytest.mark.parametrize(
    ("item", "room", "code"),
    [
        (None, "99999", "unknown_room"),
        (None, "22", "unknown_room"),
        (None, None, "unknown_room"),
        (None, CAI_CHIEN, "room_not_connected"),
        (FOR_HA_TU, BAI_CHAY, "room_not_in_audience"),
        (DENUNCIATION, HA_TU, "item_closed"),
    ],
)
def test_the_floor_is_refused(item: int | None, room: str | None, code: str) -> None:
    scene = Scene.opened(HA_TU, BAI_CHAY)
    if item is not None:
        scene.press(CommandName.CALL, item=item)
    assert scene.refused(CommandName.FLOOR, room=room) == code


def test_a_room_that_only_negotiated_cannot_have_the_floor_yet() -> None:
    scene = Scene.opened(HA_TU)
    scene.becomes(HA_TU, LinkState.SECURING)
    assert scene.refused(CommandName.FLOOR, room=HA_TU) == "room_not_connected"
    scene.becomes(HA_TU, LinkState.CONNECTED)
    scene.press(CommandName.FLOOR, room=HA_TU)
    assert scene.live.stage().floor == HA_TU


def test_the_floor_goes_from_room_to_room_and_back() -> None:
    scene = Scene.opened(HA_TU, BAI_CHAY)
    assert scene.refused(CommandName.TAKE_FLOOR_BACK) == "floor_empty"
    scene.press(CommandName.FLOOR, room=HA_TU)
    assert scene.press(CommandName.FLOOR, room=HA_TU) == []
    scene.press(CommandName.FLOOR, room=BAI_CHAY)
    assert [type(row) for row in scene.seen if isinstance(row, effects.FloorTaken | effects.FloorGiven)] == [
        effects.FloorTaken,
        effects.FloorGiven,
    ]
    assert presence(scene, BAI_CHAY) is RoomPresence.HAS_FLOOR
    assert presence(scene, HA_TU) is RoomPresence.RECEIVING
    scene.press(CommandName.TAKE_FLOOR_BACK)
    assert scene.live.stage().floor is None


@pytest.mark.parametrize("step", [CommandName.NEXT, CommandName.FINISH_ITEM, CommandName.CLOSE_ITEM])
def test_the_floor_goes_back_to_the_desk_when_the_item_changes(step: CommandName) -> None:
    scene = Scene.opened(HA_TU)
    scene.press(CommandName.CALL, item=OPEN_TO_ALL)
    scene.press(CommandName.FLOOR, room=HA_TU)
    scene.press(step)
    assert scene.live.stage().floor is None
    assert len(scene.effects(effects.FloorTaken)) == 1


def test_a_room_that_loses_its_link_keeps_the_floor_until_it_comes_back() -> None:
    scene = Scene.opened(HA_TU)
    scene.press(CommandName.FLOOR, room=HA_TU)
    scene.becomes(HA_TU, LinkState.CLOSED)
    assert presence(scene, HA_TU) is RoomPresence.ABSENT
    assert scene.live.stage().floor == HA_TU
    assert scene.effects(effects.TellLinkEnded)[0].rejoin  # type: ignore[union-attr]
    scene.joins(HA_TU, link="link-again")
    assert presence(scene, HA_TU) is RoomPresence.HAS_FLOOR


def test_hands_queue_in_the_order_in_which_they_were_raised() -> None:
    scene = Scene.opened(HA_TU, BAI_CHAY, CAI_CHIEN)
    for code in (CAI_CHIEN, HA_TU, BAI_CHAY):
        scene.passes(5)
        scene.hand(code)
    scene.hand(CAI_CHIEN)  # raised twice: the place is kept
    assert positions(scene) == {CAI_CHIEN: 1, HA_TU: 2, BAI_CHAY: 3}
    assert presence(scene, HA_TU) is RoomPresence.WANTS_FLOOR
    scene.press(CommandName.FLOOR, room=CAI_CHIEN)
    assert positions(scene) == {CAI_CHIEN: None, HA_TU: 1, BAI_CHAY: 2}
    scene.hand(CAI_CHIEN)  # on air: there is nothing to ask for
    assert positions(scene)[CAI_CHIEN] is None
    scene.press(CommandName.LOWER_HAND, room=HA_TU)
    assert positions(scene)[BAI_CHAY] == 1
    assert scene.press(CommandName.LOWER_HAND, room=HA_TU) == []
    scene.hand(BAI_CHAY, raised=False)
    assert positions(scene) == {CAI_CHIEN: None, HA_TU: None, BAI_CHAY: None}


def test_a_hand_is_refused_while_no_reception_is_open() -> None:
    scene = Scene.ready()
    with pytest.raises(Refused) as refused:
        scene.feed(HandMoved(HA_TU, True))
    assert refused.value.code == "no_open_reception"
