"""What is attached to petitions goes with the database that names it, and comes back with it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import Session, select

from server.attachments.file_types import FileType
from server.attachments.queries import attach, files_in_use
from server.attachments.rules import Described
from server.attachments.shelf import Shelf
from server.attachments.tables import PaperForm
from server.data.engine import Database
from server.petitions.history import SYSTEM
from server.petitions.tables import Petition
from tests.server.backup.conftest import Installation

R = TypeVar("R")
SCAN = b"%PDF-1.7 " + bytes(200_000)


def _attach(installation: Installation, content: bytes) -> Path:
    """Its place on the shelf."""
    shelf = Shelf(installation.data / "attachments", reserve=0)
    with shelf.receiving() as incoming:
        incoming.write(content)
        shelf.keep(incoming)

        def work(session: Session) -> None:
            petition = session.exec(select(Petition).where(Petition.code == "KG-0231")).one()
            described = Described("Bản đồ", PaperForm.COPY, confidential=False)
            attach(session, petition, described, FileType.PDF, incoming, SYSTEM)

        _run(installation, work)
    return shelf.path(incoming.name)


def _run(installation: Installation, work: Callable[[Session], R]) -> R:
    database = Database(installation.url)
    try:
        return database.run_here(work)
    finally:
        database.close()


def test_they_are_there_again_as_they_were(installation: Installation, elsewhere: Installation) -> None:
    files = {_attach(installation, SCAN + bytes([number])) for number in range(3)}
    (installation.data / "attachments" / "ab").mkdir(exist_ok=True)
    (installation.data / "attachments" / "ab" / ("ab" * 16)).write_bytes(b"without a row")
    installation.backup()
    with zipfile.ZipFile(installation.files[0]) as archive:
        assert {f"attachments/{file.name}" for file in files} == set(archive.namelist()) - {
            "manifest.json",
            "database",
        }
    elsewhere.run("restore", installation.files[0])
    shelf = Shelf(elsewhere.data / "attachments")
    named = _run(elsewhere, files_in_use)
    assert named == {file.name for file in files}
    for file in files:
        restored = shelf.path(file.name)
        assert restored.read_bytes() == file.read_bytes()
        assert restored.stat().st_mode & 0o077 == 0
    assert shelf.sweep(named) == 0
    assert not list(elsewhere.data.glob("attachments.*"))


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_file_that_is_lost_is_said_aloud_and_nothing_older_goes(
    installation: Installation, elsewhere: Installation, damage: str
) -> None:
    _attach(installation, SCAN)
    installation.backup("--keep", 1)
    lost = _attach(installation, SCAN + b"2")
    if damage == "missing":
        lost.unlink()
    else:
        lost.write_bytes(SCAN)
    said = installation.backup("--keep", 1, code=1)
    assert "1 attachments are missing" in said
    assert len(installation.files) == 2
    said = elsewhere.run("restore", installation.files[-1])
    assert "look for them in an older one" in said


def test_what_was_there_is_moved_aside_with_its_database(
    installation: Installation, peopled_elsewhere: Installation
) -> None:
    kept = _attach(installation, SCAN)
    installation.backup()
    former = Shelf(peopled_elsewhere.data / "attachments", reserve=0)
    with former.receiving() as incoming:
        incoming.write(b"theirs")
        former.keep(incoming)
    assert "--replace" in peopled_elsewhere.run("restore", installation.files[0], code=1)
    assert former.path(incoming.name).exists()
    assert not (peopled_elsewhere.data / "attachments.restoring").exists()
    said = peopled_elsewhere.run("restore", "--replace", installation.files[0])
    (aside,) = peopled_elsewhere.data.glob("attachments.replaced-*")
    assert str(aside) in said
    assert [path.read_bytes() for path in aside.rglob("*") if path.is_file()] == [b"theirs"]
    assert former.path(kept.name).read_bytes() == SCAN


def test_a_changed_byte_in_the_backup_is_noticed(installation: Installation, elsewhere: Installation) -> None:
    _attach(installation, SCAN)
    installation.backup()
    content = bytearray(installation.files[0].read_bytes())
    content[content.index(b"%PDF-1.7") + 100] ^= 1
    installation.files[0].write_bytes(content)
    assert "damaged" in elsewhere.run("restore", installation.files[0], code=1)
    assert not (elsewhere.data / "attachments").exists()
