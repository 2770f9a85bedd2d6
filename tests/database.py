"""Databases to test on: migrated and filled once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import Session

from server.data.engine import Database
from server.data.schema import upgrade


def finished_file(path: Path, *fillings: Callable[[Session], object]) -> Path:
    """A migrated and filled SQLite file, whole in the one file, to be copied for each test."""
    database = Database(f"sqlite:///{path}")
    try:
        upgrade(database.engine)
        for filling in fillings:
            database.run_here(filling)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()
    return path


@contextmanager
def copied(file: Path, directory: Path) -> Iterator[Database]:
    path = shutil.copy(file, directory / "tiepdan.db")
    database = Database(f"sqlite:///{path}")
    try:
        yield database
    finally:
        database.close()
