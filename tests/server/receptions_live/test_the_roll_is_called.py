"""Rooms say which offices are there; each item keeps who was present in it, and from when to when."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlmodel import Session, select

from server.people.audit import verify_chain
from server.people.tables import AuditEvent
from server.receptions import effects
from server.receptions.events import RollWasCalled
from server.receptions.roll_queries import ItemAttendance, item_attendance
from server.receptions.roll_tables import AttendanceConfirmation, OfficePresence
from server.receptions.tables import AgendaItem
from signaling.desk_messages import CommandName
from signaling.summons_messages import PresentOffice
from tests.server.receptions_live.conftest import ControlProcess, RoomClient
from tests.server.receptions_live.province import BAI_CHAY, DENUNCIATION, FOR_HA_TU, HA_TU, Scene
from tests.waiting import eventually

SECRETARY, CHAIR = {"office": "party_secretary"}, {"office": "committee_chair"}


async def _calls(room: RoomClient, *present: dict[str, object]) -> None:
    assert await room.call("roll_call", present=list(present)) is None


def _attendance(control: ControlProcess, position: int) -> ItemAttendance:
    def read(session: Session) -> ItemAttendance:
        return item_attendance(
            session, session.exec(select(AgendaItem).where(AgendaItem.position == position)).one()
        )

    return control.database.run_here(read)


def _present(control: ControlProcess, position: int) -> dict[str, list[tuple[str, bool, bool]]]:
    """By room: office, whether a deputy sat there, and whether it is still there."""
    return {
        each.room.code: [(office.office, office.deputy, office.last_at is None) for office in each.offices]
        for each in _attendance(control, position).rooms
    }


def _item(control: ControlProcess, position: int) -> int:
    return next(item.id for item in control.rows(AgendaItem) if item.position == position)


async def test_who_is_there_counts_for_each_item_of_the_rooms_audience(control: ControlProcess) -> None:
    console = await control.console()
    ha_tu, bai_chay = await control.room(HA_TU), await control.room(BAI_CHAY)
    await _calls(ha_tu, SECRETARY, {**CHAIR, "deputy": True})  # before the opening: roll-call comes first
    await console.pressed("open")
    await console.pressed("next")
    await _calls(bai_chay, CHAIR)
    await _calls(ha_tu, SECRETARY)  # the deputy left
    await console.pressed("next")  # only for Ha Tu
    await console.pressed("next")  # a denunciation
    await console.pressed("end", confirm=True)
    await control.written()
    assert _present(control, 1) == {
        HA_TU: [("party_secretary", False, False), ("committee_chair", True, False)],
        BAI_CHAY: [("committee_chair", False, False)],
    }
    assert _present(control, 2) == {HA_TU: [("party_secretary", False, False)]}
    assert _present(control, 3) == {}
    assert all(row.ended_at is not None for row in control.rows(OfficePresence))
    first = {office.office: office for office in _attendance(control, 1).rooms[0].offices}
    assert first["committee_chair"].last_at is not None
    assert first["party_secretary"].last_at is not None
    assert first["committee_chair"].last_at < first["party_secretary"].last_at
    assert control.database.run_here(verify_chain).whole


async def test_of_the_time_an_item_was_closed_no_room_is_counted(control: ControlProcess) -> None:
    console, room = await control.console(), await control.room(HA_TU)
    await console.pressed("open")
    await console.pressed("next")
    await console.pressed("close_item")
    await _calls(room, SECRETARY)
    await control.written()
    assert _present(control, 1) == {}
    await console.pressed("reopen_item", confirm=True)
    await control.written()
    assert _present(control, 1) == {HA_TU: [("party_secretary", False, True)]}


async def test_the_roll_proposes_whom_the_room_said_would_come_and_survives_a_restart(
    control: ControlProcess,
) -> None:
    session = await control.log_in("chutri")
    await control.post(
        session, f"/receptions/{control.reception}/summons", whom="everyone", clock="00:00", note=""
    )
    room = await control.room(HA_TU)
    await eventually(lambda: None if room.summons else "not summoned")
    told = room.summons[0]
    answer = {
        "summons": told["summons"],
        "version": told["version"],
        "answer": "coming",
        "offices": ["front_chair"],
    }
    assert await room.call("summons_answer", **answer) is None
    await eventually(
        lambda: (
            None
            if [each["code"] for each in room.roll.get("offices", []) if each["expected"]] == ["front_chair"]
            else "the roll does not propose it"
        )
    )
    assert (room.roll["called"], room.roll["present"]) == (False, [])
    await _calls(room, {"office": "front_chair", "deputy": True})
    await control.written()
    await control.stop()
    await control.start()
    again = await control.room(HA_TU)
    await eventually(lambda: None if again.roll else "no roll after the restart")
    assert (again.roll["called"], again.roll["present"]) == (True, [{"office": "front_chair", "deputy": True}])


async def test_the_clerk_enters_the_desk_changes_a_room_and_confirms(control: ControlProcess) -> None:
    console, room = await control.console(), await control.room(HA_TU)
    await console.pressed("open")
    await console.pressed("next")
    await _calls(room, SECRETARY, CHAIR)
    clerk, item = await control.log_in("thuky"), _item(control, 1)
    page = f"/receptions/{control.reception}/items/{item}/attendance"
    assert await control.post(clerk, page, room="22", office="inspectorate", deputy="inspectorate") == 303
    assert await control.post(clerk, page, room=HA_TU, office="committee_chair") == 303
    await eventually(lambda: None if len(room.roll["present"]) == 1 else "the room does not see the change")
    assert list(_present(control, 1)) == ["22", HA_TU]
    assert await control.post(clerk, page + "/confirm") == 303
    text = await control.page(clerk, page)
    assert "Đã xác nhận lúc" in text
    assert "Thanh tra tỉnh" in text
    assert "cấp phó dự thay" in text
    assert len(control.rows(AttendanceConfirmation)) == 1
    await _calls(room, SECRETARY, CHAIR)
    await control.written()
    assert "xác nhận lại" in await control.page(clerk, page)
    await eventually(lambda: None if console.rooms[HA_TU]["offices"] == 2 else "the console does not count them")


async def test_the_log_says_who_called_the_roll_and_names_nobody(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    await _calls(room, SECRETARY, {**CHAIR, "deputy": True})
    await control.written()

    def read(session: Session) -> list[tuple[str, Any]]:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "roll_called"))
        return [(event.actor, json.loads(event.detail)) for event in events]

    assert control.database.run_here(read) == [
        (
            f"room:{HA_TU}",
            {"room": HA_TU, "offices": ["party_secretary", "committee_chair"], "deputies": ["committee_chair"]},
        )
    ]


@pytest.mark.parametrize(
    "present",
    [
        [{"office": "king"}],
        [{"office": "inspectorate"}],
        [SECRETARY, SECRETARY],
        [{"office": "Nguyễn Văn A"}],
        [{"office": "party_secretary", "name": "A"}],
        "everybody",
    ],
)
async def test_a_roll_that_names_something_else_is_refused_and_changes_nothing(
    control: ControlProcess, present: object
) -> None:
    room = await control.room(HA_TU)
    await _calls(room, CHAIR)
    refusal = await room.call("roll_call", present=present)
    assert refusal["code"] == "bad_message"
    await control.written()
    assert [(row.office, row.ended_at) for row in control.rows(OfficePresence)] == [("committee_chair", None)]


async def test_who_may_not_call_the_roll_changes_nothing(control: ControlProcess) -> None:
    console = await control.console()
    await console.pressed("open")
    await console.pressed("next")
    page = f"/receptions/{control.reception}/items/{_item(control, 1)}/attendance"
    for login in ("xemlai", "quantri"):
        session = await control.log_in(login)
        assert await control.post(session, page, room=HA_TU, office="committee_chair") == 403
        assert await control.post(session, page + "/confirm") == 403
    watcher = await control.room(HA_TU, purpose="watch")
    assert (await watcher.call("roll_call", present=[CHAIR]))["code"] == "not_allowed"
    assert control.rows(OfficePresence) == []


async def test_a_room_outside_the_items_audience_is_not_entered_for_it(control: ControlProcess) -> None:
    console = await control.console()
    await console.pressed("open")
    await console.pressed("call", item=_item(control, 2))
    clerk = await control.log_in("thuky")
    page = f"/receptions/{control.reception}/items/{_item(control, 2)}/attendance"
    assert await control.post(clerk, page, room=BAI_CHAY, office="committee_chair") == 409
    assert await control.post(clerk, page, room=HA_TU, office="king") == 400
    assert control.rows(OfficePresence) == []


def test_a_roll_call_touches_neither_stage_nor_recording() -> None:
    """Rows and screens only: whatever a room says of itself, pictures go on."""
    scene = Scene.opened(HA_TU)
    for item in (FOR_HA_TU, DENUNCIATION):
        scene.press(CommandName.CALL, item=item)
        present = (PresentOffice(office="committee_chair", deputy=item == DENUNCIATION),)
        wanted = scene.live.handle(RollWasCalled(HA_TU, present, f"room:{HA_TU}"), scene.now)
        assert not [each for each in wanted if isinstance(each, effects.StageChanged | effects.RecordingChanged)]
        assert any(isinstance(each, effects.OfficeCame) for each in wanted)
