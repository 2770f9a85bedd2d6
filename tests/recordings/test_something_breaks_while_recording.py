"""kill -9, a media process that restarts, a full disk, a stage that falls silent."""

from __future__ import annotations

import resource
import time

import psutil

from signaling.ports import ChapterMark
from signaling.tap import TapTrack
from tests.recordings.conftest import Stage, StartRecorder
from tests.recordings.media import pictures, sounds
from tests.recordings.probing import probe


def talk(stage: Stage) -> None:
    stage.programme.clip = pictures()
    stage.programme.speaking = {TapTrack.DESK_AUDIO: sounds(440)}


async def test_recorder_is_killed_and_goes_on(stage: Stage, start_recorder: StartRecorder) -> None:
    talk(stage)
    recorder = await start_recorder()
    await recorder.set("r1", "recording")
    await recorder.until_grew("2 s", lambda grew: grew.seconds > 2)
    killed = time.time()
    await recorder.kill()
    left = recorder.recordings / "r1" / "segment-0001.mkv"
    as_left = left.read_bytes()
    began = recorder.manifest("r1")["writing"]["started_at"]
    seen = probe(left)
    assert began + seen.video_times[-1] > killed - 1
    assert began + len(seen.sound) / 48_000 > killed - 1

    again = await start_recorder()
    manifest = again.manifest("r1")
    assert manifest["writing"] is None
    assert [(s["file"], s["whole"]) for s in manifest["segments"]] == [("segment-0001.mkv", False)]
    assert manifest["segments"][0]["video_frames"] == len(seen.video_times)
    await again.set("r1", "recording")
    await again.until_grew("1 s more", lambda grew: grew.segments == 2 and grew.seconds > 3)
    await again.set("r1", "ended")
    sealed = await again.sealed_as("r1")
    assert left.read_bytes() == as_left
    manifest = again.manifest("r1")
    assert [gap["reason"] for gap in manifest["gaps"]] == ["recorder_restarted"]
    assert manifest["gaps"][0]["from"] <= killed <= manifest["gaps"][0]["to"]
    assert [s["file"] for s in manifest["segments"]] == ["segment-0001.mkv", "segment-0002.mkv"]
    played = probe(again.recordings / "r1" / sealed.file)
    assert len(played.video_times) == sealed.video_frames == sum(s["video_frames"] for s in manifest["segments"])
    assert abs(played.seconds - sealed.seconds) < 0.1


async def test_recorder_is_ended_politely_and_goes_on(stage: Stage, start_recorder: StartRecorder) -> None:
    talk(stage)
    recorder = await start_recorder()
    await recorder.set("r2", "recording")
    await recorder.until_grew("0.5 s", lambda grew: grew.seconds > 0.5)
    assert await recorder.stop() == 0
    manifest = recorder.manifest("r2")
    assert (manifest["state"], manifest["writing"]) == ("open", None)
    assert manifest["segments"][0]["whole"]
    assert manifest["missing"]["reason"] == "recorder_restarted"
    again = await start_recorder()
    await again.set("r2", "ended")
    assert (await again.sealed_as("r2")).segments == 1


async def test_media_process_restarts(stage: Stage, start_recorder: StartRecorder) -> None:
    talk(stage)
    recorder = await start_recorder()
    await recorder.set("r3", "recording")
    await recorder.until_grew("1 s", lambda grew: grew.seconds > 1)
    await stage.close()
    lost = time.time()
    silent = await recorder.until_grew("an alarm", lambda grew: bool(grew.alarm))
    assert (silent.alarm, silent.growing) == ("no_media", False)
    stage.programme.video.sequence = 5  # numbering starts anew
    stage.programme._video_due = None
    await stage.open()
    await recorder.until_grew("going on", lambda grew: grew.growing and not grew.alarm and grew.segments == 2)
    heard = ChapterMark(
        item=1, position=1, label="Mục 1", petitions=(), started_at=lost - 60, ended_at=None, closed=False
    )
    await recorder.set("r3", "ended", chapters=(heard,))
    sealed = await recorder.sealed_as("r3")
    gaps = recorder.manifest("r3")["gaps"]
    assert [gap["reason"] for gap in gaps] == ["media_restarted"]
    assert gaps[0]["from"] <= lost + 0.1
    assert gaps[0]["to"] > lost + 2
    assert sealed.gaps == 1
    played = probe(recorder.recordings / "r3" / sealed.file)
    assert len(played.video_times) == sealed.video_frames
    # The item went on, and so does its chapter.
    assert [(span.starts_s, span.ends_s) for span in sealed.chapters] == [(0, round(sealed.seconds, 3))]
    assert [title for _, _, title in played.chapters] == ["Mục 1"]


async def test_disk_takes_no_more_and_then_does(stage: Stage, start_recorder: StartRecorder) -> None:
    talk(stage)
    recorder = await start_recorder()
    await recorder.set("r4", "recording")
    await recorder.until_grew("1 s", lambda grew: grew.seconds > 1)
    process = psutil.Process(recorder.pid)
    process.rlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))  # no file may grow beyond this
    await recorder.until_grew("alarm", lambda grew: grew.alarm == "write_failed")
    process.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await recorder.until_grew("recovered", lambda grew: grew.growing and not grew.alarm)
    await recorder.set("r4", "ended")
    sealed = await recorder.sealed_as("r4")
    manifest = recorder.manifest("r4")
    assert {gap["reason"] for gap in manifest["gaps"]} >= {"write_failed"}
    assert not manifest["segments"][0]["whole"]
    assert manifest["segments"][-1]["whole"]
    assert len(probe(recorder.recordings / "r4" / sealed.file).video_times) == sealed.video_frames > 15
