"""A room that nobody looks after is told what comes next, when to be there, which page there is, and the time."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import time_machine
from sqlmodel import Session

from server.data.columns import now
from server.receptions.reception_facts import read_upcoming
from server.receptions.tables import Reception, ReceptionMode, ReceptionState
from server.web.languages import HERE
from tests.database import Store, copied
from tests.server.receptions_live.conftest import ControlProcess, RoomClient
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually

AT_NOON = datetime(2026, 11, 30, 5, tzinfo=UTC)  # of the office
NIGHT = datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC)  # a second before its midnight


async def _told(room: RoomClient, **wanted: object) -> dict[str, Any]:
    def missing() -> str | None:
        if not room.schedules:
            return "the room was not told the schedule"
        newest = room.schedules[-1]
        return None if all(newest[name] == value for name, value in wanted.items()) else f"it was told {newest}"

    await eventually(missing)
    return room.schedules[-1]


def _planned(control: ControlProcess, **fields: Any) -> None:
    """As the office enters it on its page."""

    def write(session: Session) -> None:
        reception = session.get(Reception, control.reception)
        assert reception is not None
        for name, value in fields.items():
            setattr(reception, name, value)
        session.add(reception)

    control.database.run_here(write)


async def test_it_is_told_before_the_stage_so_that_nobody_joins_in_vain(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    await eventually(lambda: None if "stage" in room.heard else "no stage yet")
    assert room.heard[:4] == ["paths", "software", "schedule", "stage"]
    planned_at = datetime.fromisoformat(room.view["planned_at"])
    assert datetime.fromisoformat(room.schedules[0]["join_at"]) == planned_at - timedelta(minutes=15)


async def test_a_change_of_the_plan_reaches_it_without_being_asked_for(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    await _told(room)
    moved = now().replace(microsecond=0) + timedelta(days=2)
    _planned(control, planned_at=moved)
    await control.conductor.look_again()
    told = await _told(room, join_at=(moved - timedelta(minutes=15)).isoformat())
    assert [one["planned_at"] for one in told["next"]] == [moved.isoformat()]
    _planned(control, state=ReceptionState.CANCELLED)
    await control.conductor.look_again()
    await _told(room, join_at="", next=[])


async def test_the_same_plan_is_told_once(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    await _told(room)
    for _ in range(3):
        await control.conductor.look_again()
    assert await room.call("hand", raised=True)  # refused, and answered after whatever was on its way
    assert (len(room.schedules), len(room.software)) == (1, 1)


async def test_a_title_is_told_when_the_notice_was_published_and_nothing_ever_of_the_items(
    control: ControlProcess,
) -> None:
    room = await control.room(HA_TU)
    assert (await _told(room))["next"][0]["title"] == ""
    _planned(control, announced_on=date(2020, 1, 1), place="Trụ sở tiếp công dân tỉnh")
    await control.conductor.look_again()
    await eventually(lambda: None if room.schedules[-1]["next"][0]["title"] else "no title yet")
    told = room.schedules[-1]["next"][0]
    assert (told["title"], told["place"]) == ("Phiên tiếp công dân định kỳ", "Trụ sở tiếp công dân tỉnh")
    assert "KN-" not in json.dumps(room.schedules)
    assert "Nội dung" not in json.dumps(room.schedules)


async def test_a_notice_of_tomorrow_opens_no_title_today(control: ControlProcess) -> None:
    _planned(control, announced_on=now().date() + timedelta(days=2))
    assert (await _told(await control.room(HA_TU)))["next"][0]["title"] == ""


async def test_screens_that_only_watch_are_told_nothing_of_it(control: ControlProcess) -> None:
    room = await control.room(HA_TU, purpose="watch")
    await eventually(lambda: None if "stage" in room.heard else "no stage yet")
    assert "schedule" not in room.heard
    assert "software" not in room.heard


async def test_it_is_told_the_page_that_the_server_gives_out(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    await _told(room)
    answer = await control.session().get(f"{control.address}/room", headers={"Accept": "text/html"})
    assert re.findall(r'data-page="([0-9a-f]{16})"', await answer.text()) == [room.software[0]["page"]]


async def test_it_asks_for_the_time(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    before = now()
    told = datetime.fromisoformat((await room.call("clock"))["server_time"])
    assert before <= told <= now()
    assert (await room.call("clock", please=True))["code"] == "bad_message"


async def test_a_room_that_rests_may_leave_and_join_as_often_as_there_are_receptions(
    control: ControlProcess,
) -> None:
    room = await control.room(HA_TU)
    for _ in range(3):
        assert "link" in await room.join()
        assert await room.call("leave") is None
    assert room.ended == []


async def test_the_board_tells_a_room_that_waits_for_its_hour_from_one_that_is_gone(
    control: ControlProcess,
) -> None:
    later = now().replace(microsecond=0) + timedelta(days=2)
    _planned(control, planned_at=later)
    session = await control.log_in("chutri")
    board = f"/receptions/{control.reception}/summons"
    clock = f"{(later - timedelta(minutes=1)).astimezone(HERE):%H:%M}"
    assert await control.post(session, board, whom="everyone", clock=clock, note="") == 303
    room = await control.room(HA_TU)
    await eventually(lambda: None if room.summons else "not summoned yet")
    page = await control.page(session, board)
    ha_tu, bai_chay = (page.split(f'data-code="{code}"', 1)[1].split("</tr>", 1)[0] for code in (HA_TU, BAI_CHAY))
    assert "đến giờ tự bật" in ha_tu
    assert "đến giờ tự bật" not in bai_chay


def _plans(session: Session) -> None:
    for title, state, moment in (
        ("sáng", ReceptionState.PLANNED, AT_NOON - timedelta(hours=4)),
        ("đã hủy", ReceptionState.CANCELLED, AT_NOON),
        ("đã xong", ReceptionState.ENDED, AT_NOON - timedelta(hours=3)),
        ("hôm qua", ReceptionState.PLANNED, AT_NOON - timedelta(days=1)),
        ("mai", ReceptionState.PLANNED, AT_NOON + timedelta(days=1)),
        ("kia", ReceptionState.PLANNED, AT_NOON + timedelta(days=2)),
        ("kìa", ReceptionState.PLANNED, AT_NOON + timedelta(days=3)),
    ):
        session.add(Reception(title=title, mode=ReceptionMode.PERIODIC, planned_at=moment, state=state))


def test_what_nobody_opened_is_waited_for_until_the_day_is_over(store: Store) -> None:
    def upcoming(session: Session) -> list[str]:
        return [one.title for one in read_upcoming(session, now())]

    with (
        copied(store, store.template("what rooms wait for", _plans)) as database,
        time_machine.travel(NIGHT, tick=False) as clock,
    ):
        assert database.run_here(upcoming) == ["sáng", "mai", "kia"]
        clock.shift(timedelta(seconds=1))
        assert database.run_here(upcoming) == ["mai", "kia", "kìa"]
