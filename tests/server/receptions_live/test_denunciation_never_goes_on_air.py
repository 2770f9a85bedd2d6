"""A closed item gives the rooms nothing, and a denunciation can never be opened, however it is tried."""

from __future__ import annotations

from dataclasses import replace

from server.petitions.tables import PetitionKind
from server.receptions.events import PlanRead
from server.receptions.programme import Restored
from server.receptions.views import console_state, stage_view
from signaling.desk_messages import CommandName
from tests.server.receptions_live.province import (
    AGENDA,
    BAI_CHAY,
    DENUNCIATION,
    FOR_HA_TU,
    HA_TU,
    OPEN_TO_ALL,
    PLAN,
    ROOMS,
    Scene,
)


def shown_to(scene: Scene, code: str) -> str:
    view = stage_view(scene.live, scene.live.around.rooms[code], scene.now)
    return view.model_dump_json()


def test_a_denunciation_opens_closed_and_stays_closed() -> None:
    scene = Scene.opened(HA_TU)
    scene.press(CommandName.CALL, item=DENUNCIATION)
    stage = scene.live.stage()
    assert (stage.live, stage.closed, stage.audience, stage.record) == (True, True, (), False)
    recording = scene.live.recording()
    assert recording is not None
    assert (recording.state, recording.reason) == ("paused", "closed item")
    assert scene.refused(CommandName.REOPEN_ITEM) == "item_stays_closed"
    assert scene.refused(CommandName.REOPEN_ITEM, confirm=True) == "item_stays_closed"
    assert scene.refused(CommandName.FLOOR, room=HA_TU) == "item_closed"


def test_of_a_closed_item_screens_learn_only_its_position() -> None:
    scene = Scene.opened(HA_TU)
    scene.press(CommandName.CALL, item=DENUNCIATION)
    for code in ("22", HA_TU, BAI_CHAY):
        view = stage_view(scene.live, scene.live.around.rooms[code], scene.now)
        assert view.item is not None
        assert view.item.model_dump() == {
            "position": 3, "closed": True, "kind": "", "title": "", "petition_code": "",
        }  # fmt: skip
        assert "KN-0013" not in shown_to(scene, code)
    recording = scene.live.recording()
    assert recording is not None
    assert recording.chapters[-1].petitions == ()
    assert recording.chapters[-1].closed


def test_a_room_outside_the_audience_learns_neither_what_nor_who_speaks() -> None:
    scene = Scene.opened(HA_TU, BAI_CHAY)
    scene.press(CommandName.CALL, item=FOR_HA_TU)
    scene.press(CommandName.FLOOR, room=HA_TU)
    inside = stage_view(scene.live, scene.live.around.rooms[HA_TU], scene.now)
    outside = stage_view(scene.live, scene.live.around.rooms[BAI_CHAY], scene.now)
    assert inside.in_audience
    assert inside.has_floor
    assert inside.item is not None
    assert inside.item.petition_code == "KN-0012"
    assert not outside.in_audience
    assert outside.floor is None
    assert "KN-0012" not in outside.model_dump_json()
    assert "Nội dung" not in outside.model_dump_json()


def test_closing_an_open_item_stops_everything_at_once() -> None:
    scene = Scene.opened(HA_TU)
    scene.press(CommandName.CALL, item=OPEN_TO_ALL)
    scene.press(CommandName.FLOOR, room=HA_TU)
    scene.passes(30)
    scene.press(CommandName.CLOSE_ITEM, reason="tố cáo phát sinh")
    assert scene.live.floor is None
    assert scene.live.stage().audience == ()
    assert scene.press(CommandName.CLOSE_ITEM) == []  # pressed twice in a panic
    assert [(span.closed, span.ended_at is None) for span in scene.live.agenda.hearings] == [
        (False, False),
        (True, True),
    ]


def test_reopening_an_ordinary_item_needs_to_be_confirmed() -> None:
    scene = Scene.opened(HA_TU)
    scene.press(CommandName.CALL, item=OPEN_TO_ALL)
    assert scene.press(CommandName.REOPEN_ITEM, confirm=True) == []
    scene.press(CommandName.CLOSE_ITEM)
    assert scene.refused(CommandName.REOPEN_ITEM) == "confirmation_needed"
    scene.press(CommandName.REOPEN_ITEM, confirm=True)
    stage = scene.live.stage()
    assert (stage.closed, stage.audience, stage.record) == (False, None, True)


def test_an_item_closed_live_and_heard_again_opens_closed() -> None:
    scene = Scene.opened()
    scene.press(CommandName.CALL, item=OPEN_TO_ALL)
    scene.press(CommandName.CLOSE_ITEM)
    scene.press(CommandName.FINISH_ITEM)
    assert not scene.live.stage().closed
    scene.press(CommandName.CALL, item=OPEN_TO_ALL)
    assert scene.live.stage().closed


def test_an_item_that_becomes_a_denunciation_while_it_is_heard_is_closed_at_once() -> None:
    scene = Scene.opened(HA_TU)
    scene.press(CommandName.CALL, item=OPEN_TO_ALL)
    changed = tuple(
        replace(one, kinds=(PetitionKind.DENUNCIATION,)) if one.id == OPEN_TO_ALL else one for one in AGENDA
    )
    scene.feed(PlanRead(Restored(rooms=ROOMS, reception=replace(PLAN, items=changed))))
    assert scene.live.stage().closed
    assert scene.refused(CommandName.REOPEN_ITEM, confirm=True) == "item_stays_closed"


def test_the_console_names_the_audience_of_each_item() -> None:
    state = console_state(Scene.opened().live, consoles=1, alarm="", now=PLAN.planned_at)
    assert state is not None
    assert [(entry.audience, entry.audience_size) for entry in state.agenda] == [
        ("all", 3),
        ("rooms", 1),
        ("closed", 0),
        ("rooms", 1),
    ]
