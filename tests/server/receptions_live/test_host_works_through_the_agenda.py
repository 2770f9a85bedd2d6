"""The desk's buttons in the order a session uses them, and every refusal of a button pressed too early."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.receptions import effects
from server.receptions.events import CommandGiven
from server.receptions.tables import ReceptionState
from signaling.desk_messages import Command, CommandName
from signaling.refusals import Refused
from tests.server.receptions_live.province import (
    BAI_CHAY,
    CAI_CHIEN,
    CONFIDENTIAL,
    DENUNCIATION,
    FOR_HA_TU,
    HA_TU,
    OPEN_TO_ALL,
    PLAN,
    Scene,
)

NEVER_BEFORE_OPENING = [name for name in CommandName if name is not CommandName.OPEN]


@pytest.mark.parametrize("name", NEVER_BEFORE_OPENING)
def test_every_button_but_open_is_refused_before_the_opening(name: CommandName) -> None:
    assert Scene.ready().refused(name, room=HA_TU, item=OPEN_TO_ALL, confirm=True) == "no_open_reception"


def test_before_the_opening_nothing_is_on_the_stage() -> None:
    stage = Scene.ready().live.stage()
    assert (stage.live, stage.record) == (False, False)


def test_between_items_the_stage_is_open_to_all_and_recorded() -> None:
    scene = Scene.opened(HA_TU)
    stage = scene.live.stage()
    assert (stage.live, stage.closed, stage.audience, stage.record) == (True, False, None, True)
    recording = scene.live.recording()
    assert recording is not None
    assert recording.state == "recording"


def test_pictures_are_switched_before_screens_and_screens_before_rows() -> None:
    scene = Scene.opened(HA_TU)
    scene.press(CommandName.NEXT)
    kinds = [type(effect) for effect in scene.seen]
    assert kinds == [
        effects.StageChanged,
        effects.RecordingChanged,
        effects.RoomsToTell,
        effects.ConsoleToTell,
        effects.ItemCalled,
    ]


def test_next_goes_through_the_waiting_items_and_then_refuses() -> None:
    scene = Scene.opened()
    called = []
    for _ in range(4):
        scene.press(CommandName.NEXT)
        called.append(scene.live.agenda.present.facts.id)  # type: ignore[union-attr]
    assert called == [OPEN_TO_ALL, FOR_HA_TU, DENUNCIATION, CONFIDENTIAL]
    assert scene.refused(CommandName.NEXT) == "no_next_item"
    assert scene.live.agenda.present is not None  # the last one is still being heard
    scene.press(CommandName.FINISH_ITEM)
    assert scene.live.stage().audience is None
    assert scene.refused(CommandName.FINISH_ITEM) == "no_open_item"


def test_an_item_is_called_out_of_order_and_heard_again() -> None:
    scene = Scene.opened()
    scene.press(CommandName.CALL, item=FOR_HA_TU)
    assert scene.live.stage().audience == (HA_TU,)
    scene.press(CommandName.NEXT)
    assert scene.live.agenda.present.facts.id == OPEN_TO_ALL  # type: ignore[union-attr]
    scene.press(CommandName.CALL, item=FOR_HA_TU)
    recording = scene.live.recording()
    assert recording is not None
    assert [mark.item for mark in recording.chapters] == [FOR_HA_TU, OPEN_TO_ALL, FOR_HA_TU]
    assert scene.press(CommandName.CALL, item=FOR_HA_TU) == []
    assert scene.refused(CommandName.CALL, item=99) == "unknown_item"
    assert scene.refused(CommandName.CALL) == "unknown_item"


def test_a_confidential_petition_planned_for_all_goes_only_to_its_own_rooms() -> None:
    scene = Scene.opened()
    scene.press(CommandName.CALL, item=CONFIDENTIAL)
    assert scene.live.stage().audience == (CAI_CHIEN,)


def test_a_second_reception_cannot_be_opened() -> None:
    scene = Scene.opened()
    assert scene.refused(CommandName.OPEN) == "reception_already_open"


def test_ending_needs_to_be_confirmed_and_closes_everything() -> None:
    scene = Scene.opened(HA_TU, BAI_CHAY)
    scene.press(CommandName.NEXT)
    scene.press(CommandName.FLOOR, room=HA_TU)
    scene.hand(BAI_CHAY)
    assert scene.refused(CommandName.END) == "confirmation_needed"
    scene.passes(60)
    scene.press(CommandName.END, confirm=True)
    assert not scene.live.stage().live
    assert scene.live.floor is None
    assert not scene.live.hands
    told = scene.effects(effects.RecordingChanged)
    assert [effect.recording.state for effect in told] == ["ended"]  # type: ignore[union-attr]
    ended = {effect.presence for effect in scene.effects(effects.PresenceEnded)}  # type: ignore[union-attr]
    assert ended == {"connected", "receiving", "on_floor"}
    assert [type(effect) for effect in scene.seen][-1] is effects.ReceptionEnded
    assert scene.refused(CommandName.NEXT) == "no_open_reception"


@pytest.mark.parametrize(
    ("state", "code"),
    [("ended", "reception_ended"), ("cancelled", "reception_ended"), ("open", "reception_already_open")],
)
def test_only_a_planned_reception_can_be_opened(state: str, code: str) -> None:
    scene = Scene.ready()
    for plan, expected in ((replace(PLAN, state=ReceptionState(state)), code), (None, "unknown_reception")):
        with pytest.raises(Refused) as refused:
            scene.feed(CommandGiven(Command(name=CommandName.OPEN), "account:1", plan))
        assert refused.value.code == expected
