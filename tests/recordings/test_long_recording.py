"""A recording in simulated time: the writer's side without threads and sockets, hours in seconds."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from recordings.intake import Intake, KeyFrameRequests
from recordings.items import GapReason
from recordings.manifest import Manifest, new_manifest
from recordings.recording import Recording
from recordings.sealing import seal
from recordings.store import Folder
from signaling.tap import TapTrack, parse
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.probing import probe

START_US = 1_795_000_000_000_000
STEP_US = 50_000


class Simulated:
    """A stage, an intake and a recording that share one clock."""

    def __init__(self, path: Path, programme: Programme, segment_s: float) -> None:
        self.folder = Folder(path / "recordings" / "r1")
        self.recording = Recording(self.folder, new_manifest("r1", 1), round(segment_s * 1e6))
        self.programme = programme
        self.requests = KeyFrameRequests()
        self.intake = Intake(self.requests)
        self.now_us = START_US
        self.recording.resume(self.now_us)

    def play(self, seconds: float) -> None:
        until_us = self.now_us + round(seconds * 1e6)
        while self.now_us < until_us:
            self.now_us += STEP_US
            for datagram in self.programme.until(self.now_us):
                self.intake.handle_input(parse(datagram), self.now_us)
            self.intake.handle_timeout(self.now_us)
            while (item := self.intake.poll_output()) is not None:
                self.recording.handle_input(item, self.now_us)
            self.recording.handle_timeout(self.now_us)
            if self.recording.progress().wants_key_frame:
                self.requests.want(self.now_us)
            if self.requests.due(self.now_us):
                self.programme.begin_with_key_frame()

    def seal(self) -> Manifest:
        self.recording.end(self.now_us, "")
        seal(self.folder, self.folder.path.parent.parent / "signing", threading.Event())
        manifest = self.folder.load()
        assert manifest is not None
        return manifest


def test_segments_follow_one_another_without_a_seam(tmp_path: Path) -> None:
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(tmp_path, programme, 5)
    simulated.play(31)
    manifest = simulated.seal()
    assert len(manifest.segments) >= 5
    for one, other in zip(manifest.segments, manifest.segments[1:], strict=False):
        assert abs(one.ended_epoch - other.started_epoch) < 1e-4
        assert 5 <= one.seconds < 6.5
    assert manifest.gaps == []
    assert manifest.playable is not None
    seen = probe(tmp_path / "recordings" / "r1" / manifest.playable.file)
    assert len(seen.sound) / 48_000 == pytest.approx(manifest.seconds, abs=0.03)
    # The tone goes on over the borders: no block of 20 ms of it is silent, and no picture is missing.
    blocks = abs(seen.sound[9_600 : 48_000 * 29]).reshape(-1, 960).max(axis=1)
    assert blocks.min() > blocks.max() / 2
    assert max(b - a for a, b in zip(seen.video_times, seen.video_times[1:], strict=False)) < 0.1
    assert manifest.playable.video_frames == len(seen.video_times) == pytest.approx(31 * 15, abs=2)


def test_video_that_stops_does_not_stop_the_sound(tmp_path: Path) -> None:
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(tmp_path, programme, 5)
    simulated.play(3)
    programme.clip = ()
    simulated.play(20)
    programme.show(pictures(width=160, height=90))
    simulated.play(4)
    manifest = simulated.seal()
    assert next(segment.codec for segment in manifest.segments) == "h264"
    assert "" in [segment.codec for segment in manifest.segments]
    assert manifest.segments[-1].codec == "h264"
    assert manifest.seconds == pytest.approx(27, abs=0.2)
    assert manifest.playable is not None
    seen = probe(tmp_path / "recordings" / "r1" / manifest.playable.file)
    assert len(seen.sound) / 48_000 == pytest.approx(27, abs=0.2)
    assert set(seen.sizes) == {(320, 180), (160, 90)}
    assert next(size for size, time in zip(seen.sizes, seen.video_times, strict=True) if time > 22.9) == (160, 90)


def test_an_empty_stage_is_a_gap(tmp_path: Path) -> None:
    programme = Programme(speaking={TapTrack.FLOOR_AUDIO: sounds(440)})
    simulated = Simulated(tmp_path, programme, 60)
    simulated.play(4)
    programme.speaking = {}
    simulated.play(20)
    programme.speaking = {TapTrack.FLOOR_AUDIO: sounds(440)}
    simulated.play(4)
    manifest = simulated.seal()
    assert [gap.reason for gap in manifest.gaps] == [GapReason.NO_MEDIA]
    assert manifest.gaps[0].to == pytest.approx(START_US / 1e6 + 24, abs=0.2)
    assert len(manifest.segments) == 2


def test_a_lost_packet_is_a_gap_of_the_video_only(tmp_path: Path) -> None:
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(tmp_path, programme, 60)
    simulated.play(3)
    programme.video.skip = 1
    simulated.play(5)
    manifest = simulated.seal()
    assert [(gap.track, gap.reason) for gap in manifest.gaps] == [("video", GapReason.PACKETS_LOST)]
    assert manifest.playable is not None
    seen = probe(tmp_path / "recordings" / "r1" / manifest.playable.file)
    assert len(seen.video_times) == manifest.playable.video_frames < 8 * 15 - 1
    assert manifest.playable.audio_seconds == pytest.approx(8, abs=0.1)
    widest = max(b - a for a, b in zip(seen.video_times, seen.video_times[1:], strict=False))
    assert widest == pytest.approx(manifest.gaps[0].to - manifest.gaps[0].from_, abs=0.01)


def test_a_full_disk_is_tried_again(tmp_path: Path) -> None:
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(tmp_path, programme, 60)
    (tmp_path / "recordings" / "r1" / "segment-0001.mkv").symlink_to("/dev/full")
    simulated.play(3)
    assert simulated.recording.progress().write_failed
    (tmp_path / "recordings" / "r1" / "segment-0001.mkv").unlink()
    simulated.play(6)
    assert not simulated.recording.progress().write_failed
    manifest = simulated.seal()
    assert [gap.reason for gap in manifest.gaps][-1] == GapReason.WRITE_FAILED
    assert [segment.file for segment in manifest.segments] == ["segment-0001.mkv"]
    assert manifest.segments[0].whole
