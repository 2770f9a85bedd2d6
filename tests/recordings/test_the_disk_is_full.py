"""A real file system of a few megabytes that fills up. Needs root for mounting it; the pure parts do not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from recordings.disk import AVOIDED_US, LEAST, Shelves, is_low
from recordings.keys import PUBLIC, read_public_keys
from recordings.verifying import verify_recording
from signaling.tap import TapTrack
from tests.recordings.conftest import Stage, StartRecorder
from tests.recordings.media import pictures, sounds
from tests.recordings.probing import probe

MEGABYTE = 1_000_000
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """`recordings` on a disk of 100 MB."""
    directory = tmp_path / "recordings"
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(directory)], check=True)
    yield directory
    subprocess.run(["umount", "--lazy", str(directory)], check=True)


def fill(directory: Path) -> Path:
    """Somebody else's file takes all that is left."""
    ballast = directory / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(MEGABYTE // 10))
        except OSError:
            pass
        try:
            while True:
                file.write(bytes(512))
        except OSError:
            return ballast


@needs_root
async def test_the_spare_disk_takes_over_at_once(
    stage: Stage, small: Path, tmp_path: Path, start_recorder: StartRecorder
) -> None:
    stage.programme.clip = pictures()
    stage.programme.speaking = {TapTrack.DESK_AUDIO: sounds(440)}
    spare = tmp_path / "spare"
    recorder = await start_recorder(spare=spare)
    await recorder.set("r1", "recording")
    early = await recorder.until_grew("1 s", lambda grew: grew.seconds > 1)
    assert early.alarm == "disk_low"  # 100 MB are not enough for half a day
    assert early.disk_free is not None
    assert early.disk_free < 100 * 1024 * 1024
    ballast = fill(small)
    await recorder.until_grew("on the spare disk", lambda grew: grew.growing and grew.alarm == "on_spare")
    assert (spare / "r1" / "segment-0002.mkv").exists()
    before = recorder.manifest("r1")["segments"][0]["seconds"]
    await recorder.until_grew("2 s more", lambda grew: grew.seconds > before + 2)

    # Killed meanwhile: the manifest on the spare disk is the last one.
    await recorder.kill()
    recorder = await start_recorder(spare=spare)
    assert [entry["whole"] for entry in recorder.manifest("r1")["segments"]] == [False, False]
    await recorder.set("r1", "recording")
    await recorder.until_grew("going on", lambda grew: grew.growing and grew.segments == 3)

    # It is sealed when there is room again: before, nothing is lost and nothing half done.
    await recorder.set("r1", "ended")
    ballast.unlink()
    await recorder.stop()
    recorder = await start_recorder(spare=spare)
    sealed = await recorder.sealed_as("r1")
    manifest = recorder.manifest("r1")
    first, second, _third = manifest["segments"]
    hole = second["started_epoch"] - (first["started_epoch"] + first["seconds"])
    assert hole < 1.5
    # Where the last write and what was still waiting meet, nothing was lost, and no gap is listed.
    lost = ["write_failed"] if hole > 0 else []
    assert [gap["reason"] for gap in manifest["gaps"]] == [*lost, "recorder_restarted"]
    assert not spare.joinpath("r1").exists()
    assert len(probe(small / "r1" / sealed.file).video_times) == sealed.video_frames > 30
    report = verify_recording(small / "r1", read_public_keys(recorder.signing / PUBLIC))
    assert report.state == "whole"


@needs_root
async def test_without_a_spare_disk_it_goes_on_when_there_is_room(
    stage: Stage, small: Path, start_recorder: StartRecorder
) -> None:
    stage.programme.clip = pictures()
    recorder = await start_recorder()
    await recorder.set("r2", "recording")
    await recorder.until_grew("1 s", lambda grew: grew.seconds > 1)
    ballast = fill(small)
    await recorder.until_grew("an alarm", lambda grew: grew.alarm == "write_failed")
    ballast.unlink()
    await recorder.until_grew("going on", lambda grew: grew.growing and grew.alarm == "disk_low")
    await recorder.set("r2", "ended")
    await recorder.sealed_as("r2")
    assert {gap["reason"] for gap in recorder.manifest("r2")["gaps"]} == {"write_failed"}


def test_half_a_day_has_to_fit_twice() -> None:
    hour = 3600 * 250_000  # 2 Mbit/s
    assert is_low(LEAST - 1, 0, 0)
    assert not is_low(8 * hour + LEAST, 0, 0)
    assert not is_low(9 * hour, hour, 3600)
    assert is_low(9 * hour - 1, hour, 3600)


def test_two_disks_that_refuse_are_asked_by_turns(tmp_path: Path) -> None:
    first, spare = tmp_path / "first", tmp_path / "spare"
    shelves = Shelves(first, spare)
    assert shelves.choose(0) == first
    shelves.refused(1)
    assert shelves.has_another(1)
    assert shelves.choose(1) == spare
    shelves.refused(2)
    assert not shelves.has_another(2)
    assert [shelves.choose(3), shelves.on_spare] == [first, False]
    shelves.refused(3)
    assert shelves.choose(4) == spare
    # What was well for long enough is the first choice again.
    assert shelves.choose(3 + AVOIDED_US) == first
    alone = Shelves(first, None)
    alone.refused(1)
    assert (alone.choose(2), alone.has_another(2)) == (first, False)


@needs_root
async def test_the_isolated_sources_make_room_for_the_programme(
    stage: Stage, small: Path, start_recorder: StartRecorder
) -> None:
    stage.programme.clip = pictures()
    stage.programme.show_isolated(TapTrack.DESK_VIDEO, pictures())
    recorder = await start_recorder(isolated=True)
    await recorder.set("r3", "recording")
    await recorder.until_grew("told", lambda grew: grew.growing and grew.alarm == "disk_low")
    before = (await recorder.until_grew("a second", lambda grew: grew.seconds > 1)).seconds
    await recorder.until_grew("2 s more", lambda grew: grew.seconds > before + 2)
    await recorder.set("r3", "ended")
    await recorder.sealed_as("r3")
    manifest = recorder.manifest("r3")
    assert manifest["gaps"] == []
    (desk,) = manifest["isolated"]
    assert {gap["reason"] for gap in desk["gaps"]} == {"disk_low"}
    assert desk["gaps"][-1]["to"] - desk["gaps"][-1]["from"] > 1
    assert verify_recording(small / "r3", read_public_keys(recorder.signing / PUBLIC)).state == "whole"
