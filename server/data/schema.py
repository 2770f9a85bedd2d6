"""The database's schema, brought up to date by Alembic without a configuration file.

The revisions are one line, and the name of a migration's file begins with its own: which is the newest is known
without Alembic, which is imported where there is something to do. A server that starts again has nothing to do.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine

_UPGRADE_LOCK = 7_423_912  # any number but the audit log's
MIGRATIONS = Path(__file__).parent / "migrations"


class NewerDatabase(Exception):
    """The database is of a revision that this version of Tiepdan does not know."""


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run every migration up to `to` that `engine`'s database lacks, in one transaction; twice is as once.

    Raises NewerDatabase.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            # Python's driver opens no transaction for CREATE TABLE; without one a kill leaves half a schema,
            # and two processes starting at once would both migrate.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
        present = revision_in(connection)
        if present is not None and not knows(present):
            raise NewerDatabase(present)
        if present != newest_revision():
            _migrate(connection, to)


def _migrate(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def newest_revision() -> str:
    """The revision this version of Tiepdan brings a database to."""
    return max(_revisions())


def revision_of(engine: Engine) -> str | None:
    """The revision a database is at; None: nothing has been migrated yet."""
    with engine.connect() as connection:
        return revision_in(connection)


def revision_in(connection: Connection) -> str | None:
    """The same inside a transaction that has begun."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def knows(revision: str) -> bool:
    """Whether this version of Tiepdan can bring a database of `revision` up to date."""
    return revision in _revisions()


def _revisions() -> set[str]:
    return {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
