"""`tiepdan recordings fetch` and `try-archive`, and what is refused before a server starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from recordings.archive.address import Access
from recordings.archive.moving import put_whole
from recordings.archive.note import NOTE, named_in
from recordings.archive.opening import open_archive
from recordings.store import Folder
from server.cli import app
from tests.server.clips.conftest import recorded as recorded


def run(words: list[str], **settings: object) -> Result:
    environment = {f"TIEPDAN_{name.upper()}": str(value) for name, value in settings.items()}
    return CliRunner(env=environment).invoke(app, ["recordings", *words])


def test_a_recording_is_fetched_and_verified(recorded: Path, tmp_path: Path) -> None:
    folder, there = recorded / "recordings" / "r1", tmp_path / "archive"
    there.mkdir()
    manifest = Folder(folder).load()
    assert manifest is not None
    archive, files = open_archive(Access(url=there.as_uri())), named_in(manifest)
    for path in folder.iterdir():
        put_whole(archive, path, f"r1/{path.name}", files.get(path.name), lambda count: None)
    came = run(["fetch", "r1", "--to", str(tmp_path / "to")], archive=there.as_uri(), data=tmp_path)
    assert came.exit_code == 0, came.output
    assert "tiepdan recordings verify" in came.output
    seen = run(["verify", str(tmp_path / "to" / "r1")], data=recorded)
    assert (seen.exit_code, NOTE in seen.output) == (0, False)
    (there / "r1" / "segment-0001.mkv").write_bytes(b"another")
    (tmp_path / "to" / "r1" / "segment-0001.mkv").unlink()
    came = run(["fetch", "r1", "--to", str(tmp_path / "to")], archive=there.as_uri(), data=tmp_path)
    assert came.exit_code == 1
    assert "r1/segment-0001.mkv: the archive's file has other bytes than what was sealed" in came.output
    assert not (tmp_path / "to" / "r1" / "segment-0001.mkv").exists()


@pytest.mark.parametrize("name", ["../r1", "/etc", "r1/x", ".."])
def test_a_name_that_is_a_path_is_refused(tmp_path: Path, name: str) -> None:
    assert run(["fetch", name], archive=tmp_path.as_uri(), data=tmp_path).exit_code == 2


def test_an_archive_is_tried(tmp_path: Path) -> None:
    assert "TIEPDAN_ARCHIVE is empty" in run(["try-archive"], data=tmp_path).output
    missing = run(["try-archive"], data=tmp_path, archive=(tmp_path / "nas").as_uri())
    assert (missing.exit_code, "is not there; make it, or mount its disk" in missing.output) == (1, True)
    (tmp_path / "nas").mkdir()
    tried = run(["try-archive"], data=tmp_path, archive=(tmp_path / "nas").as_uri())
    assert (tried.exit_code, "gives them back as they were" in tried.output) == (0, True)
    assert list((tmp_path / "nas").iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"archive": "s3://ghi?endpoint=https://s3", "archive_secret": "mat-khau"}, "are set together"),
        ({"archive": "file:///srv/kho", "archive_key": "k", "archive_secret": "mat-khau"}, "are set together"),
        ({"archive": "s3://k:mat-khau@ghi?endpoint=https://s3"}, "a name or a password in it"),
        ({"archive": "mat-khau"}, "begins with neither file:/// nor s3://"),
    ],
)
def test_settings_that_cannot_work_are_told_without_the_secret(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    refused = run(["try-archive"], data=tmp_path, **settings)
    assert refused.exit_code == 2
    assert words in " ".join(refused.output.split())
    assert "mat-khau" not in refused.output
