"""The isolated sources in simulated time: where files begin and end, and what is given up first."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pytest

from recordings.disk import AVOIDED_US
from recordings.intake import Intake, KeyFrameRequests
from recordings.isolated import journal as journals
from recordings.isolated.recorder import IsolatedRecorder
from recordings.isolated.recording import IsolatedRecording
from recordings.isolated.strand import STILL_US
from recordings.items import GapReason
from recordings.manifest import IsolatedSource
from recordings.store import Folder, Places
from signaling.ports import SetRecording
from signaling.tap import ISOLATED_PICTURES, TapTrack, parse
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.probing import probe

START_US = 1_795_000_000_000_000
STEP_US = 50_000
DESK = TapTrack.DESK_VIDEO


class Simulated:
    """A stage, its intakes and the isolated sources of one recording, on one clock."""

    def __init__(
        self, folder: Path, programme: Programme, segment_s: float = 60, started_us: int = START_US
    ) -> None:
        self.folder = Folder(folder)
        self.has_room = True
        journal = journals.load(folder, self.folder.name)
        self.recording = IsolatedRecording(self.folder, journal, round(segment_s * 1e6), lambda: self.has_room)
        self.journal = journal
        self.programme = programme
        self.requests = {track: KeyFrameRequests() for track in ISOLATED_PICTURES}
        self.intakes = {track: Intake(self.requests[track], (track,)) for track in ISOLATED_PICTURES}
        self.sound = Intake(KeyFrameRequests())
        self.now_us = started_us
        self.recording.resume(self.now_us)

    @property
    def desk(self) -> IsolatedSource:
        return self.journal.of("desk")

    def play(self, seconds: float) -> None:
        until_us = self.now_us + round(seconds * 1e6)
        while self.now_us < until_us:
            self.now_us += STEP_US
            for datagram in self.programme.until(self.now_us):
                packet = parse(datagram)
                self.intakes.get(packet.track, self.sound).handle_input(packet, self.now_us)
            for intake in (self.sound, *self.intakes.values()):
                intake.handle_timeout(self.now_us)
                while (item := intake.poll_output()) is not None:
                    self.recording.handle_input(item, self.now_us)
            self.recording.handle_timeout(self.now_us)
            for track, requests in self.requests.items():
                if track in self.recording.progress().want_key_frames:
                    requests.want(self.now_us)
                if requests.due(self.now_us):
                    self.programme.begin_with_key_frame(track)


def desk_on_stage() -> Programme:
    programme = Programme(speaking={TapTrack.DESK_AUDIO: sounds(440)})
    programme.show_isolated(DESK, pictures())
    return programme


def test_one_camera_goes_on_from_file_to_file_without_losing_a_picture(tmp_path: Path) -> None:
    simulated = Simulated(tmp_path / "r1", desk_on_stage(), 5)
    simulated.play(21)
    simulated.recording.end(simulated.now_us, "")
    segments = simulated.desk.segments
    assert len(segments) >= 4
    assert [each.continues for each in segments] == [False] + [True] * (len(segments) - 1)
    for one, other in pairwise(segments):
        assert other.started_epoch == pytest.approx(one.ended_epoch, abs=1e-4)
        assert other.previous_sha256 == one.sha256
    assert sum(each.video_frames for each in segments) == pytest.approx(21 * 15, abs=2)
    assert simulated.desk.gaps == []


def test_where_no_picture_is_there_is_no_file(tmp_path: Path) -> None:
    simulated = Simulated(tmp_path / "r1", desk_on_stage())
    simulated.play(4)
    simulated.programme.show_isolated(DESK, ())
    stopped_s = simulated.now_us / 1e6
    simulated.play(60)
    assert simulated.desk.writing is None
    simulated.programme.show_isolated(DESK, pictures())
    begun_s = simulated.now_us / 1e6
    simulated.play(3)
    simulated.recording.end(simulated.now_us, "")
    first, second = simulated.desk.segments
    assert first.ended_epoch < stopped_s + STILL_US / 1e6 + 1
    assert second.started_epoch == pytest.approx(begun_s, abs=0.2)
    assert simulated.desk.gaps == [], "nobody sent anything: nothing is missing"


def test_lost_packets_are_a_gap_of_that_source(tmp_path: Path) -> None:
    simulated = Simulated(tmp_path / "r1", desk_on_stage())
    simulated.play(3)
    simulated.programme.pictures[DESK].skip = 1
    simulated.play(4)
    simulated.recording.end(simulated.now_us, "")
    (gap,) = simulated.desk.gaps
    assert (gap.reason, gap.track) == (GapReason.PACKETS_LOST, "desk")
    assert 0 < gap.to - gap.from_ < 2


def test_the_room_the_programme_needs_is_left_to_it_and_the_gap_is_listed(tmp_path: Path) -> None:
    simulated = Simulated(tmp_path / "r1", desk_on_stage())
    simulated.play(5)
    simulated.has_room = False
    simulated.play(10)
    assert simulated.recording.progress().given_up
    simulated.has_room = True
    simulated.play(AVOIDED_US / 1e6)
    assert not simulated.recording.progress().given_up
    simulated.play(3)
    simulated.recording.end(simulated.now_us, "")
    first, second = simulated.desk.segments
    (gap,) = simulated.desk.gaps
    assert gap.reason == GapReason.DISK_LOW
    assert gap.from_ == pytest.approx(first.ended_epoch, abs=0.1)
    assert gap.to == pytest.approx(second.started_epoch, abs=0.1)
    seen = probe(simulated.folder.path / second.file)
    assert len(seen.video_times) == second.video_frames


def test_a_file_that_cannot_be_written_gives_them_up_and_is_a_gap(tmp_path: Path) -> None:
    simulated = Simulated(tmp_path / "r1", desk_on_stage())
    (simulated.folder.path / "desk-0001.mkv").mkdir(parents=True)
    simulated.play(6)
    assert simulated.recording.progress().given_up
    simulated.recording.end(simulated.now_us, "")
    assert simulated.desk.segments == []
    (gap,) = simulated.desk.gaps
    assert gap.reason == GapReason.WRITE_FAILED
    assert gap.to - gap.from_ > 4
    kept = journals.load(simulated.folder.path, "r1").of("desk")
    assert kept.gaps == simulated.desk.gaps, "it is on the disk, too"


def test_a_disk_that_hangs_costs_pictures_and_never_the_caller(tmp_path: Path) -> None:
    """Their thread stands still; what is posted meanwhile has a limit, and is listed when it goes on."""
    hung, goes_on = threading.Event(), threading.Event()

    def may_write() -> bool:
        hung.set()
        return goes_on.wait(60)

    places = Places(tmp_path / "recordings")
    recorder = IsolatedRecorder(places, 600_000_000, may_write)
    recorder.start()
    recorder.order(SetRecording(recording="r1", reception=1, state="recording"), START_US)
    assert hung.wait(10)
    recorder.let_in()
    programme = desk_on_stage()
    programme.show_isolated(TapTrack.FLOOR_VIDEO, pictures())
    for step in range(150 * 50):
        now_us = START_US + step * 20_000
        for datagram in programme.until(now_us):
            packet = parse(datagram)
            if packet.track in ISOLATED_PICTURES:
                recorder.received(packet, now_us)
    assert not recorder.is_done_with("r1")
    goes_on.set()
    recorder.order(SetRecording(recording="r1", reception=1, state="ended"), now_us)
    recorder.stop()
    assert recorder.is_done_with("r1")
    journal = journals.load(places.folder("r1").path, "r1")
    for source in (journal.of("desk"), journal.of("floor")):
        (segment,) = source.segments
        assert 50 < segment.seconds < 90, "the limit of the inbox, for two pictures"
        seen = probe(places.folder("r1").path / segment.file)
        assert len(seen.video_times) == segment.video_frames
