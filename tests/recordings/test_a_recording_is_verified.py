"""Whatever is done to a sealed recording, `verify` finds it and names the part."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recordings.chapters import runs_of, spans_of
from recordings.correcting import InSeconds, correction_of
from recordings.corrections import (
    CORRECTIONS,
    ChapterTimes,
    Correction,
    CorrectionRefused,
    CorrectionsDamaged,
    Entry,
    append,
    corrected,
    read,
)
from recordings.findings import Part, Report, State, Why, exit_code
from recordings.keys import PUBLIC, PublicKeys, read_public_keys, rotate, signing_key
from recordings.manifest import new_manifest
from recordings.sealing import seal
from recordings.store import MANIFEST, SIGNATURE, Folder
from recordings.verifying import Advance, digest_of, verify_recording
from recordings.verifying_folders import things_in, verify
from signaling.ports import ChapterMark
from signaling.tap import TapTrack
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.test_long_recording import START_US, Simulated

START = START_US / 1e6
FLIPS = int(os.environ.get("TIEPDAN_FLIPS", "40"))


def mark(item: int, starts: float, ends: float | None, *, closed: bool = False) -> ChapterMark:
    label = f"Mục {item}"
    codes = (f"KN-{item}",)
    return ChapterMark(
        item=item, position=item, label=label, petitions=codes,
        started_at=START + starts, ended_at=None if ends is None else START + ends, closed=closed,
    )  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys, and one sealed recording of four segments with three chapters and two corrections."""
    office = tmp_path_factory.mktemp("office")
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(office, programme, 3)
    simulated.play(12)
    simulated.recording.set_marks((mark(1, 0.5, 4), mark(2, 4, 9), mark(3, 9.5, 11, closed=True)))
    simulated.seal()
    now = datetime.now(UTC)
    key = signing_key(office / "signing", now)
    for number, ends in enumerate((8.5, 8.25)):
        times = ChapterTimes(item=2, label="Mục 2", started_at=START + 4.2, ended_at=START + ends)
        change = Correction(by="thuky", reason="the floor was given later", mark=1, now=times)
        append(office / "recordings" / "r1", change, key, now + timedelta(seconds=number))
    return office


@pytest.fixture
def copy(office: Path, tmp_path: Path) -> Path:
    return shutil.copytree(office / "recordings" / "r1", tmp_path / "r1")


@pytest.fixture
def keys(office: Path) -> PublicKeys:
    return read_public_keys(office / "signing" / PUBLIC)


def named(report: Report) -> dict[str, tuple[State, Why]]:
    """Everything that is not whole, by its name."""
    return {f.name: (f.state, f.why) for f in report.findings if f.state is not State.WHOLE}


def test_what_nobody_touched_is_whole(copy: Path, keys: PublicKeys) -> None:
    report = verify_recording(copy, keys)
    assert (named(report), report.state, exit_code([report])) == ({}, State.WHOLE, 0)
    parts = [finding.part for finding in report.findings]
    assert parts.count(Part.SEGMENT) >= 3
    assert parts.count(Part.CHAPTER) == 3
    assert parts.count(Part.CORRECTION) == 3  # two, and that these are all
    assert parts.count(Part.PLAYABLE) == 1


def test_openssl_says_so_too(copy: Path, office: Path, tmp_path: Path) -> None:
    """The signature needs no program of ours."""
    pem = tmp_path / "key.pem"
    pem.write_text(signing_key(office / "signing", datetime.now(UTC)).public.pem())
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(pem), "-rawin"]
    command += ["-in", str(copy / MANIFEST), "-sigfile", str(copy / SIGNATURE)]
    assert subprocess.run(command, capture_output=True).returncode == 0
    (copy / MANIFEST).write_bytes((copy / MANIFEST).read_bytes().replace(b"Tiep", b"tiep") + b" ")
    assert subprocess.run(command, capture_output=True).returncode != 0


@pytest.mark.parametrize("seed", range(FLIPS))
def test_one_changed_byte_anywhere_is_found_and_its_file_named(copy: Path, keys: PublicKeys, seed: int) -> None:
    chance = random.Random(seed)
    files = sorted(copy.iterdir())
    file = files[seed % len(files)]
    data = bytearray(file.read_bytes())
    at = chance.randrange(len(data))
    data[at] ^= 1 << chance.randrange(8)
    file.write_bytes(data)
    report = verify_recording(copy, keys)
    assert exit_code([report]) != 0, f"byte {at} of {file.name}"
    # A signature has no other place than its manifest to be named at.
    where = MANIFEST if file.name == SIGNATURE else file.name
    assert any(name.startswith(where) for name in named(report)), f"byte {at} of {file.name}: {named(report)}"


