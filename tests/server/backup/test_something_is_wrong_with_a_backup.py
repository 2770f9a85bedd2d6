"""What is damaged, wrong or impossible is said in a sentence, and nothing that was there is touched."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from server.backup.archive import checked
from server.backup.errors import BadBackup
from server.data.engine import Database
from server.supervisor import lock_directory
from tests.server.backup.conftest import Installation


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _turn_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0x10
    file.write_bytes(content)


def _rewritten(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], None]:
    """Another ZIP that is whole, with other members."""

    def rewrite(file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        change(members)
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    return rewrite


def _other_database(members: dict[str, bytes]) -> None:
    members["database"] = members["database"][:-1] + b"x"


def _shorter_database(members: dict[str, bytes]) -> None:
    members["database"] = members["database"][:-1]


def _further_member(members: dict[str, bytes]) -> None:
    members["../../etc/cron.d/x"] = b""


def _manifest_of_tomorrow(members: dict[str, bytes]) -> None:
    members["manifest.json"] = json.dumps({**json.loads(members["manifest.json"]), "format": 2}).encode()


def _without_manifest(members: dict[str, bytes]) -> None:
    del members["manifest.json"]


def _of_a_newer_version(members: dict[str, bytes]) -> None:
    said = json.loads(members["manifest.json"])
    said["facts"]["revision"] = "9999"
    members["manifest.json"] = json.dumps(said).encode()


def _with_a_row_more(members: dict[str, bytes]) -> None:
    said = json.loads(members["manifest.json"])
    said["facts"]["rows"]["petition"] += 1
    members["manifest.json"] = json.dumps(said).encode()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_cut, "is damaged"),
        (_turn_a_bit, "is damaged"),
        (_rewritten(_other_database), "another SHA-256"),
        (_rewritten(_shorter_database), "another length"),
        (_rewritten(_further_member), "inside is"),
        (_rewritten(_manifest_of_tomorrow), "format"),
        (_rewritten(_without_manifest), "no manifest.json"),
        (_rewritten(_of_a_newer_version), "newer version"),
        (_rewritten(_with_a_row_more), "other rows than its manifest says"),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_refused(
    damage: Callable[[Path], None], said: str, installation: Installation
) -> None:
    installation.backup()
    before = installation.facts()
    damage(installation.files[0])
    assert said in installation.run("restore", "--replace", installation.files[0], code=1)
    assert installation.facts() == before


def test_no_damage_anywhere_in_the_file_passes(installation: Installation) -> None:
    """Every 101st byte is turned, one at a time: what the file holds is protected in all of its parts."""
    installation.backup()
    file = installation.files[0]
    good, manifest = file.read_bytes(), checked(file)
    for place in range(0, len(good), max(101, len(good) // 200)):
        file.write_bytes(good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :])
        try:
            found = checked(file)
        except BadBackup:
            continue
        assert found == manifest, f"byte {place}"  # a date or a flag of the ZIP, which nobody reads


@pytest.mark.parametrize("content", [b"", b"Bien ban", b"PK\x03\x04 and no more"])
def test_a_file_that_is_none_of_ours_is_refused(content: bytes, elsewhere: Installation, tmp_path: Path) -> None:
    file = tmp_path / "notes.zip"
    file.write_bytes(content)
    assert "Nothing was restored" in elsewhere.run("restore", file, code=1)
    assert "No such file" in elsewhere.run("restore", tmp_path / "nowhere.zip", code=1)


def test_a_backup_of_the_other_kind_is_refused(installation: Installation, tmp_path: Path) -> None:
    installation.backup()
    other = (
        "postgresql://nobody@/nothing?host=/nowhere" if installation.is_sqlite else f"sqlite:///{tmp_path}/x.db"
    )
    installation.url = other
    assert "allowed is the same kind" in installation.run("restore", installation.files[0], code=1)


def test_while_a_server_uses_the_directory_nothing_is_restored(installation: Installation) -> None:
    installation.backup()
    with lock_directory(installation.data):
        said = installation.run("restore", "--replace", installation.files[0], code=1)
    assert "another Tiepdan server is using the directory" in said


def test_while_somebody_is_connected_postgresql_is_not_restored(installation: Installation) -> None:
    if installation.is_sqlite:
        pytest.skip("SQLite has no connections; the lock of the data directory stands for them")
    installation.backup()
    database = Database(installation.url)
    try:
        with database.engine.connect():
            said = installation.run("restore", "--replace", installation.files[0], code=1)
    finally:
        database.close()
    assert "1 others are connected" in said


def _break_the_log(installation: Installation) -> None:
    database = Database(installation.url)
    try:
        with database.engine.begin() as connection:
            if installation.is_sqlite:
                connection.execute(text("DROP TRIGGER audit_event_refuses_update"))
            else:
                connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER audit_event_refuses_change"))
            connection.execute(text("UPDATE audit_event SET actor = 'account:9' WHERE id = 2"))
    finally:
        database.close()


def test_a_broken_log_is_told_and_neither_forgotten_nor_lost(
    installation: Installation, elsewhere: Installation
) -> None:
    installation.backup()
    (good,) = installation.files
    _break_the_log(installation)
    assert "broken at event 2" in installation.backup("--keep", 1, code=1)
    assert good in installation.files, "the last good one is not removed for it"
    broken = installation.files[-1]
    assert "--broken-log" in elsewhere.run("restore", broken, code=1)
    elsewhere.run("restore", "--broken-log", broken)
    assert elsewhere.facts().audit_broken_at == 2


def test_so_many_are_kept_and_nothing_else_is_removed(installation: Installation) -> None:
    installation.to.mkdir()
    others = ["tiepdan-20200101.zip", "report.zip", "tiepdan-20200101-000000.zip.old"]
    old = [f"tiepdan-2020010{day}-000000.zip" for day in range(1, 6)]
    for name in (*others, *old, ".tiepdan-backup.partial"):
        (installation.to / name).write_bytes(b"x")
    assert "3 older removed" in installation.backup("--keep", 3)
    kept = [path.name for path in installation.files]
    assert set(others) | set(old[3:]) <= set(kept)
    assert len(kept) == len(others) + 3


def test_a_backup_that_fails_leaves_the_others(installation: Installation) -> None:
    installation.backup()
    before = installation.files
    installation.url = (
        "sqlite:////nowhere/tiepdan.db" if installation.is_sqlite else installation.url.replace("test", "x")
    )
    installation.backup("--keep", 1, code=1)
    assert installation.files == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 kB."""
    place = tmp_path / "small"
    place.mkdir()
    if (
        os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", str(place)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no disk can be made here: mount is not allowed")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_costs_nothing_that_is_there(installation: Installation, small_disk: Path) -> None:
    installation.to = small_disk
    older = small_disk / "tiepdan-20200101-000000.zip"
    older.write_bytes(b"x")
    before = installation.facts()
    said = installation.backup("--keep", 1, code=1)
    assert "full" in said or "No space left" in said
    assert installation.files == [older]
    assert installation.facts() == before


def test_a_restore_onto_a_full_disk_leaves_what_was_there(installation: Installation, small_disk: Path) -> None:
    if not installation.is_sqlite:
        pytest.skip("the disk is the server's own")
    installation.backup()
    file = small_disk / "tiepdan.db"
    file.write_bytes(b"")
    installation.url = f"sqlite:///{file}"
    assert "No space left" in installation.run("restore", installation.files[0], code=1)
    assert [path.name for path in small_disk.iterdir()] == ["tiepdan.db"]


def test_a_program_that_is_missing_is_named(installation: Installation, tmp_path: Path) -> None:
    if installation.is_sqlite:
        pytest.skip("SQLite needs no program")
    installation.environment = {"PATH": str(tmp_path)}
    assert "apt-get install postgresql-client" in installation.backup(code=1)
    assert installation.files == []
