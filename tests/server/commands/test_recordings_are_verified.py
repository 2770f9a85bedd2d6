"""`tiepdan recordings`, as it is typed: keys that are handed out, and a verdict with its exit code."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recordings.manifest import new_manifest
from recordings.sealing import seal
from recordings.store import MANIFEST, Folder
from server.cli import app

runner = CliRunner()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with two sealed recordings in which nothing was recorded."""
    monkeypatch.setenv("TIEPDAN_DATA", str(tmp_path / "data"))
    for name in ("r1-20261128", "r2-20261129"):
        folder = Folder(tmp_path / "data" / "recordings" / name)
        folder.save(new_manifest(name, 1))
        seal(folder, tmp_path / "data" / "signing", threading.Event())
    return tmp_path / "data"


def run(*words: str, code: int = 0) -> str:
    result = runner.invoke(app, ["recordings", *words])
    assert result.exit_code == code, result.output
    return result.output


def test_a_folder_of_many_is_whole_and_said_in_both_languages(data: Path) -> None:
    output = run("verify", str(data / "recordings"))
    assert output.count("Nguyên vẹn") == 2
    assert output.count("Whole: every part") == 2
    assert "bảng kê manifest.json: nguyên vẹn" in run("verify", str(data / "recordings" / "r1-20261128"))


def test_one_that_was_altered_is_named_among_many(data: Path) -> None:
    manifest = data / "recordings" / "r1-20261128" / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b'"reception": 1', b'"reception": 2'))
    output = run("verify", str(data / "recordings"), "--language", "vi", code=1)
    assert "bảng kê manifest.json: ĐÃ BỊ THAY ĐỔI – chữ ký số không khớp với nội dung" in output
    assert output.count("Nguyên vẹn") == 1
    found = json.loads(run("verify", str(data / "recordings"), "--json", code=1))
    assert [(each["folder"], each["state"]) for each in found] == [
        ("r1-20261128", "altered"),
        ("r2-20261129", "whole"),
    ]
    assert found[0]["parts"][0] == {
        "part": "manifest", "name": MANIFEST, "state": "altered", "why": "bad_signature",
        "said": {"key": found[0]["key"]},
    }  # fmt: skip


def test_elsewhere_the_public_keys_are_brought(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(run("key"))
    run("key", "--rotate")
    assert len(json.loads(run("key"))["keys"]) == 2
    assert run("key", "--pem").startswith("-----BEGIN PUBLIC KEY-----")
    monkeypatch.setenv("TIEPDAN_DATA", str(tmp_path / "another-machine"))
    path = str(data / "recordings" / "r1-20261128")
    assert "no public key was given" in run("verify", path, code=3)
    assert "Whole" in run("verify", path, "--keys", str(keys))
    assert not (tmp_path / "another-machine").exists()
    theirs = run("key")
    keys.write_text(theirs)
    assert "not among the given public keys" in run("verify", path, "--keys", str(keys), code=3)


def test_what_cannot_be_verified_is_said_with_its_own_exit_code(data: Path, tmp_path: Path) -> None:
    assert "is no folder" in run("verify", str(tmp_path / "nothing"), code=2)
    assert "neither a recording nor a clip" in run("verify", str(data / "signing"), code=2)
    (tmp_path / "keys.json").write_text('{"keys": [1]}')
    assert "is no list of public keys" in run(
        "verify", str(data / "recordings"), "--keys", str(tmp_path / "keys.json"), code=2
    )
    assert "allowed are vi, en and both" in run("verify", str(data), "--language", "fr", code=2)


def test_a_private_key_that_others_can_read_is_refused(data: Path) -> None:
    private = next((data / "signing").glob("*.private.pem"))
    assert private.stat().st_mode & 0o777 == 0o600
    private.chmod(0o640)
    assert "allowed is 600" in run("key", code=1).replace("\n", " ")
    private.unlink()
    assert "--rotate" in run("key", code=1).replace("\n", " ")
    assert len(json.loads(run("key", "--rotate"))["keys"]) == 2
