"""No time is missing without a word: before the first recorded second, between two, behind the last."""

from __future__ import annotations

from pathlib import Path

from recordings.manifest import SegmentEntry, iso, new_manifest
from recordings.store import Folder
from server.receptions.recorded_time import read_recorded_time
from server.review.viewing import seams_for_script

BEGAN = 1_795_928_000.0
SEGMENTS = ((100.0, 50.0), (200.0, 30.0), (300.0, 10.0))  # began, lasted
GAPS = (
    (0.0, 100.0, "no_media", "all"),
    (150.01, 170.0, "no_media", "all"),
    (170.0, 200.0, "closed item", "all"),
    (230.0, 260.0, "closed item", "all"),
    (310.0, 340.0, "write_failed", "all"),
    (110.0, 112.0, "packets_lost", "floor"),
)


def entry_of(number: int, began: float, seconds: float) -> SegmentEntry:
    return SegmentEntry(
        file=f"segment-{number:04}.mkv", started_at=iso(BEGAN + began), started_epoch=BEGAN + began,
        seconds=seconds, bytes=1, sha256="", previous_sha256="", tracks=(), codec="h264", video_frames=1,
        audio_seconds=seconds,
    )  # fmt: skip


def test_each_gap_is_told_with_its_own_reason(tmp_path: Path) -> None:
    manifest = new_manifest("r1-20261129", 1)
    for number, (began, seconds) in enumerate(SEGMENTS, 1):
        manifest.add_segment(entry_of(number, began, seconds))
    for from_, to, reason, track in GAPS:
        manifest.note_gap(BEGAN + from_, BEGAN + to, reason, track)
    Folder(tmp_path / "r1-20261129").save(manifest)

    recorded = read_recorded_time(tmp_path / "r1-20261129")
    assert recorded is not None
    found = [(seam.at_s, seam.from_ - BEGAN, seam.to - BEGAN, seam.reason) for seam in recorded.seams]
    assert [(at, round(from_, 3), round(to, 3), reason) for at, from_, to, reason in found] == [
        (0.0, 0.0, 100.0, "no_media"),
        (50.0, 150.01, 170.0, "no_media"),
        (50.0, 170.0, 200.0, "closed item"),
        (80.0, 230.0, 260.0, "closed item"),
        (80.0, 260.0, 300.0, ""),  # the manifest says nothing of it: it is missing all the same
        (90.0, 310.0, 340.0, "write_failed"),
    ]
    (loss,) = recorded.losses
    assert (loss.starts_s, loss.ends_s, loss.words) == (10.0, 12.0, "sound incomplete: packets were lost")
    drawn = seams_for_script(recorded, lambda text, **_said: text)
    assert [(place["at"], round(place["missing"]), place["closed"]) for place in drawn] == [
        (0.0, 100, False), (50.0, 50, False), (80.0, 70, False), (90.0, 30, False)
    ]  # fmt: skip
    assert drawn[1]["reason"] == "nothing was on the stage; closed item, not recorded"


def test_two_segments_that_nobody_can_read_are_a_gap_and_shift_nothing(tmp_path: Path) -> None:
    """They are not in the file that is played, so that what follows lies earlier there."""
    manifest = new_manifest("r1-20261129", 1)
    for number in range(4):
        manifest.add_segment(entry_of(number + 1, 60.0 * number, 60.0))
    for from_ in (60.0, 120.0):  # they become one
        manifest.note_gap(BEGAN + from_, BEGAN + from_ + 60.0, "segment_unreadable")
    Folder(tmp_path / "r1-20261129").save(manifest)
    recorded = read_recorded_time(tmp_path / "r1-20261129")
    assert recorded is not None
    assert recorded.spans(BEGAN + 190.0, BEGAN + 200.0) == [(70.0, 80.0)]
    assert [(seam.at_s, seam.missing_s, seam.reason) for seam in recorded.seams] == [
        (60.0, 120.0, "segment_unreadable")
    ]
