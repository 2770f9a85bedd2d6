"""A rehearsal with the rooms that are there leaves no row, and makes way for a real reception at once."""

from __future__ import annotations

import pytest

from server.control_socket import control_socket
from server.people.tables import AuditEvent
from server.receptions.rehearsal_facts import REHEARSAL
from server.receptions.tables import Attendance, FloorGrant, Reception, ReceptionState
from signaling.desk_messages import Command, CommandName
from signaling.ports import AskStatus, BeginRehearsal, ReceptionStatus, RunCommand
from signaling.refusals import RefusalCode, Refused
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually


def pressed(name: CommandName, room: str | None = None) -> RunCommand:
    return RunCommand(command=Command(name=name, reception=REHEARSAL, room=room, confirm=True))


async def test_it_is_seen_by_rooms_and_by_no_table(control: ControlProcess) -> None:
    host = await control.console()
    speaker, listener = await control.receiving(HA_TU), await control.receiving(BAI_CHAY)
    async with control_socket(control.settings.run_directory) as desk:
        await desk.request(BeginRehearsal())
        await eventually(lambda: None if listener.view.get("reception_state") == "open" else str(listener.view))
        assert "Tổng duyệt" in listener.view["reception_title"]
        await desk.request(pressed(CommandName.FLOOR, HA_TU))
        await eventually(lambda: None if speaker.view["has_floor"] else str(speaker.view))
        await eventually(
            lambda: None if control.media.stage and control.media.stage.floor == HA_TU else "no stage"
        )
        assert control.media.stage is not None
        assert (control.media.stage.live, control.media.stage.record) == (True, False)
        assert await listener.call("hand", raised=True) is None
        assert (await listener.call("roll_call", present=[]))["code"] == "no_open_reception"
        status = await desk.request(AskStatus())
        assert isinstance(status, ReceptionStatus)
        assert status.rehearsed
        await eventually(lambda: None if host.state.get("reception_id") == REHEARSAL else str(host.state))
        assert host.state["recording"]["state"] == "none"
        await desk.request(pressed(CommandName.END))
    await eventually(
        lambda: None if host.state["reception_id"] == control.reception else "the console does not come back"
    )
    await control.written()
    (reception,) = control.rows(Reception)
    assert reception.state == ReceptionState.PLANNED
    assert not [*control.rows(Attendance), *control.rows(FloorGrant)]
    assert not control.recorder.wanted
    assert [(row.actor, row.action) for row in control.rows(AuditEvent)][-1] == ("system", "rehearsal_begun")


async def test_a_real_reception_ends_it_and_is_not_touched_by_it(control: ControlProcess) -> None:
    host = await control.console()
    room = await control.receiving(HA_TU)
    async with control_socket(control.settings.run_directory) as desk:
        await desk.request(BeginRehearsal())
        await desk.request(pressed(CommandName.FLOOR, HA_TU))
        await host.pressed("open", reception=control.reception)
        await eventually(lambda: None if room.view["reception_id"] == control.reception else str(room.view))
        assert not room.view["has_floor"]
        for command in (pressed(CommandName.FLOOR, HA_TU), pressed(CommandName.END)):
            with pytest.raises(Refused) as refused:
                await desk.request(command)
            assert refused.value.code is RefusalCode.NO_OPEN_RECEPTION
        with pytest.raises(Refused) as refused:
            await desk.request(BeginRehearsal())
        assert refused.value.code is RefusalCode.RECEPTION_ALREADY_OPEN
    await control.written()
    (reception,) = control.rows(Reception)
    assert reception.state == ReceptionState.OPEN, "the conversation that began the rehearsal is over"
    assert not control.rows(FloorGrant)
    assert control.media.stage is not None
    assert control.media.stage.record


async def test_it_ends_with_whoever_began_it(control: ControlProcess) -> None:
    room = await control.receiving(HA_TU)
    async with control_socket(control.settings.run_directory) as desk:
        await desk.request(BeginRehearsal())
        await eventually(lambda: None if room.view.get("reception_state") == "open" else str(room.view))
    await eventually(lambda: None if room.view["reception_state"] == "planned" else str(room.view))
    assert control.media.stage is not None
    assert not control.media.stage.live
