"""A SQLite file, copied while others write to it, and put in the place of another."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from server.backup.errors import BackupFailed
from server.backup.manifest import Facts, facts_of
from server.data.files import sync_directory
from server.data.urls import sqlite_url

R = TypeVar("R")
_BESIDE = ("", "-wal", "-shm")
"""A database that was not closed in order is three files, and they belong together."""


def version() -> str:
    return sqlite3.sqlite_version


def copy(source: Path, target: Path) -> None:
    """What was committed at this moment; nobody who writes has to wait. Raises BackupFailed."""
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as there:
            with closing(sqlite3.connect(target)) as here:
                there.backup(here, pages=-1)  # in one step: one read transaction
                here.execute("PRAGMA journal_mode=DELETE")  # whole in the one file
            if trouble := damage(target):
                raise BackupFailed(f"{source} itself is damaged: {trouble}. Restore the last backup.")
    except sqlite3.Error as problem:
        raise BackupFailed(f"{source} cannot be copied to {target.parent}: {problem}.") from None


def damage(file: Path) -> str:
    """What SQLite finds wrong with it; empty: nothing."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            found = connection.execute("PRAGMA integrity_check(3)").fetchall()
    except sqlite3.DatabaseError as problem:
        return str(problem)
    return "" if found == [("ok",)] else "; ".join(str(row[0]) for row in found)


def facts(file: Path) -> Facts:
    return asked(file, facts_of)


def asked(file: Path, question: Callable[[Session], R]) -> R:
    """Of a file that nobody else writes to; it stays as it is."""
    engine = create_engine(sqlite_url(file), poolclass=NullPool)
    with Session(engine) as session:
        return question(session)


def put_in_place(new: Path, file: Path, aside: str, *, keep: bool) -> None:
    """`new` becomes `file`; what was there gets the ending `aside` or, where it is not worth keeping, goes."""
    for ending in _BESIDE:
        former = file.with_name(file.name + ending)
        if former.exists():
            former.rename(file.with_name(file.name + aside + ending)) if keep else former.unlink()
    new.rename(file)
    sync_directory(file.parent)
