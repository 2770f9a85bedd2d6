"""What a room handed over late stands beside a sealed recording, signed for itself; `verify` looks after it."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recordings.archive.note import late_in
from recordings.corrections import CORRECTIONS, CorrectionRefused, add_late, append, corrected, read, read_lines
from recordings.findings import Part, State, Why, exit_code
from recordings.keys import PublicKeys, signing_key
from recordings.late import Late, LateEntry, late_of
from recordings.manifest import new_manifest
from recordings.store import MANIFEST, Folder
from recordings.verifying import verify_recording
from tests.recordings.test_a_recording_is_verified import START, Correction, copy, keys, named, office

__all__ = ["copy", "keys", "office"]
NOW = datetime.now(UTC) + timedelta(minutes=5)  # the keys of the fixture are younger than this module


def handed_over(path: Path, content: bytes) -> Late:
    path.write_bytes(content)
    return Late(
        room="06649", item=2, started_epoch=START + 4, seconds=3.5, bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(), codec="h264", video_frames=50, handed_over_at=NOW,
    )  # fmt: skip


@pytest.fixture
def with_late(copy: Path, office: Path, tmp_path: Path) -> Path:
    """Two of them, and a correction in between."""
    key = signing_key(office / "signing", NOW)
    for content in (b"one" * 500, b"other" * 500):
        late = handed_over(tmp_path / "incoming", content)
        add_late(copy, late, tmp_path / "incoming", key, NOW)
        if content.startswith(b"one"):
            append(copy, Correction(by="thuky", reason="x", mark=0, now=None), key, NOW)
    return copy


def test_it_is_named_and_whole_and_nothing_that_was_sealed_changed(
    copy: Path, office: Path, keys: PublicKeys, tmp_path: Path
) -> None:
    before = {path.name: path.read_bytes() for path in copy.iterdir() if path.name != CORRECTIONS}
    key = signing_key(office / "signing", NOW)
    late = handed_over(tmp_path / "incoming", b"film" * 100)
    written = add_late(copy, late, tmp_path / "incoming", key, NOW)
    assert isinstance(written.entry, LateEntry)
    assert (written.entry.file, written.entry.number) == ("late-0001.mkv", 3)
    report = verify_recording(copy, keys)
    assert (named(report), exit_code([report])) == ({}, 0)
    assert [f.name for f in report.findings if f.part is Part.LATE] == ["late-0001.mkv"]
    assert (copy / "late-0001.mkv").read_bytes() == b"film" * 100
    assert {name: (copy / name).read_bytes() for name in before} == before
    assert add_late(copy, late, tmp_path / "incoming", key, NOW) == written, "the same file once more"
    assert len(list(copy.glob("late-*"))) == 1


def test_chapters_are_corrected_as_before(with_late: Path) -> None:
    manifest = Folder(with_late).load()
    assert manifest is not None
    marks = corrected(manifest.chapters, read(with_late))
    assert marks[0] is None
    assert marks[1] is not None
    assert marks[1].ended_at == START + 8.25
    assert [each.file for each in late_of(read(with_late))] == ["late-0001.mkv", "late-0002.mkv"]
    assert set(late_in(with_late)) == {"late-0001.mkv", "late-0002.mkv"}, "they go into the archive with the rest"


def test_what_is_done_to_it_is_found(with_late: Path, keys: PublicKeys) -> None:
    assert named(verify_recording(with_late, keys)) == {}
    (with_late / "late-0001.mkv").write_bytes(b"ONE" * 500)
    (with_late / "late-0002.mkv").unlink()
    (with_late / "late-0003.mkv").write_bytes(b"smuggled in")
    assert named(verify_recording(with_late, keys)) == {
        "late-0001.mkv": (State.ALTERED, Why.OTHER_BYTES),
        "late-0002.mkv": (State.MISSING, Why.NOTHING),
        "late-0003.mkv": (State.ADDED, Why.NOT_NAMED),
    }


def test_one_that_is_taken_away_with_its_entry_is_missed(with_late: Path, keys: PublicKeys) -> None:
    lines = read_lines(with_late)
    (with_late / "late-0002.mkv").unlink()
    (with_late / CORRECTIONS).write_bytes(b"".join(line.bytes for line in (*lines[:-2], lines[-1])))
    assert named(verify_recording(with_late, keys))[CORRECTIONS] == (State.MISSING, Why.FEWER_LINES)


def test_one_whose_entry_was_changed_is_vouched_for_by_nobody(with_late: Path, keys: PublicKeys) -> None:
    data = (with_late / CORRECTIONS).read_bytes()
    assert b'"06649"' in data
    (with_late / CORRECTIONS).write_bytes(data.replace(b'"06649"', b'"06650"', 1))
    found = named(verify_recording(with_late, keys))
    assert found[f"{CORRECTIONS} 3"] == (State.ALTERED, Why.BAD_SIGNATURE)
    assert found["late-0001.mkv"][0] is State.UNSIGNED
    assert "late-0002.mkv" not in found


def test_a_crash_before_it_was_named_costs_nothing(
    copy: Path, office: Path, keys: PublicKeys, tmp_path: Path
) -> None:
    (copy / "late-0001.mkv").write_bytes(b"half of something")
    late = handed_over(tmp_path / "incoming", b"film" * 100)
    add_late(copy, late, tmp_path / "incoming", signing_key(office / "signing", NOW), NOW)
    assert named(verify_recording(copy, keys)) == {}


def test_a_recording_that_is_open_takes_none(office: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r2"
    Folder(folder).save(new_manifest("r2", 2))
    late = handed_over(tmp_path / "incoming", b"film")
    with pytest.raises(CorrectionRefused, match="not sealed"):
        add_late(folder, late, tmp_path / "incoming", signing_key(office / "signing", NOW), NOW)
    assert [path.name for path in folder.iterdir()] == [MANIFEST]
    shutil.rmtree(folder)
