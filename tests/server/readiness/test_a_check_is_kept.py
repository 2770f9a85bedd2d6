"""What a room found reaches the office, stays with the room, and is thrown away in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from server.data.columns import now
from server.readiness.keeping import MOST_A_DAY, keep
from server.readiness.rules import Light
from server.readiness.tables import RoomCheck, RoomContact
from server.rooms.tables import Room
from signaling.check_messages import CheckReason, Finding, Part, RoomChecked
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import BAI_CHAY, HA_TU
from tests.waiting import eventually

GOOD = [
    {"what": "picture", "outcome": "moving"},
    {"what": "sound", "outcome": "good", "figures": {"level_db": -40.5}},
]
BLACK = [{"what": "picture", "outcome": "black"}, {"what": "sound", "outcome": "good"}]


async def _checked(room: Any, findings: list[dict[str, Any]], reason: str = "officer") -> dict[str, Any]:
    answer = await room.call("checked", reason=reason, findings=findings)
    assert isinstance(answer, dict)
    return answer


def _checks(control: ControlProcess) -> list[RoomCheck]:
    rows: list[RoomCheck] = control.rows(RoomCheck)
    return rows


async def test_a_check_is_stored_and_the_room_is_told_what_it_is_worth(control: ControlProcess) -> None:
    room = await control.room(HA_TU, software="tiepdan 0.0.1 browser")
    assert await _checked(room, GOOD, "morning") == {
        "tone": "good",
        "findings": [{"what": "picture", "tone": "good"}, {"what": "sound", "tone": "good"}],
    }
    assert (await _checked(room, BLACK))["tone"] == "bad"
    good, black = _checks(control)
    assert (good.reason, good.light, good.software) == (CheckReason.MORNING, Light.GREEN, "tiepdan 0.0.1 browser")
    assert (black.reason, black.light) == (CheckReason.OFFICER, Light.RED)
    assert '"level_db":-40.5' in good.findings


async def test_since_is_when_this_trouble_began(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    louder = [BLACK[0], {**BLACK[1], "figures": {"level_db": -30}}]
    for findings in (BLACK, louder, GOOD, BLACK):
        await _checked(room, findings)
    first, second, third, fourth = _checks(control)
    assert (second.since, third.since, fourth.since) == (first.checked_at, third.checked_at, fourth.checked_at)


async def test_what_is_sent_again_because_no_answer_came_is_stored_once(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    assert await _checked(room, BLACK) == await _checked(room, BLACK)
    assert len(_checks(control)) == 1


async def test_what_is_no_check_is_refused_and_nothing_is_stored(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    for findings in ([], [{"what": "picture", "outcome": "lovely"}], [*BLACK, *BLACK], "nothing"):
        answer = await room.call("checked", reason="officer", findings=findings)
        assert answer["code"] == "bad_message", answer
    watcher = await control.room(BAI_CHAY, purpose="watch")
    assert (await watcher.call("checked", reason="officer", findings=GOOD))["code"] == "not_allowed"
    assert _checks(control) == []


async def test_a_room_is_told_when_to_check_and_only_when_that_changes(control: ControlProcess) -> None:
    room = await control.room(HA_TU)
    await eventually(lambda: None if room.checks else "it was not told")
    reasons = [one["reason"] for one in room.checks[-1]["checks"]]
    assert "morning" in reasons
    for _ in range(3):
        await control.conductor.look_again()
    assert await room.call("hand", raised=True)  # refused, and answered after whatever was on its way
    assert len(room.checks) == 1


async def test_an_overflow_screen_is_told_nothing_of_checks(control: ControlProcess) -> None:
    watcher = await control.room(HA_TU, purpose="watch")
    room = await control.room(HA_TU)
    await eventually(lambda: None if room.checks else "the room was not told")
    assert watcher.checks == []


def test_what_is_too_old_or_too_much_is_thrown_away(control: ControlProcess) -> None:
    def said(level_db: float) -> RoomChecked:
        sound = Finding(what=Part.SOUND, outcome="good", figures={"level_db": level_db})
        return RoomChecked(reason=CheckReason.OFFICER, findings=(sound,))

    at, kept = now(), timedelta(days=90)

    def write(session: Session) -> tuple[int, int, int]:
        ids = [room.id or 0 for room in session.exec(select(Room).where(Room.code != "22"))]
        keep(session, ids[1], said(0), "", "h264", at - timedelta(days=91), kept)
        keep(session, ids[2], said(0), "", "h264", at - timedelta(days=89), kept)
        session.add(
            RoomContact(room_id=ids[0], told_at=at - timedelta(days=91), told_by="account:1", words="đã gọi")
        )
        for second in range(MOST_A_DAY + 5):
            keep(session, ids[0], said(second), "", "h264", at + timedelta(seconds=second), kept)
        counts = [len(session.exec(select(RoomCheck).where(RoomCheck.room_id == one)).all()) for one in ids]
        return counts[0], counts[1], counts[2]

    assert control.database.run_here(write) == (MOST_A_DAY, 0, 1)
    assert control.rows(RoomContact) == []
