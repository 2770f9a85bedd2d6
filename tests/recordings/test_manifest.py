from __future__ import annotations

from pathlib import Path

import pytest

from recordings.manifest import new_manifest
from recordings.store import MANIFEST, Folder, Places, UnreadableManifest
from signaling.ports import ChapterMark


def test_gaps_of_one_kind_that_adjoin_are_one() -> None:
    manifest = new_manifest("r1", 1)
    manifest.note_gap(1, 2, "packets_lost", "video")
    manifest.note_gap(1.5, 1.7, "packets_lost", "desk")
    manifest.note_gap(2.3, 3, "packets_lost", "video")
    manifest.note_gap(5, 5, "item_closed")
    manifest.note_gap(9, 10, "packets_lost", "video")
    assert [(gap.from_, gap.to, gap.track) for gap in manifest.gaps] == [
        (1, 3, "video"),
        (1.5, 1.7, "desk"),
        (9, 10, "video"),
    ]


def test_an_open_gap_ends_where_another_reason_begins() -> None:
    manifest = new_manifest("r1", 1)
    manifest.begin_gap(10, "media_restarted")
    manifest.begin_gap(12, "media_restarted")
    manifest.begin_gap(15, "item_closed")
    manifest.end_gap(20)
    manifest.begin_gap(30, "no_media")
    manifest.end_gap(30.4)  # the first picture takes its time
    assert [(gap.from_, gap.to, gap.reason) for gap in manifest.gaps] == [
        (10, 15, "media_restarted"),
        (15, 20, "item_closed"),
    ]


def test_it_is_read_as_it_was_written_and_damage_is_said(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "r1")
    assert folder.load() is None
    manifest = new_manifest("r1", 1)
    manifest.note_gap(1, 2, "item_closed")
    label = "Mục 1: kiến nghị về đường liên thôn"
    marks = (
        ChapterMark(
            item=1, position=1, label=label, petitions=("KN-1",), started_at=1, ended_at=None, closed=False
        ),
    )
    assert manifest.set_marks(marks)
    assert not manifest.set_marks(marks)
    folder.save(manifest)
    assert folder.load() == manifest
    assert '"from": 1.0' in (folder.path / MANIFEST).read_text()
    assert label in (folder.path / MANIFEST).read_text()
    assert [path.name for path in folder.path.iterdir()] == [MANIFEST]
    assert [found.name for found in Places(tmp_path).folders()] == ["r1"]
    (folder.path / MANIFEST).write_text('{"version": 1')
    with pytest.raises(UnreadableManifest):
        folder.load()