def test_swapped_segments_name_each_other(copy: Path, keys: PublicKeys) -> None:
    one, other, aside = copy / "segment-0001.mkv", copy / "segment-0002.mkv", copy / "aside"
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    report = verify_recording(copy, keys)
    found = {f.name: f for f in report.findings}
    assert found["segment-0001.mkv"].why is Why.CONTENT_OF
    assert found["segment-0001.mkv"].said == {"other": "segment-0002.mkv"}
    assert found["segment-0002.mkv"].said == {"other": "segment-0001.mkv"}
    assert found["1. Mục 1"].state is State.ALTERED
    assert exit_code([report]) == 1


def test_a_dropped_segment_is_missing_and_so_is_the_chapter_in_it(copy: Path, keys: PublicKeys) -> None:
    (copy / "segment-0001.mkv").unlink()
    assert named(verify_recording(copy, keys)) == {
        "segment-0001.mkv": (State.MISSING, Why.NOTHING),
        "1. Mục 1": (State.MISSING, Why.PARTS),
    }


def test_an_added_segment_and_a_hidden_file_are_named(copy: Path, keys: PublicKeys) -> None:
    shutil.copy(copy / "segment-0001.mkv", copy / "segment-0099.mkv")
    (copy / ".deeper").mkdir()
    (copy / ".deeper" / "note").write_text("x")
    report = verify_recording(copy, keys)
    assert set(named(report)) == {"segment-0099.mkv", ".deeper/note"}
    assert (report.state, exit_code([report])) == (State.ADDED, 1)


def test_a_truncated_file_says_how_much_is_left(copy: Path, keys: PublicKeys) -> None:
    file = copy / "segment-0002.mkv"
    was = file.stat().st_size
    os.truncate(file, was // 2)
    found = {f.name: f for f in verify_recording(copy, keys).findings}
    assert found[file.name].why is Why.SHORTER
    assert found[file.name].said == {"is_bytes": f"{was // 2:,}", "was_bytes": f"{was:,}"}


def test_a_segment_that_is_a_link_is_none(copy: Path, keys: PublicKeys, tmp_path: Path) -> None:
    (copy / "segment-0002.mkv").rename(tmp_path / "elsewhere.mkv")
    (copy / "segment-0002.mkv").symlink_to(tmp_path / "elsewhere.mkv")
    assert named(verify_recording(copy, keys))["segment-0002.mkv"] == (State.ALTERED, Why.IS_A_LINK)


@pytest.mark.parametrize("what", ["started_epoch", "chapter", "gap", "software", "name"])
def test_a_changed_manifest_vouches_for_nothing(copy: Path, keys: PublicKeys, what: str) -> None:
    content = json.loads((copy / MANIFEST).read_text())
    if what == "chapter":
        content["chapters"][0]["mark"]["ended_at"] -= 1
    elif what == "gap":
        content["gaps"] = [{"from": START, "to": START + 1, "reason": "no_media", "track": "all"}]
    elif what == "software":
        content["software"] = "another"
    elif what == "name":
        content["segments"][0]["file"] = "../../etc/passwd"
    else:
        content["segments"][0][what] += 0.5
    (copy / MANIFEST).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    report = verify_recording(copy, keys)
    assert named(report)[MANIFEST] == (State.ALTERED, Why.BAD_SIGNATURE)
    assert all(f.state is not State.WHOLE for f in report.findings if f.part is Part.SEGMENT)
    if what == "chapter":
        assert named(report)["1. Mục 1"] == (State.ALTERED, Why.TIMES)


def test_a_manifest_signed_anew_by_another_key(copy: Path, keys: PublicKeys, tmp_path: Path) -> None:
    """Somebody changes the record and seals it with a key of their own: nothing in the folder gives it away."""
    manifest = Folder(copy).load()
    assert manifest is not None
    manifest.gaps, manifest.state = [], "open"
    Folder(copy).save(manifest)
    seal(Folder(copy), tmp_path / "their-keys", threading.Event())
    theirs = read_public_keys(tmp_path / "their-keys" / PUBLIC)
    assert verify_recording(copy, theirs).state is State.WHOLE
    report = verify_recording(copy, keys)
    assert named(report)[MANIFEST] == (State.UNSIGNED, Why.UNKNOWN_KEY)
    assert exit_code([report]) == 3
    # The number of our key on it does not help.
    content = json.loads((copy / MANIFEST).read_text()) | {"key": keys.keys[0].id}
    (copy / MANIFEST).write_text(json.dumps(content))
    assert named(verify_recording(copy, keys))[MANIFEST] == (State.ALTERED, Why.BAD_SIGNATURE)


def test_without_public_keys_nobody_vouches(copy: Path) -> None:
    report = verify_recording(copy, None)
    assert named(report)[MANIFEST] == (State.UNSIGNED, Why.NO_KEY_BROUGHT)
    assert exit_code([report]) == 3


def test_a_manifest_and_a_signature_that_are_gone(copy: Path, keys: PublicKeys) -> None:
    (copy / SIGNATURE).unlink()
    assert named(verify_recording(copy, keys))[MANIFEST] == (State.MISSING, Why.NO_SIGNATURE)
    (copy / MANIFEST).unlink()
    report = verify_recording(copy, keys)
    assert named(report)[MANIFEST] == (State.MISSING, Why.NOTHING)
    assert exit_code([report]) == 1


def corrections(copy: Path) -> list[bytes]:
    return (copy / CORRECTIONS).read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("keep", "name"),
    [((1, 2), f"{CORRECTIONS} 1"), ((0, 2), f"{CORRECTIONS} 2"), ((0, 1), CORRECTIONS), ((2,), CORRECTIONS)],
    ids=["the first", "the last", "the closing line", "both"],
)
def test_a_removed_correction_is_missing(copy: Path, keys: PublicKeys, keep: tuple[int, ...], name: str) -> None:
    lines = corrections(copy)
    (copy / CORRECTIONS).write_bytes(b"".join(lines[index] for index in keep))
    report = verify_recording(copy, keys)
    assert State.MISSING in {f.state for f in report.findings if f.part is Part.CORRECTION}
    assert any(each.startswith(name.removesuffix(" 2")) for each in named(report))
    assert exit_code([report]) == 1


