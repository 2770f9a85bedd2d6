"""The database's schema, brought up to date by Alembic without a configuration file."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

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
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def newest_revision() -> str | None:
    """The revision this version of Tiepdan brings a database to."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision_of(engine: Engine) -> str | None:
    """The revision a database is at; None: nothing has been migrated yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
