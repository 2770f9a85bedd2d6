"""What has to survive a power cut is there whole, or as it was before, for nobody else to read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from room_client.whole_file import write_whole


@pytest.mark.parametrize("lasting", [True, False])
def test_it_is_there_whole_with_nothing_beside(tmp_path: Path, lasting: bool) -> None:
    path = tmp_path / "kept"
    for text in ("trước", "sau"):
        write_whole(path, text, lasting=lasting)
    assert path.read_text(encoding="utf-8") == "sau"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    write_whole(path, "cho mọi người", mode=0o644)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_disk_that_refuses_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept"
    write_whole(path, "trước")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "sau")
    assert path.read_text(encoding="utf-8") == "trước"
    assert list(tmp_path.iterdir()) == [path], "half a file stayed"


def test_it_is_on_the_disk_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, real=real: (done.append(name), real(*given))[1])
    write_whole(tmp_path / "kept", "sau")
    assert done == ["fsync", "replace", "fsync"], "the file, its name, the folder"