def test_corrections_that_are_swapped_or_gone_altogether(copy: Path, keys: PublicKeys) -> None:
    one, other, closing = corrections(copy)
    (copy / CORRECTIONS).write_bytes(other + one + closing)
    swapped = verify_recording(copy, keys)
    assert {f"{CORRECTIONS} 1", CORRECTIONS} <= set(named(swapped))
    assert exit_code([swapped]) == 1
    (copy / CORRECTIONS).unlink()
    assert named(verify_recording(copy, keys)) == {CORRECTIONS: (State.MISSING, Why.NOTHING)}


def test_both_times_of_a_corrected_chapter_are_kept(office: Path) -> None:
    folder = office / "recordings" / "r1"
    manifest = Folder(folder).load()
    assert manifest is not None
    first, second = read(folder)
    assert first.was is not None
    assert first.now is not None
    assert (first.was.started_at, first.was.ended_at) == (START + 4, START + 9)
    assert second.was == first.now
    marks = corrected(manifest.chapters, (first, second))
    assert marks[1] is not None
    assert (marks[1].started_at, marks[1].ended_at, marks[1].petitions) == (START + 4.2, START + 8.25, ("KN-2",))
    assert marks[0] == manifest.chapters[0].mark


def test_a_correction_in_seconds_of_the_file_is_found_again_at_those_seconds(office: Path) -> None:
    manifest = Folder(office / "recordings" / "r1").load()
    assert manifest is not None
    marked = manifest.chapters[1].spans[0].starts_s
    change = InSeconds(item=2, marked_s=marked, starts_s=marked + 0.7, ends_s=marked + 3.25, title="Mục 2b")
    correction = correction_of(manifest, change, by="thuky", reason="later")
    assert (correction.mark, correction.now.label if correction.now else "") == (1, "Mục 2b")
    entry = Entry(
        **correction.model_dump(), recording="r1", number=1, made_at=datetime.now(UTC), was=None, follows=""
    )
    mark = corrected(manifest.chapters, (entry,))[1]
    assert mark is not None
    (span,) = spans_of(mark, runs_of(manifest.readable))
    assert (span.starts_s, span.ends_s) == pytest.approx((marked + 0.7, marked + 3.25), abs=0.001)
    with pytest.raises(CorrectionRefused, match="nothing of it is there"):
        correction_of(manifest, InSeconds(item=9, marked_s=1, starts_s=1, ends_s=2), by="thuky", reason="x")


def test_what_is_refused_changes_nothing(copy: Path, office: Path, tmp_path: Path) -> None:
    key, now = signing_key(office / "signing", datetime.now(UTC)), datetime.now(UTC)
    before = (copy / CORRECTIONS).read_bytes()
    with pytest.raises(CorrectionRefused, match="there are 3"):
        append(copy, Correction(by="thuky", reason="x", mark=3, now=None), key, now)
    with pytest.raises(CorrectionRefused, match="neither a chapter nor its times"):
        append(copy, Correction(by="thuky", reason="x", mark=None, now=None), key, now)
    assert (copy / CORRECTIONS).read_bytes() == before
    lines = corrections(copy)
    (copy / CORRECTIONS).write_bytes(b"".join(lines[1:]))
    with pytest.raises(CorrectionsDamaged, match="does not follow"):
        append(copy, Correction(by="thuky", reason="x", mark=0, now=None), key, now)
    (copy / CORRECTIONS).unlink()
    with pytest.raises(CorrectionsDamaged, match="is missing"):
        append(copy, Correction(by="thuky", reason="x", mark=0, now=None), key, now)
    still_open = Folder(tmp_path / "r9")
    still_open.save(new_manifest("r9", 1))
    with pytest.raises(CorrectionRefused, match="is not sealed"):
        append(still_open.path, Correction(by="thuky", reason="x", mark=0, now=None), key, now)


