"""Making a backup: written under another name, read again and checked; only then it is named as one, and old
ones are removed."""

from __future__ import annotations

import fcntl
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from server.backup import postgresql, sqlite
from server.backup.archive import checked, chunks_of, member, write_member
from server.backup.attached import named_in, write_files
from server.backup.errors import BackupFailed, BadBackup
from server.backup.manifest import DATABASE, MANIFEST, OPERATORS, Facts, Manifest, Member, fingerprint, stamp
from server.data.engine import Database
from server.data.files import sync_directory
from server.data.secret import load_secret
from server.people import audit

NAME = re.compile(r"tiepdan-\d{8}-\d{6}\.zip")
_PARTIAL = ".tiepdan-backup.partial"
_COPY = ".tiepdan-backup.copy"


@dataclass(frozen=True, slots=True)
class Made:
    file: Path
    manifest: Manifest
    removed: list[Path]


def make_backup(database: Database, data: Path, to: Path, keep: int, moment: datetime) -> Made:
    """One file in the directory `to`, the newest `keep` of which stay. The schema is backed up as it is.

    Raises BackupFailed. If the audit log is broken, or a file of an attachment is, the backup is made all the same
    and nothing is removed.
    """
    partial, copy = to / _PARTIAL, to / _COPY
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(to):
            try:
                file = _free_name(to, moment)
                manifest = _write(database, data, partial, copy, moment)
                _read_again(partial)
                os.replace(partial, file)
                sync_directory(to)
            finally:
                for left in (partial, copy):
                    left.unlink(missing_ok=True)
            whole = manifest.facts.audit_broken_at is None and not manifest.attachments_lost
            removed = _remove_old(to, keep) if whole else []
    except (OSError, BadBackup) as problem:
        raise BackupFailed(
            f"No backup was made in {to}: {_words(problem)}. Those that are there were kept."
        ) from None
    except SQLAlchemyError as problem:
        raise BackupFailed(f"The database cannot be read: {type(problem).__name__}.") from None
    database.run_here(_note, file, manifest)
    return Made(file, manifest, removed)


def _free_name(directory: Path, moment: datetime) -> Path:
    """Of two backups within one second the later is named after the next."""
    while (file := directory / f"tiepdan-{stamp(moment)}.zip").exists():
        moment += timedelta(seconds=1)
    return file


def _words(problem: Exception) -> str:
    return (problem.strerror or str(problem)) if isinstance(problem, OSError) else str(problem).rstrip(".")


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """No other backup writes here meanwhile; so what an interrupted one has left may be removed."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed(f"Another backup is being written to {directory}.") from None
        for left in (_PARTIAL, _COPY):
            (directory / left).unlink(missing_ok=True)
        yield
    finally:
        os.close(handle)


def _write(database: Database, data: Path, partial: Path, copy: Path, moment: datetime) -> Manifest:
    handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as out:
        with zipfile.ZipFile(out, "w") as archive:
            if database.engine.dialect.name == "sqlite":
                version, facts, dumped, named = _from_sqlite(database, archive, copy)
            else:
                version, facts, dumped, named = _from_postgresql(database, archive)
            attached, lost = write_files(data, archive, named)
            manifest = Manifest(
                made_at=moment,
                engine="sqlite" if database.engine.dialect.name == "sqlite" else "postgresql",
                engine_version=version,
                secret=fingerprint(load_secret(data)),
                facts=facts,
                members={DATABASE: dumped, **_files(data, archive), **attached},
                attachments_lost=lost,
            )
            write_member(archive, MANIFEST, [manifest.model_dump_json(indent=2).encode()])
        out.flush()
        os.fsync(out.fileno())
    return manifest


_Dumped = tuple[str, Facts, Member, dict[str, str]]
"""The engine's version, what is in the database, its member, and the files of attachments that it names."""


def _from_sqlite(database: Database, archive: zipfile.ZipFile, copy: Path) -> _Dumped:
    sqlite.copy(Path(database.engine.url.database or ""), copy)
    named = sqlite.asked(copy, named_in)
    with copy.open("rb") as stream:
        return sqlite.version(), sqlite.facts(copy), write_member(archive, DATABASE, chunks_of(stream)), named


def _from_postgresql(database: Database, archive: zipfile.ZipFile) -> _Dumped:
    with postgresql.snapshot(database.engine) as (connection, moment):
        dump = postgresql.dump(database.engine, moment)
        dumped = write_member(archive, DATABASE, dump, compress=False)  # pg_dump compresses
        with Session(bind=connection) as session:
            named = named_in(session)
        return postgresql.version(connection), postgresql.facts(connection), dumped, named


def _files(data: Path, archive: zipfile.ZipFile) -> dict[str, Member]:
    there = sorted(path for path in data.glob("*.csv") if OPERATORS.fullmatch(path.name) and path.is_file())
    return {file.name: write_member(archive, file.name, [file.read_bytes()]) for file in there}


def _read_again(partial: Path) -> None:
    if checked(partial).engine == "postgresql":
        with member(partial, DATABASE) as stream:
            postgresql.check(stream)


def _remove_old(directory: Path, keep: int) -> list[Path]:
    """Only what is named as ours is; names sort by age."""
    ours = sorted(path for path in directory.iterdir() if NAME.fullmatch(path.name))
    old = ours[:-keep]
    for path in old:
        path.unlink()
    return old


def _note(session: Session, file: Path, manifest: Manifest) -> None:
    detail = {"file": file.name, "last_hash": manifest.facts.audit_last_hash}
    audit.record(session, "system", "database_backed_up", "", detail)
