"""The office summons the rooms of the agenda; they see it, answer, and are asked again when something changes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from server.people.audit import verify_chain
from server.people.tables import AuditEvent
from server.petitions.tables import Confidentiality, Petition
from server.receptions import agenda
from server.receptions.summons_tables import Summons
from server.receptions.tables import AgendaItem, Audience, Reception
from server.web.languages import HERE
from tests.server.receptions_live.conftest import ControlProcess, RoomClient
from tests.server.receptions_live.province import BAI_CHAY, CAI_CHIEN, HA_TU
from tests.waiting import eventually


def _items(control: ControlProcess) -> list[AgendaItem]:
    return sorted(control.rows(AgendaItem), key=lambda item: item.position)


def _reception(control: ControlProcess) -> Reception:
    found: Reception = control.rows(Reception)[0]
    return found


async def _summon(control: ControlProcess, login: str = "chutri", **form: object) -> int:
    planned = _reception(control).planned_at.astimezone(HERE)
    wish = {"clock": f"{planned:%H:%M}", "note": "", **form}
    session = await control.log_in(login)
    return await control.post(session, f"/receptions/{control.reception}/summons", **wish)


async def _summoned(room: RoomClient) -> dict[str, Any]:
    await eventually(lambda: None if room.summons else "the room was not told of a summons")
    return room.summons[0]


async def _answer(room: RoomClient, summons: dict[str, Any], answer: str, **more: object) -> Any:
    return await room.call(
        "summons_answer", summons=summons["summons"], version=summons["version"], answer=answer, **more
    )


def _log(control: ControlProcess, action: str) -> list[tuple[str, Any]]:
    def read(session: Session) -> list[tuple[str, Any]]:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == action))
        return [(event.actor, json.loads(event.detail)) for event in events]

    return control.database.run_here(read)


async def test_only_the_rooms_of_the_chosen_items_are_summoned(control: ControlProcess) -> None:
    ha_tu, bai_chay = await control.room(HA_TU), await control.room(BAI_CHAY)
    assert await _summon(control, whom="items", item=_items(control)[1].id, note="Mang hồ sơ địa chính") == 303
    told = await _summoned(ha_tu)
    assert (told["state"], told["note"], told["change"]) == ("asked", "Mang hồ sơ địa chính", "")
    assert len(control.rows(Summons)) == 1
    assert bai_chay.summons == []
    assert _log(control, "rooms_summoned")[0][1] == {"rooms": 1, "everyone": False}


async def test_a_room_reads_the_items_it_may_receive_and_nothing_of_a_denunciation(
    control: ControlProcess,
) -> None:
    assert await _summon(control, whom="everyone") == 303
    ha_tu, bai_chay = await control.room(HA_TU), await control.room(BAI_CHAY)
    told, other = await _summoned(ha_tu), await _summoned(bai_chay)
    assert [(item["position"], item["petition_code"]) for item in told["items"]] == [
        (1, "KN-0001"),
        (2, "KN-0002"),
    ]
    assert [item["position"] for item in other["items"]] == [1]
    assert "denunciation" not in json.dumps([told, other])
    assert "KN-0003" not in json.dumps([told, other])


async def test_the_office_sees_who_saw_it_who_comes_and_who_cannot(control: ControlProcess) -> None:
    assert await _summon(control, whom="everyone") == 303
    console, session = await control.console(), await control.log_in("thuky")
    board = f"/receptions/{control.reception}/summons"
    await eventually(lambda: None if console.rooms[HA_TU]["summons"] == "asked" else "the console does not say so")
    ha_tu, bai_chay = await control.room(HA_TU), await control.room(BAI_CHAY)
    told = await _summoned(ha_tu)
    await ha_tu.call("summons_seen", summons=told["summons"], version=told["version"])
    await eventually(lambda: None if console.rooms[HA_TU]["summons"] == "seen" else "not shown as seen")
    await control.written()
    assert "Đã xem, chưa trả lời" in await control.page(session, board)
    assert await _answer(ha_tu, told, "coming", offices=["party_secretary", "committee_chair"]) is None
    assert await _answer(bai_chay, await _summoned(bai_chay), "cannot", reason="  Mất điện cả ngày ") is None
    await eventually(
        lambda: (
            None
            if (console.rooms[HA_TU]["summons"], console.rooms[BAI_CHAY]["summons"]) == ("coming", "cannot")
            else "the answers do not show"
        )
    )
    page = await control.page(session, board)
    assert "Bí thư cấp ủy, Chủ tịch UBND" in page
    assert page.index("Mất điện cả ngày") < page.index("Đã mời, chưa xem") < page.index("Bí thư cấp ủy")
    answers = dict(_log(control, "summons_answered"))
    assert answers[f"room:{HA_TU}"]["offices"] == ["party_secretary", "committee_chair"]
    assert "Mất điện" not in json.dumps(answers, ensure_ascii=False)
    assert control.database.run_here(verify_chain).whole


async def test_a_room_that_connects_later_and_after_a_restart_of_control_sees_what_holds(
    control: ControlProcess,
) -> None:
    assert await _summon(control, whom="everyone") == 303
    ha_tu = await control.room(HA_TU)
    assert await _answer(ha_tu, await _summoned(ha_tu), "coming", offices=["committee_chair"]) is None
    await control.stop()
    await control.start()
    again, other = await control.room(HA_TU), await control.room(CAI_CHIEN)
    told = await _summoned(again)
    assert (told["state"], told["coming"]) == ("coming", ["committee_chair"])
    assert (await _summoned(other))["state"] == "asked"


@pytest.mark.parametrize(
    ("answer", "more", "code"),
    [
        ("coming", {"offices": ["king"]}, "bad_message"),
        ("coming", {"offices": []}, "bad_message"),
        ("coming", {"offices": ["Nguyễn Văn A"]}, "bad_message"),
        ("coming", {"offices": ["inspectorate"]}, "bad_message"),  # sits at the desk
        ("cannot", {"reason": "   "}, "bad_message"),
        ("maybe", {}, "bad_message"),
        ("noted", {}, "unknown_summons"),  # nothing was withdrawn
    ],
)
async def test_an_answer_that_says_nothing_is_refused(
    control: ControlProcess, answer: str, more: dict[str, object], code: str
) -> None:
    assert await _summon(control, whom="everyone") == 303
    ha_tu = await control.room(HA_TU)
    refusal = await _answer(ha_tu, await _summoned(ha_tu), answer, **more)
    assert (refusal["code"], bool(refusal["text"])) == (code, True)
    assert {row.answer for row in control.rows(Summons)} == {None}


async def test_a_room_answers_for_itself_only_and_a_watcher_not_at_all(control: ControlProcess) -> None:
    assert await _summon(control, whom="everyone") == 303
    ha_tu, bai_chay = await control.room(HA_TU), await control.room(BAI_CHAY)
    told = await _summoned(ha_tu)
    assert (await _answer(bai_chay, told, "coming", offices=["committee_chair"]))["code"] == "unknown_summons"
    watcher = await control.room(HA_TU, purpose="watch")
    assert (await _answer(watcher, told, "coming", offices=["committee_chair"]))["code"] == "not_allowed"
    assert watcher.summons == []


async def test_those_who_have_not_answered_are_reminded_and_the_others_are_left_alone(
    control: ControlProcess,
) -> None:
    assert await _summon(control, whom="everyone") == 303
    ha_tu, bai_chay = await control.room(HA_TU), await control.room(BAI_CHAY)
    assert await _answer(ha_tu, await _summoned(ha_tu), "coming", offices=["committee_chair"]) is None
    session = await control.log_in("chutri")
    for times in (1, 2):
        assert await control.post(session, f"/receptions/{control.reception}/summons/remind") == 303
        await eventually(lambda times=times: None if bai_chay.summons[0]["reminders"] == times else "not reminded")
    assert ha_tu.summons[0]["reminders"] == 0
    assert [detail["rooms"] for _, detail in _log(control, "summons_reminded")] == [2, 2]


async def test_another_hour_asks_everybody_again(control: ControlProcess) -> None:
    assert await _summon(control, whom="everyone") == 303
    ha_tu = await control.room(HA_TU)
    first = await _summoned(ha_tu)
    assert await _answer(ha_tu, first, "coming", offices=["committee_chair"]) is None
    before = _reception(control).planned_at
    later = (before.replace(second=0, microsecond=0) + timedelta(days=3, minutes=-5)).astimezone(HERE)
    moved = later - before
    plan = {
        "title": "Phiên định kỳ", "mode": "periodic", "place": "Trụ sở", "day": f"{later:%Y-%m-%d}",
        "clock": f"{later:%H:%M}", "received_by": "head", "host_name": "Chủ tịch", "composition": "",
    }  # fmt: skip
    session = await control.log_in("chutri")
    assert await control.post(session, f"/receptions/{control.reception}/plan", **plan) == 303
    await eventually(lambda: None if ha_tu.summons[0]["change"] == "day" else "the room was not asked again")
    told = ha_tu.summons[0]
    assert (told["state"], told["version"], told["coming"]) == ("asked", 2, [])
    assert datetime.fromisoformat(told["be_there_at"]) - datetime.fromisoformat(first["be_there_at"]) == moved
    stale = await _answer(ha_tu, first, "coming", offices=["committee_chair"])
    assert stale["code"] == "unknown_summons"


async def test_rooms_of_another_audience_are_summoned_and_those_left_without_an_item_are_not_wanted(
    control: ControlProcess,
) -> None:
    item = _items(control)[1]
    assert await _summon(control, whom="items", item=item.id) == 303
    ha_tu, bai_chay = await control.room(HA_TU), await control.room(BAI_CHAY)
    await _summoned(ha_tu)
    first = _items(control)[0]
    session = await control.log_in("chutri")
    rooms = {room.code: room.id for room in control.conductor.live.around.rooms.values()}
    where = f"/receptions/{control.reception}/items"
    assert await control.post(session, f"{where}/{first.id}/audience", audience=str(Audience.CLOSED)) == 303
    other = {"audience": str(Audience.ROOMS), "room": rooms[BAI_CHAY]}
    assert await control.post(session, f"{where}/{item.id}/audience", **other) == 303
    await eventually(lambda: None if ha_tu.summons[0]["state"] == "withdrawn" else "Hà Tu is still wanted")
    assert (ha_tu.summons[0]["change"], ha_tu.summons[0]["items"]) == ("audience", [])
    assert (await _summoned(bai_chay))["state"] == "asked"
    assert await _answer(ha_tu, ha_tu.summons[0], "noted") is None
    await eventually(lambda: "it still stands on the screen" if ha_tu.summons else None)


async def test_a_reception_called_off_tells_its_rooms_and_one_put_off_asks_them_for_the_new_day(
    control: ControlProcess,
) -> None:
    assert await _summon(control, whom="everyone") == 303
    ha_tu = await control.room(HA_TU)
    told = await _summoned(ha_tu)
    assert await _answer(ha_tu, told, "coming", offices=["committee_chair"]) is None
    session = await control.log_in("chutri")
    day = (_reception(control).planned_at + timedelta(days=7)).astimezone(HERE)
    put_off = {"what": "put_off", "reason": "Bão", "day": f"{day:%Y-%m-%d}", "clock": "08:00"}
    assert await control.post(session, f"/receptions/{control.reception}/cancel", **put_off) == 303
    await eventually(lambda: None if ha_tu.summons[0]["change"] == "day" else "not asked for the new day")
    assert ha_tu.summons[0]["state"] == "asked"
    successor = max(control.rows(Reception), key=lambda each: each.id or 0)
    off = {"what": "off", "reason": "Bão lớn"}
    assert await control.post(session, f"/receptions/{successor.id}/cancel", **off) == 303
    await eventually(lambda: None if ha_tu.summons[0]["state"] == "withdrawn" else "the room still waits")
    assert ha_tu.summons[0]["change"] == "cancelled"


async def test_answers_to_a_reception_that_is_over_stay_as_they_were(control: ControlProcess) -> None:
    assert await _summon(control, whom="items", item=_items(control)[0].id) == 303
    console, room = await control.console(), await control.room(BAI_CHAY)
    told = await _summoned(room)
    assert await _answer(room, told, "coming", offices=["committee_chair"]) is None
    await console.pressed("open")
    await console.pressed("end", confirm=True)
    await control.written()

    def becomes_confidential(session: Session) -> None:
        """The item is closed then; of a reception to come the room would not be wanted any more."""
        petition = session.exec(select(Petition).where(Petition.code == "KN-0001")).one()
        petition.confidentiality = Confidentiality.CONFIDENTIAL
        session.add(petition)
        agenda.petition_changed(session, petition.id or 0)

    control.database.run_here(becomes_confidential)
    (answered,) = [row for row in control.rows(Summons) if row.answer]
    assert (answered.id, answered.withdrawn_at, answered.offices) == (told["summons"], None, "committee_chair")
    assert (await _answer(room, told, "cannot", reason="Bận"))["code"] == "unknown_summons"


async def test_who_may_not_plan_summons_and_reminds_nobody(control: ControlProcess) -> None:
    session = await control.log_in("xemlai")
    for path in ("summons", "summons/remind"):
        status = await control.post(
            session, f"/receptions/{control.reception}/{path}", whom="everyone", clock="08:00"
        )
        assert status == 403
    assert control.rows(Summons) == []


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"whom": "nobody"}, "Hãy chọn mời những điểm cầu nào."),
        ({"whom": "items"}, "Hãy chọn ít nhất một mục"),
        ({"whom": "everyone", "clock": "25:00"}, "Hãy nhập giờ"),
        ({"whom": "everyone", "note": "x" * 301}, "Nội dung quá dài"),
    ],
)
async def test_a_form_with_a_mistake_summons_nobody_and_says_why(
    control: ControlProcess, form: dict[str, object], sentence: str
) -> None:
    session = await control.log_in("chutri")
    wish = {"clock": "08:00", "note": "", **form}
    answer = await control.submit(session, f"/receptions/{control.reception}/summons", **wish)
    assert answer.status == 422
    assert sentence in await answer.text()
    assert control.rows(Summons) == []


async def test_the_board_says_what_a_room_still_lacks(control: ControlProcess) -> None:
    assert await _summon(control, whom="everyone") == 303
    room = await control.room(HA_TU, software="tiepdan 0.0.1 page")
    assert "link" in await room.join()
    control.media.connect(HA_TU)
    await room.call("devices", camera="ok", microphone="missing")
    session = await control.log_in("chutri")
    around = control.conductor.live.around
    await eventually(lambda: None if around.links.state_of(HA_TU) else "not connected")
    page = await control.page(session, f"/receptions/{control.reception}/summons")
    row = page[page.index(f'data-code="{HA_TU}"') :].split("</tr>")[0]
    assert "Chưa có micro" in row
    assert "Phần mềm cũ" in row
    assert "Chưa có camera" not in row
    other = page[page.index(f'data-code="{CAI_CHIEN}"') :].split("</tr>")[0]
    assert "Không kết nối" in other or "Chưa kết nối" in other
