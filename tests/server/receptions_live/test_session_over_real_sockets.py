"""A session from the opening to the sealed recording, with rooms and a console on real sockets."""

from __future__ import annotations

import asyncio
import json

import pytest
import socketio
from sqlmodel import select

from server.people.audit import verify_chain
from server.people.tables import AuditEvent
from server.receptions.tables import (
    AgendaItem,
    Attendance,
    Chapter,
    FloorGrant,
    Hearing,
    Reception,
    Recording,
)
from signaling.ports import ChapterSpan, RecordingGrew, RecordingSealed
from signaling.refusals import RefusalCode
from tests.server.receptions_live.conftest import ControlProcess, RoomClient
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually


def shows(room: RoomClient, **wanted: object) -> object:
    seen = {name: room.view.get(name) for name in wanted}
    return None if seen == wanted else f"screen shows {seen}"


async def test_a_session_from_opening_to_sealing(control: ControlProcess) -> None:
    ha_tu = await control.receiving(HA_TU)
    bai_chay = await control.receiving(BAI_CHAY)
    console = await control.console(reception=control.reception)
    await eventually(lambda: None if len(console.rooms) == 3 else f"console shows {len(console.rooms)} rooms")
    await eventually(lambda: None if console.state.get("state") == "planned" else "console shows nothing")
    assert ha_tu.view["reception_state"] == "planned"

    await console.pressed("open", reception=control.reception)
    await eventually(lambda: shows(ha_tu, reception_state="open", in_audience=True))
    await eventually(lambda: None if control.recorder.last else "recorder heard nothing")
    assert control.recorder.last is not None
    folder = control.recorder.last.recording
    control.recorder.send(
        RecordingGrew(recording=folder, state="recording", bytes=5, seconds=1.0, growing=True, segments=1)
    )
    await eventually(lambda: shows(ha_tu, recording=True))
    await eventually(lambda: None if console.state["recording"]["growing"] else "no red light")

    await ha_tu.call("hand", raised=True)
    await eventually(lambda: shows(ha_tu, hand_raised=True, queue_position=1))
    await console.pressed("floor", room=HA_TU)
    await eventually(lambda: shows(ha_tu, has_floor=True, hand_raised=False))
    assert control.media.stage is not None
    assert control.media.stage.floor == HA_TU
    await eventually(lambda: None if console.rooms[HA_TU]["presence"] == "has_floor" else "list is behind")

    await console.pressed("next")
    await console.pressed("next")  # the complaint, for Hà Tu alone
    await eventually(lambda: shows(bai_chay, in_audience=False, floor=None))
    await eventually(lambda: shows(ha_tu, in_audience=True, has_floor=False))
    assert ha_tu.view["item"]["petition_code"] == "KN-0002"
    assert bai_chay.view["item"]["petition_code"] == ""
    assert control.media.stage.audience == (HA_TU,)

    await console.pressed("next")  # the denunciation
    await eventually(lambda: shows(ha_tu, in_audience=False))
    assert control.media.stage.closed
    assert control.recorder.last.state == "paused"
    refused = await console.press("reopen_item", confirm=True)
    assert refused["refusal"]["code"] == "item_stays_closed"
    assert "tố cáo" in refused["refusal"]["text"]

    unconfirmed = (await console.press("end"))["refusal"]
    assert unconfirmed["code"] == "confirmation_needed"
    assert unconfirmed["allowed"] == "confirm=true"
    assert unconfirmed["text"].endswith("Hãy làm lại và xác nhận.")
    await console.pressed("end", confirm=True)
    await eventually(lambda: shows(ha_tu, reception_state="ended", in_audience=False))
    assert control.recorder.last.state == "ended"
    marks = control.recorder.last.chapters
    assert [mark.label for mark in marks] == ["1. Kiến nghị KN-0001", "2. Khiếu nại KN-0002", "3. Mục kín"]
    control.recorder.send(
        RecordingSealed(
            recording=folder, reception=control.reception, file="reception.mp4", media_type="video/mp4",
            started_at=1.0, seconds=20.0, bytes=900, video_frames=300, audio_seconds=19.0, segments=1, gaps=1,
            chapters=tuple(
                ChapterSpan(item=mark.item, position=mark.position, starts_s=0.0, ends_s=9.0) for mark in marks[:2]
            ),
        )
    )  # fmt: skip
    await eventually(lambda: None if control.conductor.live.unsealed == {} else "not sealed")
    await control.written()
    assert control.rows(Reception)[0].state == "ended"
    assert [item.state for item in control.rows(AgendaItem)] == ["done"] * 3
    assert [hearing.closed for hearing in control.rows(Hearing)] == [False, False, True]
    assert all(row.ended_at is not None for row in control.rows(Hearing) + control.rows(FloorGrant))
    attendance = control.rows(Attendance)
    assert {row.presence for row in attendance} == {"connected", "receiving", "on_floor"}
    assert all(row.ended_at is not None for row in attendance)
    assert control.rows(Recording)[0].state == "sealed"
    assert len(control.rows(Chapter)) == 2
    assert control.database.run_here(verify_chain).whole
    actions = control.database.run_here(
        lambda session: list(session.exec(select(AuditEvent.action).order_by(AuditEvent.id)).all())  # type: ignore[arg-type]
    )
    assert {"reception_opened", "item_called", "floor_given", "hand_raised", "reception_ended"} <= set(actions)


