"""The database's schema, brought up to date by Alembic without a configuration file."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

_UPGRADE_LOCK = 7_423_912  # any number but the audit log's
_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run every migration up to `to` that `engine`'s database lacks, in one transaction; twice is as once.

    Raises alembic.util.CommandError for a database of a newer version of Tiepdan.
    """
    config = _config()
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            # Python's driver opens no transaction for CREATE TABLE; without one a kill leaves half a schema,
            # and two processes starting at once would both migrate.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def newest_revision() -> str | None:
    """The revision this version of Tiepdan brings a database to."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision_of(engine: Engine) -> str | None:
    """The revision a database is at; None: nothing has been migrated yet."""
    with engine.connect() as connection:
        return revision_in(connection)


def revision_in(connection: Connection) -> str | None:
    """The same inside a transaction that has begun."""
    return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Whether this version of Tiepdan can bring a database of `revision` up to date."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
