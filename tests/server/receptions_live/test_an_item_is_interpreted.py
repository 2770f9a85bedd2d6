"""Who interprets an item: named and taken back, ended with the item, and told to whom it concerns."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select

from server.people.tables import AuditEvent
from server.receptions import effects
from server.receptions.events import MediaConnected, MediaLost
from server.receptions.programme import DESK_CODE
from server.receptions.tables import Interpretation
from server.receptions.views import console_state, interpretation_view
from signaling.desk_messages import CommandName
from signaling.messages import InterpretationView
from signaling.ports import SlotSwitched
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import (
    BAI_CHAY,
    CAI_CHIEN,
    DENUNCIATION,
    FOR_HA_TU,
    HA_TU,
    NO_MEDIA_YET,
    OPEN_TO_ALL,
    Scene,
)
from tests.waiting import eventually


def interpreted(item: int = OPEN_TO_ALL, room: str = BAI_CHAY) -> Scene:
    scene = Scene.opened(HA_TU, BAI_CHAY)
    scene.press(CommandName.CALL, item=item)
    scene.press(CommandName.INTERPRETER, room=room)
    return scene


@pytest.mark.parametrize(
    ("item", "room", "code"),
    [
        (None, HA_TU, "no_open_item"),
        (OPEN_TO_ALL, "99999", "unknown_room"),
        (OPEN_TO_ALL, None, "unknown_room"),
        (OPEN_TO_ALL, CAI_CHIEN, "room_not_connected"),
        (FOR_HA_TU, BAI_CHAY, "room_not_in_audience"),
        (DENUNCIATION, HA_TU, "item_closed"),
        (DENUNCIATION, DESK_CODE, "item_closed"),
    ],
)
def test_naming_is_refused(item: int | None, room: str | None, code: str) -> None:
    scene = Scene.opened(HA_TU, BAI_CHAY)
    if item is not None:
        scene.press(CommandName.CALL, item=item)
    assert scene.refused(CommandName.INTERPRETER, room=room) == code


def test_an_interpreter_is_named_beside_the_floor_and_taken_back() -> None:
    scene = interpreted()
    assert scene.press(CommandName.INTERPRETER, room=BAI_CHAY) == []
    scene.press(CommandName.FLOOR, room=HA_TU)
    stage = scene.live.stage()
    assert (stage.floor, stage.interpreter) == (HA_TU, BAI_CHAY)
    scene.press(CommandName.TAKE_FLOOR_BACK)
    assert scene.live.stage().interpreter == BAI_CHAY
    [stage_change, *_, taken] = scene.press(CommandName.TAKE_INTERPRETER_BACK)
    assert isinstance(stage_change, effects.StageChanged), "the sound stops before anything is written"
    assert isinstance(taken, effects.InterpreterTaken)
    assert (taken.item, taken.room, taken.acted) == (OPEN_TO_ALL, BAI_CHAY, True)
    assert scene.live.stage().interpreter is None
    assert scene.refused(CommandName.TAKE_INTERPRETER_BACK) == "no_interpreter"


def test_another_interpreter_takes_the_place_of_the_first() -> None:
    scene = interpreted()
    scene.press(CommandName.INTERPRETER, room=DESK_CODE)
    assert scene.live.stage().interpreter == DESK_CODE
    assert [type(row) for row in scene.seen[-2:]] == [effects.InterpreterTaken, effects.InterpreterNamed]


def test_one_hall_cannot_speak_and_interpret_at_once() -> None:
    scene = interpreted()
    assert scene.refused(CommandName.FLOOR, room=BAI_CHAY) == "room_interprets"
    scene.press(CommandName.FLOOR, room=HA_TU)
    assert scene.refused(CommandName.INTERPRETER, room=HA_TU) == "room_has_floor"


@pytest.mark.parametrize(
    "step", [CommandName.NEXT, CommandName.FINISH_ITEM, CommandName.CLOSE_ITEM, CommandName.END]
)
def test_nobody_interprets_any_more_when_the_item_changes(step: CommandName) -> None:
    scene = interpreted()
    scene.press(step, confirm=True)
    assert scene.live.stage().interpreter is None
    assert len(scene.effects(effects.InterpreterTaken)) == 1


def test_an_item_that_is_reopened_has_no_interpreter_until_one_is_named() -> None:
    scene = interpreted()
    scene.press(CommandName.CLOSE_ITEM)
    scene.press(CommandName.REOPEN_ITEM, confirm=True)
    assert scene.live.stage().interpreter is None


def test_screens_say_whether_the_interpreter_is_heard() -> None:
    scene = interpreted()
    assert not interpretation_view(scene.live, HA_TU).heard
    scene.feed(SlotSwitched(slot="interpreter", room=BAI_CHAY))
    assert interpretation_view(scene.live, HA_TU).heard
    console = console_state(scene.live, 1, "", scene.now)
    assert console is not None
    assert console.interpreter is not None
    assert (console.interpreter.code, console.interpretation_heard) == (BAI_CHAY, True)
    scene.feed(MediaLost())
    assert not interpretation_view(scene.live, HA_TU).heard
    scene.feed(MediaConnected(NO_MEDIA_YET.model_copy(update={"slots": {"interpreter": BAI_CHAY}})))
    assert interpretation_view(scene.live, HA_TU).heard
    assert [e.stage.interpreter for e in scene.seen if isinstance(e, effects.StageChanged)] == [BAI_CHAY]


def test_a_room_outside_the_audience_is_told_of_nobody() -> None:
    scene = interpreted(FOR_HA_TU, HA_TU)
    assert interpretation_view(scene.live, HA_TU).interprets
    assert interpretation_view(scene.live, BAI_CHAY) == InterpretationView()


async def test_rooms_hear_of_the_interpreter_and_the_log_of_who_named_it(control: ControlProcess) -> None:
    ha_tu, bai_chay = await control.receiving(HA_TU), await control.receiving(BAI_CHAY)
    console = await control.console(reception=control.reception)
    await console.pressed("open", reception=control.reception)
    await console.pressed("next")
    assert "interpretation" not in ha_tu.heard, "nobody interprets, and nothing is said of it"
    await console.pressed("interpreter", room=BAI_CHAY)
    await eventually(lambda: None if bai_chay.interpretation.get("interprets") else "it was not told")
    await eventually(lambda: None if ha_tu.interpretation.get("interpreter") else "the other room was not told")
    assert ha_tu.interpretation["interprets"] is False
    assert control.media.stage is not None
    assert control.media.stage.interpreter == BAI_CHAY
    refused = await console.press("floor", room=BAI_CHAY)
    assert refused["refusal"]["code"] == "room_interprets"
    assert "phiên dịch" in refused["refusal"]["text"]
    await console.pressed("take_interpreter_back")
    await eventually(lambda: None if not bai_chay.interpretation["interprets"] else "it still interprets")
    await console.pressed("interpreter", room=BAI_CHAY)
    await console.pressed("next")  # the complaint, for Hà Tu alone
    await eventually(lambda: None if ha_tu.interpretation["interpreter"] is None else "there is still one")
    await control.written()
    spans = control.rows(Interpretation)
    assert [span.ended_at is not None for span in spans] == [True, True]
    events = control.database.run_here(
        lambda session: list(
            session.exec(
                select(AuditEvent).where(AuditEvent.action.startswith("interpreter")).order_by(AuditEvent.id)  # type: ignore[attr-defined, arg-type]
            ).all()
        )
    )
    assert [event.action for event in events] == [
        "interpreter_named",
        "interpreter_taken_back",
        "interpreter_named",
    ]
    assert {event.actor for event in events} == {spans[0].named_by}
    assert json.loads(events[0].detail) == {"room": BAI_CHAY, "item": spans[0].item_id}


async def test_a_clerk_names_no_interpreter(control: ControlProcess) -> None:
    await control.receiving(BAI_CHAY)
    host = await control.console(reception=control.reception)
    await host.pressed("open", reception=control.reception)
    await host.pressed("next")
    clerk = await control.console("thuky", reception=control.reception)
    assert (await clerk.press("interpreter", room=BAI_CHAY))["refusal"]["code"] == "not_allowed"
    assert control.media.stage is not None
    assert control.media.stage.interpreter is None
