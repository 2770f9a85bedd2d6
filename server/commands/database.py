"""The installation's database, for the commands that read and write it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from server.commands.context import fail
from server.data.engine import Database
from server.data.schema import upgrade
from server.settings import Settings


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The installation's database, its schema brought up to date; or a sentence, why not."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        database = Database(settings.database_url)
    except (OSError, ImportError) as problem:
        raise fail(f"The data directory {settings.data} or its database cannot be used: {problem}") from None
    try:
        try:
            upgrade(database.engine)
        except (SQLAlchemyError, CommandError) as problem:
            raise fail(
                f"The database cannot be used: {type(problem).__name__}. Is TIEPDAN_DATABASE right?"
            ) from None
        yield database
    finally:
        database.close()
