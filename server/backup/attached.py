"""The files of attachments in a backup: those that the database of the same moment names, each checked against
its row; and back onto a shelf, whole, before the database is put in place."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import inspect
from sqlmodel import Session, select

from server.attachments.shelf import Shelf
from server.attachments.tables import Attachment
from server.backup.archive import chunks_of, extract, write_member
from server.backup.manifest import ATTACHED, DIRECTORY, Manifest, Member
from server.data.files import sync_directory

_RESTORING = f"{DIRECTORY}.restoring"


def named_in(session: Session) -> dict[str, str]:
    """SHA-256 by the file's name; nothing in a database of before there were attachments."""
    if not inspect(session.connection()).has_table(str(Attachment.__tablename__)):
        return {}
    return dict(session.exec(select(Attachment.file, Attachment.sha256).where(Attachment.file != "")).all())


def write_files(data: Path, archive: zipfile.ZipFile, named: dict[str, str]) -> tuple[dict[str, Member], int]:
    """The members, and how many files were missing or other than their rows say: those are left out. Scans and
    recordings are compressed already."""
    shelf, members, lost = Shelf(data / DIRECTORY), {}, 0
    for name, sha256 in sorted(named.items()):
        path = shelf.path(name)
        if not path.is_file() or _sha256(path) != sha256:
            lost += 1
            continue
        member = f"{DIRECTORY}/{name}"
        with path.open("rb") as stream:
            members[member] = write_member(archive, member, chunks_of(stream), compress=False)
    return members, lost


def lay_out(file: Path, manifest: Manifest, data: Path) -> Path:
    """All of the backup's files on a shelf beside the one in use. Raises OSError, and leaves nothing then."""
    beside = data / _RESTORING
    shutil.rmtree(beside, ignore_errors=True)
    shelf = Shelf(beside)
    try:
        beside.mkdir(mode=0o700, parents=True)
        for name in _names(manifest):
            place = shelf.path(name)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            extract(file, f"{DIRECTORY}/{name}", place)
            os.chmod(place, 0o600)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return beside


def put_in_place(beside: Path, data: Path, when: str) -> list[str]:
    """What was on the shelf is moved aside: its rows are, too. What is to be said about it."""
    shelf, remarks = data / DIRECTORY, []
    if shelf.is_dir() and any(path.is_file() for path in shelf.rglob("*")):
        aside = shelf.with_name(f"{DIRECTORY}.replaced-{when}")
        shelf.rename(aside)
        remarks.append(f"The attachments that were there are in {aside} now; remove it when nobody needs it.")
    elif shelf.is_dir():
        shutil.rmtree(shelf)
    beside.rename(shelf)
    sync_directory(data)
    return remarks


def _names(manifest: Manifest) -> Iterator[str]:
    return (found[1] for name in manifest.members if (found := ATTACHED.fullmatch(name)))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
