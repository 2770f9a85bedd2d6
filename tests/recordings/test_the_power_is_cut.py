"""A power cut: only what was synced is still there. The recorder's own code writes, in simulated time, and a list
of what it synced says what the disk holds at any moment. Stricter than a real disk, which often keeps more."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from recordings.items import GapReason
from recordings.keys import PUBLIC, read_public_keys
from recordings.recovery import recover
from recordings.sealing import seal
from recordings.store import Places
from recordings.verifying import verify_recording
from signaling.tap import TapTrack
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.probing import probe
from tests.recordings.test_long_recording import Simulated

RECOVERY_POINT_S = 1.0
CUTS = int(os.environ.get("TIEPDAN_CUTS", "12"))


class SyncedDisk:
    """Contents by inode as they were when they were synced, and names as their directory was when it was."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._root = root
        self._contents: dict[int, bytes] = {}
        self._names: dict[Path, dict[str, int]] = {}
        self.syncs = 0
        for name in ("fsync", "fdatasync"):
            real = getattr(os, name)
            monkeypatch.setattr(os, name, lambda descriptor, real=real: self._synced(descriptor, real))

    def after_power_cut(self, to: Path) -> Path:
        """Another directory, as the disk would be found now."""
        for directory, names in self._names.items():
            if not directory.is_relative_to(self._root):
                continue
            if directory != self._root and directory.name not in self._names.get(directory.parent, {}):
                continue  # its own name was never synced
            (to / directory.relative_to(self._root)).mkdir(parents=True, exist_ok=True)
            for name, inode in names.items():
                if not (directory / name).is_dir():
                    (to / directory.relative_to(self._root) / name).write_bytes(self._contents.get(inode, b""))
        return to

    def _synced(self, descriptor: int, real: object) -> None:
        self.syncs += 1
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        if path.is_dir():
            self._names[path] = {each.name: each.stat().st_ino for each in path.iterdir()}
        else:
            self._contents[path.stat().st_ino] = path.read_bytes()


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SyncedDisk:
    return SyncedDisk(tmp_path / "office" / "recordings", monkeypatch)


def test_what_was_recorded_a_second_before_the_cut_is_there(disk: SyncedDisk, tmp_path: Path) -> None:
    chance = random.Random(7)
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(tmp_path / "office", programme, 4)
    simulated.play(4)
    for cut in range(CUTS):
        simulated.play(chance.uniform(0.05, 2.5))
        cut_at = simulated.now_us / 1e6
        found = Places(disk.after_power_cut(tmp_path / f"cut-{cut}" / "recordings"))
        assert recover(found) == []
        folder = found.folder("r1")
        manifest = folder.load()
        assert manifest is not None
        last = [segment for segment in manifest.segments if segment.seconds][
            -1
        ]  # one that had just begun has none
        assert last.ended_epoch > cut_at - RECOVERY_POINT_S
        seen = probe(folder.path / last.file)
        assert last.started_epoch + seen.video_times[-1] > cut_at - RECOVERY_POINT_S
        assert manifest.missing is not None
        assert manifest.missing.reason == GapReason.RECORDER_RESTARTED
        # And the recording is ended and sealed as any other.
        manifest.end_gap(cut_at + 60)
        manifest.ended_at = cut_at + 60
        folder.save(manifest)
        signing = tmp_path / f"cut-{cut}" / "signing"
        seal(folder, signing, threading.Event())
        assert verify_recording(folder.path, read_public_keys(signing / PUBLIC)).state == "whole"
        sealed = folder.load()
        assert sealed is not None
        reasons = {gap.reason for gap in sealed.gaps}
        assert GapReason.RECORDER_RESTARTED in reasons
        assert reasons <= {GapReason.RECORDER_RESTARTED, GapReason.SEGMENT_UNREADABLE}


def test_what_is_sealed_outlives_the_cut_that_follows(disk: SyncedDisk, tmp_path: Path) -> None:
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(tmp_path / "office", programme, 4)
    simulated.play(9)
    simulated.seal()
    found = disk.after_power_cut(tmp_path / "cut" / "recordings")
    report = verify_recording(found / "r1", read_public_keys(tmp_path / "office" / "signing" / PUBLIC))
    assert report.state == "whole"


def test_syncing_costs_little(disk: SyncedDisk, tmp_path: Path) -> None:
    simulated = Simulated(tmp_path / "office", Programme(clip=pictures()), 60)
    simulated.play(20)
    assert disk.syncs < 20 * 8