async def test_a_wrong_key_is_refused_in_words(control: ControlProcess) -> None:
    other = "b" if control.key(HA_TU).endswith("a") else "a"
    for key in ("", "nonsense", control.key(HA_TU)[:-1] + other, control.key(HA_TU).replace("-1-", "-2-")):
        room = RoomClient()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await room.client.connect(
                control.address, namespaces=["/room"], auth={"key": key}, transports=["websocket"]
            )
        assert room.refused["message"] == "bad_key"
        assert "địa chỉ" in room.refused["data"]["text"].lower()
        await room.client.disconnect()


async def test_a_room_key_does_not_open_the_desk(control: ControlProcess) -> None:
    for code, purpose in ((HA_TU, "desk"), ("22", "room")):
        room = RoomClient()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await room.client.connect(
                control.address,
                namespaces=["/room"],
                auth={"key": control.key(code), "purpose": purpose},
                transports=["websocket"],
            )
        assert room.refused["message"] == "not_allowed"
        await room.client.disconnect()


async def test_a_room_opened_twice_keeps_the_newer_screen(control: ControlProcess) -> None:
    first = await control.receiving(HA_TU)
    second = await control.receiving(HA_TU)
    await eventually(lambda: None if first.ended else "the first screen heard nothing")
    assert first.ended[0]["refusal"]["code"] == "replaced"
    assert first.ended[0]["refusal"]["text"]
    assert first.ended[0]["rejoin"] is False
    await eventually(lambda: "still connected" if first.client.connected else None)
    assert second.client.connected
    assert [link.room for link in control.media.links.values()] == [HA_TU]


async def test_malformed_messages_are_refused_and_the_connection_goes_on(control: ControlProcess) -> None:
    room = await control.receiving(HA_TU)
    for event, data in (
        ("hand", {"raised": "perhaps"}),
        ("hand", {"raised": True, "more": 1}),
        ("hand", ["raised"]),
        ("received", {"video_packets": -1, "audio_packets": 0, "lost_packets": 0, "frames": 0}),
        ("take_over", {}),
    ):
        answer = await room.client.call(event, data, namespace="/room", timeout=5)
        assert answer["code"] == "bad_message", event
        assert answer["came"]
        assert answer["allowed"]
    counts = {"video_packets": 1, "audio_packets": 1, "lost_packets": 0, "frames": 1}
    assert await room.call("received", **counts) is None
    assert await room.call("devices", camera="ok", microphone="missing") is None


async def test_messages_of_one_connection_keep_their_order_and_have_a_limit(control: ControlProcess) -> None:
    room = await control.receiving(HA_TU)
    await (await control.console()).pressed("open")
    answers = [room.call("hand", raised=bool(number % 2)) for number in range(14)]
    assert await asyncio.gather(*answers) == [None] * 14
    assert list(control.conductor.live.hands) == [HA_TU]
    flood = await asyncio.gather(*(room.call("hand", raised=True) for _ in range(80)))
    refused = [answer for answer in flood if answer is not None]
    assert refused
    assert {answer["code"] for answer in refused} == {"too_many_messages"}


async def test_what_media_refuses_reaches_the_room_in_words(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    control.media.refuse = RefusalCode.NO_COMMON_CODEC
    answer = await room.join()
    assert answer["code"] == "no_common_codec"
    assert "trình duyệt" in answer["text"].lower()
    control.media.refuse = None
    assert "link" in await room.join()
    await control.media.stop()
    await eventually(lambda: "media runs" if control.conductor.live.around.media_running else None)
    assert (await room.join())["code"] == "media_not_running"


async def test_rooms_rejoin_when_media_was_restarted(control: ControlProcess) -> None:
    room = await control.receiving(HA_TU)
    await (await control.console()).pressed("open")
    await control.media.stop()
    control.media.forget()
    await control.media.start()
    await eventually(lambda: None if room.ended else "the room was not told")
    assert room.ended[0]["rejoin"] is True
    assert room.client.connected
    assert control.media.stage is not None
    assert control.media.stage.live
    assert "link" in await room.join()


async def test_two_consoles_work_and_a_clerk_only_watches(control: ControlProcess) -> None:
    host, other, clerk = await control.console(), await control.console(), await control.console("thuky")
    await eventually(lambda: None if clerk.state.get("consoles") == 3 else f"counts {clerk.state.get('consoles')}")
    assert (await clerk.press("open"))["refusal"]["code"] == "not_allowed"
    await host.pressed("open")
    await other.pressed("next")
    assert (await host.press("open"))["refusal"]["code"] == "reception_already_open"
    await eventually(lambda: None if clerk.state.get("item_id") else "clerk sees no item")
    for wrong in ({"name": "dance"}, {"name": "floor", "room": "Hà Tu"}, {}):
        answer = await host.client.call("command", wrong, namespace="/desk", timeout=5)
        assert answer["refusal"]["code"] == "bad_message"


async def test_a_reviewer_and_a_stranger_see_no_console(control: ControlProcess) -> None:
    for session in (await control.log_in("xemlai"), control.session()):
        client = socketio.AsyncClient(reconnection=False, http_session=session)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(control.address, namespaces=["/desk"], transports=["websocket"])
        await client.disconnect()


async def test_the_pages_of_a_running_reception_open(control: ControlProcess) -> None:
    session = await control.log_in("chutri")
    for path in (f"/receptions/{control.reception}/console", "/desk/camera", "/room"):
        answer = await session.get(control.address + path, headers={"Accept": "text/html"})
        assert answer.status == 200, path
    missing = await session.get(f"{control.address}/receptions/999/console", headers={"Accept": "text/html"})
    assert missing.status == 404
    health = await session.get(f"{control.address}/healthz")
    assert health.status == 200
    assert json.loads(await health.text()) == {
        "ok": True,
        "instance": "",
        "database": "ok",
        "control": "running",
        "media": "running",
        "recorder": "running",
        "archive": "none",
    }
