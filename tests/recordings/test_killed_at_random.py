"""kill -9 at random moments: the files play up to a second before, and the next start closes them, with the gap.

`make test-kills` does it a hundred times; TIEPDAN_KILLS and TIEPDAN_SEED say how often and which.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest

from recordings.keys import PUBLIC, read_public_keys
from recordings.verifying import verify_recording
from signaling.tap import TapTrack
from tests.recordings.conftest import RecorderProcess, Stage, StartRecorder
from tests.recordings.media import pictures, sounds
from tests.recordings.probing import probe
from tests.waiting import eventually

KILLS = int(os.environ.get("TIEPDAN_KILLS", "5"))
SEED = int(os.environ.get("TIEPDAN_SEED", "1"))
RECOVERY_POINT_S = 1.0
ON_TIME_S = 0.1
KILLS_IN_A_RECORDING = 10


async def reopen(stage: Stage) -> None:
    """Another media process: its numbering and its time begin anew."""
    stage.programme.video.sequence = stage.programme.pictures[TapTrack.DESK_VIDEO].sequence = 5
    stage.programme._video_due = None
    await stage.open()


async def at_a_random_moment(recorder: RecorderProcess, stage: Stage, chance: random.Random, name: str) -> None:
    """Once a segment is really written: the gap before it is closed, and what was recorded grows from here on. A
    machine that is busy with other things for a second loses that second without a kill: another moment is taken
    then."""
    await recorder.until_grew("growing", lambda grew: grew.growing and grew.seconds > 0.3)
    grew = await recorder.until_grew("a segment", lambda _grew: recorder.manifest(name)["missing"] is None)
    begun, more = grew.seconds, chance.uniform(0.8, 2.5)
    await recorder.until_grew("some more", lambda grew: grew.seconds > begun + more)
    while True:
        moment = time.monotonic() + chance.uniform(0, 0.4)
        await eventually(lambda: "not yet" if time.monotonic() < moment else None)  # noqa: B023
        asked = time.monotonic()
        await recorder.status()
        if time.monotonic() - asked < ON_TIME_S and time.time() - stage.sent_until < ON_TIME_S:
            return


def last_segment(recorder: RecorderProcess, name: str) -> Path:
    return max((recorder.recordings / name).glob("segment-*.mkv"))


@pytest.mark.timeout(60 + 20 * KILLS)
async def test_whatever_is_killed_a_second_is_lost_at_most(stage: Stage, start_recorder: StartRecorder) -> None:
    chance = random.Random(SEED)
    stage.programme.clip = pictures()
    stage.programme.show_isolated(TapTrack.DESK_VIDEO, pictures())
    stage.programme.speaking = {TapTrack.DESK_AUDIO: sounds(440)}
    worst = 0.0
    for first in range(0, KILLS, KILLS_IN_A_RECORDING):
        name = f"r{first}"
        recorder = await start_recorder(segment_minutes=0.05, isolated=True)
        kills = min(KILLS_IN_A_RECORDING, KILLS - first)
        restarts = 0
        await recorder.set(name, "recording")
        for kill in range(first, first + kills):
            await at_a_random_moment(recorder, stage, chance, name)
            what = ("recorder", "tree", "media")[kill % 3]
            killed = min(time.time(), stage.sent_until)
            if what == "media":
                await stage.close()
                await recorder.until_grew("closed", lambda grew: bool(recorder.manifest(name)["missing"]))  # noqa: B023
                lost = killed - recorder.manifest(name)["missing"]["from"]
                await reopen(stage)
            else:
                await recorder.kill()
                if what == "tree":
                    await stage.close()
                restarts += 1
                lost = killed - min(played_until(recorder, name), isolated_until(recorder, name))
                as_left = last_segment(recorder, name).read_bytes()
                if what == "tree":
                    await reopen(stage)
                recorder = await start_recorder(segment_minutes=0.05, isolated=True)
                manifest = recorder.manifest(name)
                entered = manifest["segments"][-1]
                assert entered["file"] == last_segment(recorder, name).name
                assert entered["bytes"] == len(as_left)
                assert manifest["missing"]["reason"] == "recorder_restarted"
                assert killed - RECOVERY_POINT_S < manifest["missing"]["from"] <= time.time()
                await recorder.set(name, "recording")
            assert lost < RECOVERY_POINT_S, f"kill {kill} of {what}, seed {SEED}: {lost:.3f} s lost"
            worst = max(worst, lost)
        await recorder.until_grew("growing again", lambda grew: grew.growing)
        await recorder.set(name, "ended")
        sealed = await recorder.sealed_as(name)
        manifest = recorder.manifest(name)
        assert [gap["reason"] for gap in manifest["gaps"]].count("recorder_restarted") == restarts
        played = probe(recorder.recordings / name / sealed.file)
        assert len(played.video_times) == sealed.video_frames
        isolated_frames = sum(
            len(probe(recorder.recordings / name / entry["file"]).video_times) for entry in desk_of(manifest)
        )
        assert isolated_frames == sum(entry["video_frames"] for entry in desk_of(manifest)) > 30
        report = verify_recording(recorder.recordings / name, read_public_keys(recorder.signing / PUBLIC))
        assert report.state == "whole"
        await recorder.stop()
    print(f"{KILLS} kills: {worst:.3f} s lost at most")


def played_until(recorder: RecorderProcess, name: str) -> float:
    """The wall clock of the last picture that plays, in the file as it was left."""
    manifest = recorder.manifest(name)
    writing = manifest["writing"]
    if writing is None or not (recorder.recordings / name / writing["file"]).stat().st_size:
        last = manifest["segments"][-1]  # killed between two segments
        return float(last["started_epoch"] + last["seconds"])
    return float(writing["started_at"] + probe(recorder.recordings / name / writing["file"]).video_times[-1])


def isolated_until(recorder: RecorderProcess, name: str) -> float:
    """The same of the desk for itself."""
    journal = json.loads((recorder.recordings / name / "isolated.json").read_text())
    desk = next(source for source in journal["sources"] if source["source"] == "desk")
    writing = desk["writing"]
    file = recorder.recordings / name / writing["file"] if writing else None
    times = probe(file).video_times if file is not None and file.exists() and file.stat().st_size else []
    if writing is None or not times:
        last = desk["segments"][-1]  # killed between two of its files
        return float(last["started_epoch"] + last["seconds"])
    return float(writing["started_at"] + times[-1])


def desk_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Its files that can be played; one that was killed in its first moments holds nothing yet."""
    (desk,) = manifest["isolated"]
    return [entry for entry in desk["segments"] if entry["seconds"] > 0]
