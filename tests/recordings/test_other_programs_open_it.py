"""What is recorded is opened by programs that are not ours: ffprobe, and mkvalidator where it is installed.

Both are asked about every file, and may find nothing to complain of. Chromium plays it in
`test_playable_in_chromium`, Firefox in `tests/browser/office/test_firefox_plays_a_recording`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from recordings.manifest import Manifest
from signaling.tap import TapTrack
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.test_long_recording import Simulated


@dataclass(frozen=True, slots=True)
class Recorded:
    folder: Path
    manifest: Manifest


@pytest.fixture(scope="module", params=["h264", "vp8"])
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """With a change of source and of size, silence, a lost packet, and no sound for a while."""
    programme = Programme(
        codec=request.param, clip=pictures(request.param), speaking={TapTrack.DESK_AUDIO: sounds(440)}
    )
    simulated = Simulated(tmp_path_factory.mktemp(request.param), programme, 5)
    simulated.play(4)
    programme.show(pictures(request.param, width=640, height=360))
    programme.speaking = {}
    simulated.play(4)
    programme.video.skip = 1
    programme.speaking = {TapTrack.FLOOR_AUDIO: sounds(600), TapTrack.DESK_AUDIO: sounds(440)}
    simulated.play(6)
    return Recorded(simulated.folder.path, simulated.seal())


def files(recorded: Recorded) -> list[Path]:
    assert recorded.manifest.playable is not None
    names = [segment.file for segment in recorded.manifest.segments] + [recorded.manifest.playable.file]
    assert len(names) >= 3
    return [recorded.folder / name for name in names]


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed here")
    return found


def test_ffprobe_reads_every_packet_and_complains_of_nothing(recorded: Recorded) -> None:
    program = needs("ffprobe")
    pictures_of = {}
    for file in files(recorded):
        asked = [program, "-v", "warning", "-count_packets", "-show_streams", "-show_format", "-of", "json"]
        said = subprocess.run([*asked, str(file)], capture_output=True, text=True, timeout=60, check=True)
        assert said.stderr == "", f"{file.name}: {said.stderr}"
        found = json.loads(said.stdout)
        kinds = [stream["codec_type"] for stream in found["streams"]]
        assert kinds.count("video") == 1
        assert kinds.count("audio") == (3 if file.suffix == ".mkv" else 1)
        assert float(found["format"]["duration"]) > 2
        pictures_of[file.name] = next(
            int(stream["nb_read_packets"]) for stream in found["streams"] if stream["codec_type"] == "video"
        )
    playable = recorded.manifest.playable
    assert playable is not None
    of_segments = sum(pictures_of[segment.file] for segment in recorded.manifest.segments)
    assert pictures_of[playable.file] == of_segments == playable.video_frames


def test_mkvalidator_finds_no_error(recorded: Recorded) -> None:
    program = needs("mkvalidator")
    for file in files(recorded):
        if file.suffix != ".mp4":
            said = subprocess.run([program, "--quiet", str(file)], capture_output=True, text=True, timeout=60)
            assert said.returncode == 0, f"{file.name}: {said.stdout}{said.stderr}"
            assert "ERR" not in said.stdout + said.stderr
