"""Each picture for itself beside the programme: the recorder process, killed, begun anew, and what is signed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import av
import pytest

from recordings.findings import Part, State, Why
from recordings.keys import PUBLIC, PublicKeys, read_public_keys
from recordings.manifest import Manifest
from recordings.store import MANIFEST
from recordings.verifying import verify_recording
from signaling.tap import TapTrack
from tests.recordings.conftest import RecorderProcess, Stage, StartRecorder
from tests.recordings.media import pictures, sounds
from tests.recordings.probing import probe, tone
from tests.waiting import eventually

DESK, FLOOR, OTHER_ROOM, DOCUMENT = 40, 90, 140, 190  # shades of grey


def clip(shade: int) -> Any:
    return pictures(shade=shade)


def begin(stage: Stage) -> None:
    """The desk is on the stage, and so is what it says."""
    programme = stage.programme
    programme.show(clip(DESK))
    programme.show_isolated(TapTrack.DESK_VIDEO, clip(DESK))
    programme.speaking = {TapTrack.DESK_AUDIO: sounds(440)}


def give_floor(stage: Stage, shade: int) -> None:
    programme = stage.programme
    programme.show(clip(shade))
    programme.show_isolated(TapTrack.FLOOR_VIDEO, clip(shade))
    programme.speaking = {TapTrack.DESK_AUDIO: sounds(440), TapTrack.FLOOR_AUDIO: sounds(1500)}


def isolated(recorder: RecorderProcess, recording: str) -> dict[str, list[dict[str, Any]]]:
    manifest = recorder.manifest(recording)
    return {source["source"]: source["segments"] for source in manifest["isolated"]}


def shades_of(path: Path) -> set[float]:
    with av.open(str(path)) as opened:
        grounds = [frame.to_ndarray()[frame.height - 40 : frame.height] for frame in opened.decode(video=0)]
    return {round(float(ground.mean()), -1) for ground in grounds}


async def recorded(recorder: RecorderProcess, recording: str, seconds: float) -> None:
    before = (await recorder.until_grew("there", lambda grew: True)).seconds
    await recorder.until_grew(f"{seconds} s more", lambda grew: grew.seconds >= before + seconds)


def keys_of(recorder: RecorderProcess) -> PublicKeys:
    return read_public_keys(recorder.signing / PUBLIC)


async def test_each_picture_has_files_of_its_own_with_the_sound_that_belongs_to_it(
    stage: Stage, start_recorder: StartRecorder
) -> None:
    begin(stage)
    recorder = await start_recorder(isolated=True)
    await eventually(lambda: None if stage.isolated_wanted else "isolated pictures were not asked for")
    await recorder.set("r1", "recording")
    await recorded(recorder, "r1", 2)
    give_floor(stage, FLOOR)
    stage.programme.show_isolated(TapTrack.DOCUMENT_VIDEO, clip(DOCUMENT))
    await recorded(recorder, "r1", 2)
    give_floor(stage, OTHER_ROOM)
    await recorded(recorder, "r1", 2)
    await recorder.set("r1", "ended")
    await recorder.sealed_as("r1")

    folder = recorder.recordings / "r1"
    assert not (folder / "isolated.json").exists()
    found = isolated(recorder, "r1")
    assert {name: [s["file"] for s in files] for name, files in found.items()} == {
        "desk": ["desk-0001.mkv"],
        "floor": ["floor-0001.mkv", "floor-0002.mkv"],  # another room, another file
        "document": ["document-0001.mkv"],
    }
    assert [s["continues"] for s in found["floor"]] == [False, False]
    assert found["floor"][1]["previous_sha256"] == found["floor"][0]["sha256"]
    assert found["desk"][0]["seconds"] > 5
    assert shades_of(folder / "desk-0001.mkv") == {DESK}
    assert shades_of(folder / "floor-0001.mkv") == {FLOOR}
    assert shades_of(folder / "floor-0002.mkv") == {OTHER_ROOM}
    assert shades_of(folder / "document-0001.mkv") == {DOCUMENT}
    desk, floor = probe(folder / "desk-0001.mkv").sound, probe(folder / "floor-0001.mkv").sound
    assert tone(desk, 440) > 50 * tone(desk, 1500)
    assert tone(floor, 1500) > 50 * tone(floor, 440)
    assert found["document"][0]["tracks"] == ["picture"]
    report = verify_recording(folder, keys_of(recorder))
    assert report.state is State.WHOLE
    assert [f.name for f in report.findings if f.part is Part.ISOLATED] == [
        "desk-0001.mkv", "floor-0001.mkv", "floor-0002.mkv", "document-0001.mkv",
    ]  # fmt: skip


async def test_without_the_setting_nothing_is_asked_for_and_nothing_written(
    stage: Stage, start_recorder: StartRecorder
) -> None:
    begin(stage)
    recorder = await start_recorder()
    await recorder.set("r1", "recording")
    await recorded(recorder, "r1", 1)
    await recorder.set("r1", "ended")
    await recorder.sealed_as("r1")
    assert not stage.isolated_wanted
    assert recorder.manifest("r1")["isolated"] == []
    assert not list((recorder.recordings / "r1").glob("desk-*"))


async def test_killed_it_loses_a_second_of_the_isolated_sources_too(
    stage: Stage, start_recorder: StartRecorder
) -> None:
    begin(stage)
    recorder = await start_recorder(isolated=True)
    await recorder.set("r1", "recording")
    await recorded(recorder, "r1", 2)
    killed = time.time()
    await recorder.kill()
    folder = recorder.recordings / "r1"
    left = (folder / "desk-0001.mkv").read_bytes()
    writing = json.loads((folder / "isolated.json").read_text())["sources"][0]["writing"]
    seen = probe(folder / "desk-0001.mkv")
    assert writing["started_at"] + seen.video_times[-1] > killed - 1
    assert writing["started_at"] + len(seen.sound) / 48_000 > killed - 1
    assert verify_recording(folder, None).state is State.UNSIGNED, "an open one is no altered one"

    again = await start_recorder(isolated=True)
    await again.set("r1", "recording")
    await recorded(again, "r1", 2)
    await again.set("r1", "ended")
    await again.sealed_as("r1")
    assert (folder / "desk-0001.mkv").read_bytes() == left
    first, second = isolated(again, "r1")["desk"]
    assert (first["whole"], second["whole"]) == (False, True)
    assert first["video_frames"] == len(seen.video_times)
    assert verify_recording(folder, keys_of(again)).state is State.WHOLE


async def test_what_was_left_by_a_kill_is_sealed_also_when_they_are_switched_off_then(
    stage: Stage, start_recorder: StartRecorder
) -> None:
    begin(stage)
    recorder = await start_recorder(isolated=True)
    await recorder.set("r1", "recording")
    await recorded(recorder, "r1", 1.5)
    await recorder.kill()
    again = await start_recorder()
    await again.set("r1", "ended")
    await again.sealed_as("r1")
    assert [s["whole"] for s in isolated(again, "r1")["desk"]] == [False]
    assert verify_recording(again.recordings / "r1", keys_of(again)).state is State.WHOLE


async def test_a_closed_item_is_in_no_isolated_source(stage: Stage, start_recorder: StartRecorder) -> None:
    begin(stage)
    recorder = await start_recorder(isolated=True)
    await recorder.set("r1", "recording")
    await recorded(recorder, "r1", 1.5)
    await recorder.set("r1", "paused", reason="closed item")
    stage.programme.show_isolated(TapTrack.DESK_VIDEO, clip(OTHER_ROOM))
    paused = time.time()
    await recorder.until_grew("paused", lambda grew: grew.state == "paused")
    sent = stage.sent
    await eventually(lambda: None if stage.sent > sent + 60 else "nothing is sent meanwhile")
    stage.programme.show_isolated(TapTrack.DESK_VIDEO, clip(DESK))
    resumed = time.time()
    await recorder.set("r1", "recording")
    await recorded(recorder, "r1", 1.5)
    await recorder.set("r1", "ended")
    await recorder.sealed_as("r1")
    first, second = isolated(recorder, "r1")["desk"]
    assert first["started_epoch"] + first["seconds"] <= paused + 0.1
    assert second["started_epoch"] >= resumed - 0.1
    for each in (first, second):
        assert shades_of(recorder.recordings / "r1" / each["file"]) == {DESK}


@pytest.fixture
async def sealed(stage: Stage, start_recorder: StartRecorder) -> tuple[Path, PublicKeys]:
    begin(stage)
    recorder = await start_recorder(isolated=True)
    await recorder.set("r1", "recording")
    await recorded(recorder, "r1", 1)
    give_floor(stage, FLOOR)
    await recorded(recorder, "r1", 1.5)
    give_floor(stage, OTHER_ROOM)
    await recorded(recorder, "r1", 1.5)
    await recorder.set("r1", "ended")
    await recorder.sealed_as("r1")
    return recorder.recordings / "r1", keys_of(recorder)


async def test_altered_exchanged_removed_or_added_files_are_named(sealed: tuple[Path, PublicKeys]) -> None:
    folder, keys = sealed

    def found(name: str) -> tuple[State, Why]:
        report = verify_recording(folder, keys)
        (finding,) = [f for f in report.findings if f.name == name]
        assert finding.part is Part.ISOLATED
        return finding.state, finding.why

    one, other, desk = (folder / name for name in ("floor-0001.mkv", "floor-0002.mkv", "desk-0001.mkv"))
    whole = {each: each.read_bytes() for each in (one, other, desk)}
    desk.write_bytes(whole[desk][:1000] + bytes([whole[desk][1000] ^ 1]) + whole[desk][1001:])
    assert found("desk-0001.mkv") == (State.ALTERED, Why.OTHER_BYTES)
    desk.unlink()
    assert found("desk-0001.mkv") == (State.MISSING, Why.NOTHING)
    desk.write_bytes(whole[desk])
    one.write_bytes(whole[other])
    assert found("floor-0001.mkv") == (State.ALTERED, Why.CONTENT_OF)
    one.write_bytes(whole[one])
    (folder / "desk-0002.mkv").write_bytes(whole[desk])
    assert found("desk-0002.mkv") == (State.ADDED, Why.NOT_NAMED)
    (folder / "desk-0002.mkv").unlink()
    assert verify_recording(folder, keys).state is State.WHOLE
    assert verify_recording(folder, None).state is State.UNSIGNED


def test_a_manifest_of_before_is_read() -> None:
    of_before = {
        "version": 1, "software": "tiepdan 0.9", "recording": "r1", "reception": 7, "state": "sealed",
        "segments": [{
            "file": "segment-0001.mkv", "started_at": "2026-01-05T01:00:00.000+00:00", "started_epoch": 1.0,
            "seconds": 2.0, "bytes": 3, "sha256": "", "previous_sha256": "", "tracks": ["mix"], "codec": "",
            "video_frames": 0, "audio_seconds": 2.0, "whole": True,
        }],
    }  # fmt: skip
    assert Manifest.model_validate(of_before).isolated == []
    assert MANIFEST == "manifest.json"