def test_a_key_that_was_replaced_still_vouches_for_what_it_signed(office: Path, tmp_path: Path) -> None:
    shutil.copytree(office, tmp_path / "office")
    folder, signing = tmp_path / "office" / "recordings" / "r1", tmp_path / "office" / "signing"
    before = signing_key(signing, datetime.now(UTC))
    later = datetime.now(UTC) + timedelta(hours=1)
    after = rotate(signing, later)
    assert after.id != before.id
    assert [path.name for path in signing.glob("*.pem")] == [f"{after.id}.private.pem"]
    keys = read_public_keys(signing / PUBLIC)
    assert [(key.id, key.until) for key in keys.keys] == [(before.id, later), (after.id, None)]
    assert verify_recording(folder, keys).state is State.WHOLE
    change = Correction(by="thuky", reason="withdrawn", mark=0, now=None)
    append(folder, change, after, later + timedelta(seconds=1))
    assert verify_recording(folder, keys).state is State.WHOLE
    # The old key, stolen, signs something of today.
    append(folder, change, before, later + timedelta(seconds=2))
    assert named(verify_recording(folder, keys))[f"{CORRECTIONS} 4"] == (State.ALTERED, Why.KEY_NOT_IN_USE)


def test_without_the_manifest_what_is_here_is_not_said_to_have_been_put_here(copy: Path, keys: PublicKeys) -> None:
    (copy / "notes.txt").write_text("mine")
    for damaged in (b"", b'{"version": 9}'):
        (copy / MANIFEST).write_bytes(damaged)
        found = named(verify_recording(copy, keys))
        assert found[MANIFEST] == (State.ALTERED, Why.UNREADABLE)
        assert found["segment-0001.mkv"] == (State.UNSIGNED, Why.NO_LIST)
        assert found["notes.txt"] == (State.ADDED, Why.NOT_NAMED)


def test_a_file_that_cannot_be_read_hides_nothing_of_the_others(
    copy: Path, keys: PublicKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_disk(path: Path, advance: Advance) -> str:
        if path.name == "segment-0002.mkv":
            raise OSError(errno.EIO, "Input/output error")
        return digest_of(path, advance)

    monkeypatch.setattr("recordings.verifying.digest_of", broken_disk)
    report = verify(copy, keys, lambda count: None)
    assert named(report)["segment-0002.mkv"] == (State.UNREAD, Why.CANNOT_READ)
    assert {f.state for f in report.findings if f.part is Part.CHAPTER} == {State.UNREAD, State.WHOLE}
    assert (report.state, exit_code([report])) == (State.UNREAD, 3)
    flipped = bytearray((copy / "segment-0001.mkv").read_bytes())
    flipped[100] ^= 1
    (copy / "segment-0001.mkv").write_bytes(flipped)
    report = verify(copy, keys, lambda count: None)
    assert named(report)["segment-0001.mkv"] == (State.ALTERED, Why.OTHER_BYTES)
    assert exit_code([report]) == 1


def test_a_folder_that_cannot_be_looked_into_is_named_among_many(
    copy: Path, keys: PublicKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = copy.parent / "shut"
    shut.mkdir()
    listed = Path.iterdir

    def iterdir(path: Path) -> Iterator[Path]:
        if path.name == shut.name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    reports = [verify(each, keys, lambda count: None) for each in things_in(copy.parent)]
    assert {report.folder: report.state for report in reports} == {copy.name: State.WHOLE, "shut": State.UNREAD}


def test_segments_that_could_not_be_read_when_it_was_sealed_move_no_chapter(tmp_path: Path) -> None:
    simulated = Simulated(tmp_path, Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)}), 3)
    simulated.play(12)
    simulated.recording.set_marks((mark(1, 0.5, 4), mark(2, 9.5, 11)))
    for number in (2, 3):
        (tmp_path / "recordings" / "r1" / f"segment-{number:04}.mkv").write_bytes(b"a power cut left this")
    simulated.seal()
    manifest = Folder(tmp_path / "recordings" / "r1").load()
    assert manifest is not None
    assert [each.file for each in manifest.readable] == ["segment-0001.mkv", "segment-0004.mkv"]
    keys = read_public_keys(tmp_path / "signing" / PUBLIC)
    found = named(verify_recording(tmp_path / "recordings" / "r1", keys))
    assert {name for name in found if name.startswith(("1.", "2."))} <= {"1. Mục 1"}  # it lost its end
    assert Why.TIMES not in {why for _state, why in found.values()}
