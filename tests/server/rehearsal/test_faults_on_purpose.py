"""Rooms misbehave as told: what the province sees, who is well again, and that nobody else is disturbed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from room_client.fault_injection.faults import Fault
from server.commands.context import today
from server.demo.fill import rehearsed
from server.rehearsal.faults import Counted, FaultFound, Wished, faults_of, is_seen, is_well, lost_percent
from server.rehearsal.story import Rehearsal
from server.settings import Settings
from signaling.desk_messages import RoomEntry, RoomPresence
from signaling.messages import DeviceState

WELL = RoomEntry(
    code="06661",
    name="Xã Cái Chiên",
    district="",
    presence=RoomPresence.RECEIVING,
    in_audience=True,
    camera=DeviceState.OK,
    microphone=DeviceState.OK,
    loss_percent=0.0,
)


ROOMS = {"06661": "Phường Cao Thắng", "06664": "Phường Hà Tu", "06667": "Xã Cái Chiên", "06999": "Xã Cái Chiên"}


def test_faults_are_read_from_words() -> None:
    assert faults_of([], ROOMS) == []
    assert faults_of(["loss", "line-dead=2"], ROOMS) == [Wished(Fault.LOSS), *[Wished(Fault.LINE_DEAD)] * 2]
    assert faults_of(["all"], ROOMS) == [Wished(fault) for fault in Fault]
    assert len(faults_of(["all=10"], ROOMS)) == 10 * len(Fault)
    assert faults_of(["killed=06664, phuong cao thang", "loss"], ROOMS) == [
        Wished(Fault.KILLED, "06664"), Wished(Fault.KILLED, "06661"), Wished(Fault.LOSS),
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["", "fire", "loss=", "loss=0", "fire=06661", "=3"])
def test_a_word_that_is_no_fault_is_named(word: str) -> None:
    with pytest.raises(ValueError, match=r"came .*allowed are all, camera-unplugged"):
        faults_of([word], ROOMS)


@pytest.mark.parametrize("room", ["06649", "Xã Cái Chiên", "-1", "=2", "06661,,06664", "123456"])
def test_a_room_that_is_none_or_not_one_is_named_with_those_that_are(room: str) -> None:
    with pytest.raises(ValueError, match=r"came room .*; allowed are 06661 Phường Cao Thắng, 06664 Phường Hà Tu"):
        faults_of([f"loss={room}"], ROOMS)


@pytest.mark.parametrize("told", [["all=06661"], ["loss=06661,06661"], ["loss=06661", "killed=Phường Cao Thắng"]])
def test_a_room_has_one_fault(told: list[str]) -> None:
    with pytest.raises(ValueError, match="a room can have one fault"):
        faults_of(told, ROOMS)


def test_a_room_is_well_when_nothing_is_seen_of_any_fault() -> None:
    assert is_well(WELL)
    for ill in (
        WELL.model_copy(update={"presence": RoomPresence.CONNECTED}),
        WELL.model_copy(update={"presence": RoomPresence.ABSENT}),
        WELL.model_copy(update={"camera": DeviceState.MISSING}),
        WELL.model_copy(update={"microphone": DeviceState.BLOCKED}),
        WELL.model_copy(update={"loss_percent": 4.0}),
        WELL.model_copy(update={"silent_since": "2026-11-28T08:00:00+07:00"}),
    ):
        assert not is_well(ill)


def test_each_fault_has_its_sign() -> None:
    missing = WELL.model_copy(update={"camera": DeviceState.MISSING})
    absent = WELL.model_copy(update={"presence": RoomPresence.ABSENT})
    silent = WELL.model_copy(update={"microphone": DeviceState.BLOCKED})
    losing = WELL.model_copy(update={"loss_percent": 9.0})
    assert [fault for fault in Fault if is_seen(fault, missing)] == [Fault.CAMERA_UNPLUGGED]
    assert [fault for fault in Fault if is_seen(fault, silent)] == [Fault.SILENT_MICROPHONE]
    assert [fault for fault in Fault if is_seen(fault, losing)] == [Fault.LOSS]
    assert [fault for fault in Fault if is_seen(fault, absent)] == [Fault.LINE_DEAD, Fault.KILLED, Fault.POWER_CUT]
    assert not any(is_seen(fault, WELL) for fault in Fault)


def test_what_was_not_noticed_and_what_did_not_recover_are_problems_each() -> None:
    assert not FaultFound("06661", Fault.KILLED, 4.0, 2.0).problems()
    lines = FaultFound("06661", Fault.KILLED, None, None).problems()
    assert lines == [
        "killed in room 06661 was not noticed within 15 s",
        "killed in room 06661: not well again within 30 s of its end",
    ]


def test_loss_that_repeats_mend_need_not_be_noticed() -> None:
    mended = FaultFound("06661", Fault.LOSS, None, 0.2, lost_percent=0.12)
    assert not mended.problems()
    assert mended.words() == "mended by repeats: 0.12 % lost · well again 0.2 s after its end"
    assert FaultFound("06661", Fault.LOSS, None, 0.2, lost_percent=4.0).problems()
    assert FaultFound("06661", Fault.LOSS, 3.0, 0.2, lost_percent=None).problems()


def test_what_repeats_bring_after_the_end_is_not_lost() -> None:
    room, other = object(), object()
    before, meanwhile = Counted(room, 1000, 10), Counted(room, 1900, 60)
    assert lost_percent(before, meanwhile, Counted(room, 3000, 13)) == 0.32  # 3 of 950
    assert lost_percent(before, meanwhile, Counted(room, 3000, 8)) == 0, "two of those before came late, too"
    assert lost_percent(before, meanwhile, Counted(other, 3000, 13)) is None
    assert lost_percent(before, meanwhile, None) is None
    assert lost_percent(before, before, Counted(room, 3000, 13)) is None


def test_two_rooms_are_left_to_speak() -> None:
    with pytest.raises(ValueError, match="came 6 faults for 6 rooms; allowed are 4"):
        Rehearsal(
            Settings(_env_file=None), 6, 8, today(), lambda _words: None, faults=[Wished(fault) for fault in Fault]
        )


@pytest.mark.timeout(400)  # what a busy machine makes of a minute
async def test_rooms_that_misbehave_are_noticed_and_come_back_and_nobody_else_is_disturbed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    faults = list(Fault)
    named = list(rehearsed(len(faults) + 2).items())[3]
    rehearsal = Rehearsal(
        Settings(_env_file=None),
        len(faults) + 2,
        8,
        today(),
        lambda _words: None,
        beside=20,
        faults=[Wished(faults[0], named[0]), *map(Wished, faults[1:])],
        faults_last_s=8,
    )
    report = await rehearsal.run()
    assert report.ok, report.problems
    assert [found.fault for found in report.faults] == faults
    assert (report.faults[0].room, report.faults[0].name) == named
    assert report.packets_lost_beside_faults == 0
    assert report.as_json()["beside"] == 20
