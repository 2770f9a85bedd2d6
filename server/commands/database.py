"""The installation's database, for the commands that read and write it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from server.commands.context import fail
from server.data.engine import Database
from server.data.opening import DatabaseUnusable, open_up_to_date
from server.settings import Settings


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The installation's database, its schema brought up to date; or a sentence, why not."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        database = open_up_to_date(settings.database_url)
    except OSError as problem:
        raise fail(f"The data directory {settings.data} cannot be used: {problem}") from None
    except DatabaseUnusable as problem:
        raise fail(str(problem)) from None
    try:
        yield database
    finally:
        database.close()
