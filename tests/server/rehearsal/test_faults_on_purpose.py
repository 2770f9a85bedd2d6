"""Rooms misbehave as told: what the province sees, who is well again, and that nobody else is disturbed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from room_client.fault_injection.faults import Fault
from server.commands.context import today
from server.rehearsal.faults import Counted, FaultFound, faults_of, is_seen, is_well, lost_percent
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


def test_faults_are_read_from_words() -> None:
    assert faults_of([]) == []
    assert faults_of(["loss", "line-dead=2"]) == [Fault.LOSS, Fault.LINE_DEAD, Fault.LINE_DEAD]
    assert faults_of(["all"]) == list(Fault)
    assert len(faults_of(["all=10"])) == 10 * len(Fault)


@pytest.mark.parametrize("word", ["", "fire", "loss=", "loss=0", "loss=-1", "loss=two", "=3", "all=x", "loss==2"])
def test_a_word_that_is_no_fault_is_named(word: str) -> None:
    with pytest.raises(ValueError, match=r"came .*allowed are all, camera-unplugged"):
        faults_of([word])


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
        Rehearsal(Settings(_env_file=None), 6, 8, today(), lambda _words: None, faults=list(Fault))


@pytest.mark.timeout(400)  # what a busy machine makes of a minute
async def test_rooms_that_misbehave_are_noticed_and_come_back_and_nobody_else_is_disturbed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    faults = list(Fault)
    rehearsal = Rehearsal(
        Settings(_env_file=None),
        len(faults) + 2,
        8,
        today(),
        lambda _words: None,
        beside=20,
        faults=faults,
        faults_last_s=8,
    )
    report = await rehearsal.run()
    assert report.ok, report.problems
    assert [found.fault for found in report.faults] == faults
    assert report.packets_lost_beside_faults == 0
    assert report.as_json()["beside"] == 20
